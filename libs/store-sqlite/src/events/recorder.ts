import type Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import {
  CommandIdReused,
  PartitionMismatch,
  WrongExpectedVersion,
  genesisHash,
  partitionOfAppend,
  placeEvents,
  type Append,
  type Appended,
  type Head,
  type Ids,
  type PlacedEvent,
  type PreparedEvent,
} from '@faemban/event-sourcing';
import { BoundedCache } from './bounded-cache';
import { packEnvelope } from './event-rows';
import type { CommandLookup } from './event-reader';
import { assertPlaceable, placeOf } from './places';

/** Streams whose heads are kept in memory: about 10 MB. */
const streamHeadsKept = 50_000;

/** An append on its way into a transaction. */
export interface PreparedAppend {
  readonly context: ContextName;
  readonly topic: number;
  readonly append: Append;
  readonly prepared: readonly PreparedEvent[];
}

interface StreamHead {
  readonly streamNo: number;
  readonly partition: number;
  version: number;
}

type HeadRow = readonly [topic: number, partition: number, seq: number, chainHash: string, recordedAt: string];

/**
 * Judges appends one by one and writes the accepted ones, inside a transaction somebody else opens and ends. An append is judged before
 * its first write, so a refused one leaves nothing and the others need no savepoint.
 */
export class Recorder {
  private readonly heads = new Map<number, Head>();
  private readonly changedHeads = new Set<number>();
  private readonly streams = new BoundedCache<StreamHead>(streamHeadsKept);
  private nextStreamNo = 1;
  private readonly statements: ReturnType<typeof prepareStatements>;

  constructor(
    db: Database.Database,
    private readonly commands: CommandLookup,
    private readonly partitionCount: number,
    private readonly ids: Ids,
  ) {
    this.statements = prepareStatements(db);
    this.reload();
  }

  /** Where a partition ends: the last committed event, outside a transaction. */
  headOf(topic: number, partition: number): Head {
    return (
      this.heads.get(placeOf(topic, partition, 0)) ?? { partition, seq: 0, chainHash: genesisHash, recordedAt: null }
    );
  }

  /**
   * Records one append, or answers what it was the first time.
   * @throws CommandIdReused | PartitionMismatch | WrongExpectedVersion, before anything is written; a SqliteError ends the transaction
   */
  record({ context, topic, append, prepared }: PreparedAppend, now: number): Appended {
    const { stream } = append;
    const { commandId } = append.context;
    const found = this.findStream(topic, stream);
    const asked = partitionOfAppend(append, this.partitionCount);
    const version = found?.version ?? 0;
    const expected = append.expectedVersion;
    const mismatch = found !== undefined && found.partition !== asked;
    if (mismatch || (expected !== 'any' && version !== (expected === 'none' ? 0 : expected))) {
      const before = this.commands.outcomeOf(topic, commandId);
      if (before !== undefined) return repeated(before, append);
      if (mismatch) throw new PartitionMismatch(stream, found.partition, asked);
      throw new WrongExpectedVersion(stream, expected as number | 'none', version);
    }
    const place = { context, head: this.headOf(topic, asked), version, now, ids: this.ids };
    const placed = placeEvents(append, prepared, place);
    assertPlaceable(topic, placed.head.seq);
    const streamNo = found?.streamNo ?? this.nextStreamNo;
    const lastVersion = version + prepared.length;
    const { seq } = placed.head;
    // The command's row is the first write and its key the test for a repetition: the usual append needs no lookup.
    const isFirst = this.statements.insertCommand.run(
      topic,
      commandId,
      append.commandDigest,
      streamNo,
      version + 1,
      lastVersion,
      seq,
    ).changes;
    if (isFirst === 0) {
      const before = this.commands.outcomeOf(topic, commandId);
      if (before !== undefined) return repeated(before, append);
    }
    if (found === undefined) {
      this.statements.insertStream.run(topic, stream, streamNo, asked);
      this.nextStreamNo += 1;
    }
    this.writeEvents(topic, streamNo, placed.events);
    this.moveHeads(topic, placed.head, stream, found ?? { streamNo, partition: asked, version }, lastVersion);
    return {
      commandId,
      stream,
      partition: asked,
      firstVersion: version + 1,
      lastVersion,
      lastSeq: seq,
      eventIds: placed.events.map(({ logged }) => logged.id),
      repeated: false,
    };
  }

