import type Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import {
  genesisHash,
  type Appended,
  type Head,
  type LogPlace,
  type LoggedEvent,
  type RecordedEvent,
} from '@faemban/event-sourcing';
import { identityOf, placeIn, readLogged, readRecorded, type EventRow } from './event-rows';
import { partitionOf, placeOf } from './places';
import { RecentEvents } from './recent-events';

/** Events read at once from a stream. */
const streamPageEvents = 256;

/** The recorded outcome of an accepted command. */
export interface CommandLookup {
  outcomeOf(topic: number, commandId: string): (Appended & { readonly commandDigest: string }) | undefined;
}

type CommandRow = readonly [
  digest: string,
  streamNo: number,
  firstVersion: number,
  lastVersion: number,
  lastSeq: number,
];

/** Reads from an events file, every time in one bounded step. */
export class EventReader implements CommandLookup {
  private readonly recent = new RecentEvents();
  private readonly topics = new Map<ContextName, number>();
  private readonly statements: ReturnType<typeof prepareStatements>;

  constructor(db: Database.Database) {
    this.statements = prepareStatements(db);
  }

  /** The number of a context in this file; undefined as long as it has recorded nothing. */
  topicOf(context: ContextName): number | undefined {
    const known = this.topics.get(context) ?? this.statements.topic.get(context);
    if (known !== undefined) this.topics.set(context, known);
    return known;
  }

  /** The context of a number in this file; the number itself where there is none. */
  contextOf(topic: number): string {
    return this.statements.context.get(topic) ?? String(topic);
  }

  outcomeOf(topic: number, commandId: string): (Appended & { readonly commandDigest: string }) | undefined {
    const row = this.statements.command.get(topic, commandId);
    if (row === undefined) return undefined;
    const [commandDigest, streamNo, firstVersion, lastVersion, lastSeq] = row;
    const rows = this.statements.envelopes.all(streamNo, firstVersion, lastVersion);
    const identities = rows.map(([, envelope]) => identityOf(envelope));
    return {
      commandId,
      stream: identities[0]?.stream ?? '',
      partition: partitionOf(rows[0]?.[0] ?? 0),
      firstVersion,
      lastVersion,
      lastSeq,
      eventIds: identities.map(({ id }) => id),
      repeated: false,
      commandDigest,
    };
  }

  /** All events of a stream, in version order. */
  load(context: ContextName, stream: string): readonly RecordedEvent[] {
    const streamNo = this.streamNoOf(context, stream);
    if (streamNo === undefined) return [];
    return this.statements.stream
      .all(streamNo, 1, Number.MAX_SAFE_INTEGER, -1)
      .map((row) => readRecorded(row, context));
  }

  /** Events of a stream page by page, so that nothing stays open between them. */
  async *read(
    context: ContextName,
    stream: string,
    { fromVersion = 1, toVersion = Number.MAX_SAFE_INTEGER }: { fromVersion?: number; toVersion?: number } = {},
  ): AsyncGenerator<RecordedEvent> {
    const streamNo = this.streamNoOf(context, stream);
    if (streamNo === undefined) return;
    let next = fromVersion;
    while (next <= toVersion) {
      const page = this.statements.stream.all(streamNo, next, toVersion, streamPageEvents);
      for (const row of page) yield readRecorded(row, context);
      if (page.length < streamPageEvents) return;
      next += streamPageEvents;
    }
  }

  /** Events of a partition behind a seq, in order. Readers of the same events get the same objects. */
  readLog(context: ContextName, partition: number, afterSeq: number, limit: number): readonly LoggedEvent[] {
    const topic = this.topicOf(context);
    if (topic === undefined || limit <= 0) return [];
    return this.recent.read(placeOf(topic, partition, 0), afterSeq, limit, (after, count) => {
      const rows = this.statements.log.all(
        placeOf(topic, partition, after + 1),
        placeOf(topic, partition, after + count),
      );
      return rows.map((row) => ({ event: readLogged(row, context), bytes: row[2].length + row[3].length }));
    });
  }

  /** Where events stand and what they hash to. */
  places(context: ContextName, partition: number, afterSeq: number, limit: number): readonly LogPlace[] {
    const topic = this.topicOf(context);
    if (topic === undefined || limit <= 0) return [];
    return this.statements.places
      .all(placeOf(topic, partition, afterSeq + 1), placeOf(topic, partition, afterSeq + limit))
      .map(([place, envelope]) => placeIn(place, envelope));
  }

  /** Lets go of what is kept in memory; before the file is closed. */
  close(): void {
    this.recent.clear();
  }

  /** The ends of all partitions of a context, as the file has them. */
  heads(context: ContextName, partitionCount: number): readonly Head[] {
    const topic = this.topicOf(context);
    const rows = topic === undefined ? [] : this.statements.heads.all(topic);
    const known = new Map(rows.map((head) => [head.partition, head]));
    return Array.from(
      { length: partitionCount },
      (_, partition) => known.get(partition) ?? { partition, seq: 0, chainHash: genesisHash, recordedAt: null },
    );
  }

  /** Changes whenever another connection has committed to the file. */
  dataVersion(): number {
    return this.statements.dataVersion.get() ?? 0;
  }

  private streamNoOf(context: ContextName, stream: string): number | undefined {
    const topic = this.topicOf(context);
    return topic === undefined ? undefined : this.statements.streamNo.get(topic, stream);
  }
}

function prepareStatements(db: Database.Database) {
  const row = 'place, version, envelope, body';
  return {
    topic: db.prepare<[string], number>('SELECT topic FROM contexts WHERE name = ?').pluck(),
    context: db.prepare<[number], string>('SELECT name FROM contexts WHERE topic = ?').pluck(),
    streamNo: db
      .prepare<[number, string], number>('SELECT stream_no FROM streams WHERE topic = ? AND stream = ?')
      .pluck(),
    command: db
      .prepare<[number, string], CommandRow>(
        'SELECT digest, stream_no, first_version, last_version, last_seq FROM commands WHERE topic = ? AND command_id = ?',
      )
      .raw(),
    envelopes: db
      .prepare<[number, number, number], readonly [place: number, envelope: string]>(
        'SELECT place, envelope FROM events WHERE stream_no = ? AND version BETWEEN ? AND ? ORDER BY version',
      )
      .raw(),
    stream: db
      .prepare<[number, number, number, number], EventRow>(
        `SELECT ${row} FROM events WHERE stream_no = ? AND version BETWEEN ? AND ? ORDER BY version LIMIT ?`,
      )
      .raw(),
    log: db
      .prepare<[number, number], EventRow>(`SELECT ${row} FROM events WHERE place BETWEEN ? AND ? ORDER BY place`)
      .raw(),
    places: db
      .prepare<[number, number], readonly [place: number, envelope: string]>(
        'SELECT place, envelope FROM events WHERE place BETWEEN ? AND ? ORDER BY place',
      )
      .raw(),
    heads: db.prepare<[number], Head>(
      'SELECT partition, seq, chain_hash AS chainHash, recorded_at AS recordedAt FROM heads WHERE topic = ? ORDER BY partition',
    ),
    dataVersion: db.prepare<[], number>('PRAGMA data_version').pluck(),
  };
}
