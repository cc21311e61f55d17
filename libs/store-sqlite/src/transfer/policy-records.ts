import Database from 'better-sqlite3';
import { contextNames, type ContextName } from '@faemban/contracts';
import { vectorKey, type ParkedEvent, type Refusal, type Vector } from '@faemban/event-sourcing';
import { identityOf } from '../events/event-rows';
import { partitionOf, placeOf } from '../events/places';
import { prepareViewsFile } from '../views/views-schema';
import { openSqlite } from '../open-sqlite';

/** Everything that is kept of one policy. */
export interface PolicyRecord {
  readonly key: string;
  readonly context: ContextName;
  /** Also partitions that stand at 0 on record. */
  readonly checkpoint: Vector;
  readonly refusals: readonly Refusal[];
  readonly parked: readonly ParkedEvent[];
}

/** What a views file holds that cannot be made again from the events. */
export interface KeptBesideViews {
  readonly policies: readonly PolicyRecord[];
  /** JSON texts of rebuilds, oldest first. */
  readonly rebuilds: readonly string[];
}

/** Reads what a views file keeps of policies and rebuilds. @throws SqliteRefused where it is of another version */
export function readBesideViews(file: string): KeptBesideViews {
  const db = openSqlite(file, 'views', { readonly: true });
  try {
    prepareViewsFile(db, file);
    const policies = db
      .prepare<[], { readonly no: number; readonly key: string; readonly context: string }>(
        'SELECT policy_no AS no, key, context FROM policies ORDER BY key',
      )
      .all();
    return {
      policies: policies.flatMap((policy) => {
        const context = contextNames.find((name) => name === policy.context);
        return context === undefined ? [] : [recordOf(db, policy.no, { key: policy.key, context })];
      }),
      rebuilds: db.prepare<[], string>('SELECT record FROM rebuilds ORDER BY rebuild_no').pluck().all(),
    };
  } finally {
    db.close();
  }
}

function recordOf(
  db: Database.Database,
  policyNo: number,
  { key, context }: { readonly key: string; readonly context: ContextName },
): PolicyRecord {
  const checkpoints = db
    .prepare<[number], readonly [partition: number, seq: number]>(
      'SELECT partition, seq FROM policy_checkpoints WHERE policy_no = ? ORDER BY partition',
    )
    .raw()
    .all(policyNo);
  return {
    key,
    context,
    checkpoint: Object.fromEntries(checkpoints.map(([partition, seq]) => [vectorKey(context, partition), seq])),
    refusals: db
      .prepare<[number], Refusal>(
        'SELECT event_id AS eventId, rule, at FROM policy_refusals WHERE policy_no = ? ORDER BY at, event_id, rule',
      )
      .all(policyNo),
    parked: db
      .prepare<[number], ParkedEvent>(
        `SELECT view, context, partition, seq, id, event_id AS eventId, cause, code, message, attempts, parked_at AS parkedAt
         FROM policy_parked WHERE owner_no = ? ORDER BY context, id, partition, seq`,
      )
      .all(policyNo),
  };
}

/** In which partition each of these events of a context stands; unknown ones are left out. Reads the context's envelopes once. */
export function partitionsOfEvents(
  eventsFile: string,
  context: ContextName,
  eventIds: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  if (eventIds.size === 0) return found;
  const db = openSqlite(eventsFile, 'events', { readonly: true });
  try {
    const topic = db.prepare<[string], number>('SELECT topic FROM contexts WHERE name = ?').pluck().get(context) ?? 0;
    const rows = db
      .prepare<[number, number], readonly [place: number, envelope: string]>(
        'SELECT place, envelope FROM events WHERE place BETWEEN ? AND ? ORDER BY place',
      )
      .raw();
    for (const [place, envelope] of rows.iterate(placeOf(topic, 0, 0), placeOf(topic + 1, 0, 0) - 1)) {
      const { id } = identityOf(envelope);
      if (eventIds.has(id)) found.set(id, partitionOf(place));
      if (found.size === eventIds.size) break;
    }
    return found;
  } finally {
    db.close();
  }
}