  /** Writes the heads that moved; the last thing before a commit. */
  writeHeads(): void {
    for (const key of this.changedHeads) {
      const head = this.heads.get(key);
      if (head === undefined) continue;
      const topic = (key - placeOf(0, head.partition, 0)) / placeOf(1, 0, 0);
      this.statements.writeHead.run(topic, head.partition, head.seq, head.chainHash, head.recordedAt);
    }
    this.changedHeads.clear();
  }

  /** Forgets what a failed transaction left in memory and takes heads and numbers from the file again. */
  reload(): void {
    this.heads.clear();
    this.changedHeads.clear();
    this.streams.clear();
    for (const [topic, partition, seq, chainHash, recordedAt] of this.statements.allHeads.all()) {
      this.heads.set(placeOf(topic, partition, 0), { partition, seq, chainHash, recordedAt });
    }
    this.nextStreamNo = (this.statements.lastStreamNo.get() ?? 0) + 1;
  }

  private writeEvents(topic: number, streamNo: number, events: readonly PlacedEvent[]): void {
    for (const { logged, body } of events) {
      const place = placeOf(topic, logged.partition, logged.seq);
      this.statements.insertEvent.run(place, streamNo, logged.version, packEnvelope(logged), body);
    }
  }

  private moveHeads(topic: number, head: Head, stream: string, streamHead: StreamHead, version: number): void {
    const key = placeOf(topic, head.partition, 0);
    this.heads.set(key, head);
    this.changedHeads.add(key);
    streamHead.version = version;
    this.streams.set(`${topic}/${stream}`, streamHead);
  }

  private findStream(topic: number, stream: string): StreamHead | undefined {
    const known = this.streams.get(`${topic}/${stream}`);
    if (known !== undefined) return known;
    const row = this.statements.findStream.get(topic, stream);
    if (row === undefined) return undefined;
    const [streamNo, partition] = row;
    return { streamNo, partition, version: this.statements.lastVersion.get(streamNo) ?? 0 };
  }
}

function repeated(before: Appended & { readonly commandDigest: string }, append: Append): Appended {
  const { commandDigest, ...appended } = before;
  if (commandDigest !== append.commandDigest) throw new CommandIdReused(append.context.commandId);
  return { ...appended, repeated: true };
}

function prepareStatements(db: Database.Database) {
  return {
    findStream: db
      .prepare<[number, string], readonly [streamNo: number, partition: number]>(
        'SELECT stream_no, partition FROM streams WHERE topic = ? AND stream = ?',
      )
      .raw(),
    lastVersion: db.prepare<[number], number | null>('SELECT max(version) FROM events WHERE stream_no = ?').pluck(),
    lastStreamNo: db.prepare<[], number | null>('SELECT max(stream_no) FROM events').pluck(),
    allHeads: db.prepare<[], HeadRow>('SELECT topic, partition, seq, chain_hash, recorded_at FROM heads').raw(),
    insertStream: db.prepare('INSERT INTO streams (topic, stream, stream_no, partition) VALUES (?, ?, ?, ?)'),
    insertEvent: db.prepare('INSERT INTO events (place, stream_no, version, envelope, body) VALUES (?, ?, ?, ?, ?)'),
    insertCommand: db.prepare(
      `INSERT INTO commands (topic, command_id, digest, stream_no, first_version, last_version, last_seq)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    writeHead: db.prepare(
      `INSERT INTO heads (topic, partition, seq, chain_hash, recorded_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET seq = excluded.seq, chain_hash = excluded.chain_hash, recorded_at = excluded.recorded_at`,
    ),
  };
}
