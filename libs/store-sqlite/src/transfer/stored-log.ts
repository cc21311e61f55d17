import type { ContextName } from '@faemban/contracts';
import {
  IntegrityViolation,
  genesisHash,
  type Head,
  type RememberedCommand,
  type StoredEvent,
} from '@faemban/event-sourcing';
import { readStored, type EventRow } from '../events/event-rows';
import { prepareEventsFile } from '../events/events-schema';
import { placeOf, seqOf } from '../events/places';
import { openSqlite } from '../open-sqlite';

/** The events of a file as they are stored, for who takes them elsewhere. */
export interface StoredLog {
  readonly installationId: string;
  readonly partitionCount: number;
  /** Where every partition ends; `seq` 0 where nothing was recorded. */
  heads(context: ContextName): readonly Head[];
  /** How many commands were accepted, and how many streams they began. */
  counts(context: ContextName): { readonly commands: number; readonly streams: number };
  /**
   * Events with seq above `afterSeq`, in order: at most `limit`, and no more behind the one whose body exceeds `bytesMax` characters
   * together with those before it. @throws IntegrityViolation where a row cannot be read
   */
  read(
    context: ContextName,
    partition: number,
    afterSeq: number,
    most: { readonly limit: number; readonly bytesMax: number },
  ): readonly StoredEvent[];
  /** What is remembered of these commands; unknown ones are left out. */
  commands(context: ContextName, commandIds: readonly string[]): ReadonlyMap<string, RememberedCommand>;
  close(): void;
}

type CommandRow = readonly [digest: string, streamNo: number, first: number, last: number, lastSeq: number];

/** Opens an events file for reading only. @throws SqliteRefused where it is none, or of another version */
export function openStoredLog(file: string): StoredLog {
  const db = openSqlite(file, 'events', { readonly: true });
  try {
    const { installationId, partitionCount } = prepareEventsFile(db, {
      file,
      partitionCount: undefined,
      newId: () => '',
    });
    const topics = new Map(db.prepare<[], [string, number]>('SELECT name, topic FROM contexts').raw().all());
    const heads = db.prepare<[number], Omit<Head, 'recordedAt'> & { readonly recordedAt: string }>(
      'SELECT partition, seq, chain_hash AS chainHash, recorded_at AS recordedAt FROM heads WHERE topic = ?',
    );
    const rows = db
      .prepare<[number, number, number], EventRow>(
        'SELECT place, version, envelope, body FROM events WHERE place > ? AND place < ? ORDER BY place LIMIT ?',
      )
      .raw();
    const count = (table: 'commands' | 'streams') =>
      db.prepare<[number], number>(`SELECT count(*) FROM ${table} WHERE topic = ?`).pluck();
    const [commandCount, streamCount] = [count('commands'), count('streams')];
    const command = db
      .prepare<[number, string], CommandRow>(
        'SELECT digest, stream_no, first_version, last_version, last_seq FROM commands WHERE topic = ? AND command_id = ?',
      )
      .raw();
    const streamOf = db
      .prepare<[number], string>(
        `SELECT json_extract(envelope, '$[3]') FROM events WHERE stream_no = ? AND version = 1`,
      )
      .pluck();
    return {
      installationId,
      partitionCount,
      heads(context) {
        const known = new Map(heads.all(topics.get(context) ?? 0).map((head) => [head.partition, head]));
        return Array.from(
          { length: partitionCount },
          (_, partition) => known.get(partition) ?? { partition, seq: 0, chainHash: genesisHash, recordedAt: null },
        );
      },
      counts(context) {
        const topic = topics.get(context) ?? 0;
        return { commands: commandCount.get(topic) ?? 0, streams: streamCount.get(topic) ?? 0 };
      },
      read(context, partition, afterSeq, { limit, bytesMax }) {
        const topic = topics.get(context);
        if (topic === undefined) return [];
        const [after, end] = [placeOf(topic, partition, afterSeq), placeOf(topic, partition + 1, 0)];
        const events: StoredEvent[] = [];
        let bytes = 0;
        for (const row of rows.iterate(after, end, limit)) {
          const event = readStored(row, context);
          if (event === undefined) throw new IntegrityViolation(context, partition, seqOf(row[0]), 'it cannot be read');
          events.push(event);
          bytes += event.body.length;
          if (bytes >= bytesMax) break;
        }
        return events;
      },
      commands(context, commandIds) {
        const topic = topics.get(context) ?? 0;
        const known = new Map<string, RememberedCommand>();
        for (const commandId of commandIds) {
          const row = command.get(topic, commandId);
          if (row === undefined) continue;
          const [digest, streamNo, firstVersion, lastVersion, lastSeq] = row;
          const stream = streamOf.get(streamNo) ?? '';
          known.set(commandId, { commandId, digest, stream, firstVersion, lastVersion, lastSeq });
        }
        return known;
      },
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}
