import type Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import {
  CheckpointFenced,
  type FindParked,
  type GenerationRow,
  type ParkedCause,
  type ParkedEvent,
  type ParkedPage,
  type ParkedSequence,
  type SequenceKey,
  type TakenEvent,
} from '@faemban/event-sourcing';

const columns =
  'view, context, partition, seq, id, event_id AS eventId, cause, code, message, attempts, parked_at AS parkedAt';
/** Comes before every context, id and partition. */
const beforeAll = { context: '', id: '', partition: -1 } as const;

/** What a view or a policy has parked: events that wait behind a failed one of their household, in order. */
export class ParkedTable {
  private readonly statements: ReturnType<typeof prepareStatements>;
  private readonly keyColumn = `context || ' ' || id || ' ' || printf('%04d %012d', partition, seq)`;

  constructor(
    db: Database.Database,
    private readonly table: 'view_parked' | 'policy_parked',
    private readonly ownerNo: number,
  ) {
    this.statements = prepareStatements(db, table);
  }

  /** Inside the transaction that moves the checkpoint past these events. */
  add(events: readonly ParkedEvent[]): void {
    for (const event of events) this.statements.add.run({ ...event, ownerNo: this.ownerNo });
  }

  /** Inside a transaction: takes events out. @throws CheckpointFenced where one of them is not there */
  take(context: ContextName, partition: number, taken: readonly TakenEvent[]): void {
    for (const { id, seq } of taken) {
      if (this.statements.take.run(this.ownerNo, context, id, partition, seq).changes !== 1) {
        throw new CheckpointFenced(`Event ${seq} of ${context}/${partition} is no longer parked.`);
      }
    }
  }

  /** Those of the ids that have something parked, of any context where none is named. */
  idsAmong(ids: readonly string[], contexts: readonly string[]): ReadonlySet<string> {
    const found = new Set<string>();
    if (this.statements.any.get(this.ownerNo) === undefined) return found;
    for (const id of ids) {
      if (contexts.some((context) => this.statements.has.get(this.ownerNo, context, id) !== undefined)) found.add(id);
    }
    return found;
  }

  /** What is parked behind a key, by code point. Why and when it was parked is left out: that depends on who folded it. */
  rowsBehind(db: Database.Database, afterKey: string, limit: number): readonly GenerationRow[] {
    const rows = db
      .prepare<[number, string, number], { key: string; partition: number; eventId: string }>(
        `SELECT ${this.keyColumn} AS key, partition, event_id AS eventId FROM ${this.table}
         WHERE owner_no = ? AND ${this.keyColumn} > ? ORDER BY ${this.keyColumn} LIMIT ?`,
      )
      .all(this.ownerNo, afterKey, limit);
    return rows.map(({ key, partition, eventId }) => ({ key, partition, content: eventId }));
  }

  /** Inside a transaction. */
  clear(): void {
    this.statements.clear.run(this.ownerNo);
  }

  /** How much is parked, since when, and the first of it. */
  page(limit: number): ParkedPage {
    const totals = this.statements.totals.get(this.ownerNo);
    const events = limit > 0 ? this.statements.page.all(this.ownerNo, limit) : [];
    return { total: totals?.total ?? 0, oldestAt: totals?.oldestAt ?? null, events };
  }

  /** Sequences in the order of their keys, which the table is kept in. */
  sequences({ household, cause, parkedBefore, after, limit }: FindParked): ParkedSequence[] {
    const { context, id, partition } = after ?? beforeAll;
    const filter = { household: household ?? null, cause: cause ?? null, parkedBefore: parkedBefore ?? null };
    const rows = this.statements.sequences.all({ ownerNo: this.ownerNo, context, id, partition, ...filter, limit });
    return rows.map(({ events, ...first }) => {
      return { context: first.context, id: first.id, partition: first.partition, events, first };
    });
  }

  /** One sequence's events in order. */
  ofSequence({ context, id, partition }: SequenceKey, limit: number): readonly ParkedEvent[] {
    return this.statements.ofSequence.all(this.ownerNo, context, id, partition, limit);
  }

  causes(): readonly ParkedCause[] {
    return this.statements.causes.all({ ownerNo: this.ownerNo });
  }
}

function prepareStatements(db: Database.Database, table: string) {
  // With a lone min(), SQLite takes the other columns from the row that has the minimum: the first event of the sequence.
  const sequences = `SELECT ${columns.replace(' seq,', ' min(seq) AS seq,')}, count(*) AS events FROM ${table} WHERE owner_no = @ownerNo`;
  return {
    add: db.prepare(
      `INSERT INTO ${table}
         (owner_no, id, context, partition, seq, view, event_id, cause, code, message, attempts, parked_at)
       VALUES (@ownerNo, @id, @context, @partition, @seq, @view, @eventId, @cause, @code, @message, @attempts, @parkedAt)
       ON CONFLICT DO NOTHING`,
    ),
    take: db.prepare<[number, string, string, number, number]>(
      `DELETE FROM ${table} WHERE owner_no = ? AND context = ? AND id = ? AND partition = ? AND seq = ?`,
    ),
    clear: db.prepare<[number]>(`DELETE FROM ${table} WHERE owner_no = ?`),
    any: db.prepare<[number], 1>(`SELECT 1 FROM ${table} WHERE owner_no = ? LIMIT 1`),
    has: db.prepare<[number, string, string], 1>(
      `SELECT 1 FROM ${table} WHERE owner_no = ? AND context = ? AND id = ? LIMIT 1`,
    ),
    totals: db.prepare<[number], { readonly total: number; readonly oldestAt: string | null }>(
      `SELECT count(*) AS total, min(parked_at) AS oldestAt FROM ${table} WHERE owner_no = ?`,
    ),
    page: db.prepare<[number, number], ParkedEvent>(
      `SELECT ${columns} FROM ${table} WHERE owner_no = ? ORDER BY parked_at, context, partition, seq LIMIT ?`,
    ),
    sequences: db.prepare<[SequencesAsked], ParkedEvent & { readonly events: number }>(
      `SELECT * FROM (
         ${sequences} AND (context, id, partition) > (@context, @id, @partition)
           AND (@household IS NULL OR id = @household OR substr(id, -length(@household) - 1) = '-' || @household)
         GROUP BY context, id, partition
       )
       WHERE (@cause IS NULL OR cause = @cause OR code = @cause) AND (@parkedBefore IS NULL OR parkedAt < @parkedBefore)
       ORDER BY context, id, partition LIMIT @limit`,
    ),
    ofSequence: db.prepare<[number, string, string, number, number], ParkedEvent>(
      `SELECT ${columns} FROM ${table} WHERE owner_no = ? AND context = ? AND id = ? AND partition = ? ORDER BY seq LIMIT ?`,
    ),
    causes: db.prepare<[{ readonly ownerNo: number }], ParkedCause>(
      `SELECT cause, code, count(*) AS sequences, sum(events) AS events, min(parkedAt) AS oldestAt, min(message) AS message
       FROM (${sequences} GROUP BY context, id, partition) GROUP BY cause, code ORDER BY cause, code`,
    ),
  };
}

interface SequencesAsked {
  readonly ownerNo: number;
  readonly context: string;
  readonly id: string;
  readonly partition: number;
  readonly household: string | null;
  readonly cause: string | null;
  readonly parkedBefore: string | null;
  readonly limit: number;
}
