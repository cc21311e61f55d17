import type { RecordedEvent } from '../events';
import { chainHash, genesisHash } from '../integrity/hashing';
import type { LoggedEvent } from '../ports';
import { nextRecordedAt } from '../recording';

/** An event of an accepted command before its place in the log is known. `body` is the JSON text that was hashed, to be stored as it is. */
export type CommittedEvent = Omit<RecordedEvent, 'seq' | 'recordedAt' | 'data'> & { readonly body: string };

/** The events of one accepted command, stored as one document: unique by command id and by (stream, firstVersion). */
export interface Commit {
  readonly commandId: string;
  readonly commandDigest: string;
  readonly stream: string;
  readonly partition: number;
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly events: readonly CommittedEvent[];
}

/** A stretch of one partition's sequence: the commits in `commandIds`, one behind the other, have the seqs `firstSeq` to `lastSeq`. */
export interface Segment {
  readonly partition: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly commandIds: readonly string[];
  /** How many events each of those commits has. */
  readonly eventCounts: readonly number[];
  /** When it was sequenced: the "known" time of every event in it. */
  readonly recordedAt: string;
  readonly epoch: number;
  /** The chain hash before `firstSeq`, and the one at `lastSeq`. */
  readonly prevHash: string;
  readonly hash: string;
}

/**
 * What a sequencer asks of the store of one context. Every call may be slow, fail, or happen without an answer. A call that was answered
 * is seen by every later one: what is read is never of a moment before the last answer, also where another server of the database gives it.
 */
export interface SegmentStore {
  /** Inserts the next epoch of a partition and answers it. */
  takeEpoch(partition: number): Promise<number>;
  highestEpoch(partition: number): Promise<number>;
  lastSegment(partition: number): Promise<Segment | undefined>;
  /** Some commits not marked as sequenced, in any order; may miss what is inserted while it looks. */
  unmarked(partition: number, limit: number): Promise<readonly Commit[]>;
  /** The commit of a stream whose last version this is, and whether it is marked as sequenced. */
  commitEndingAt(
    stream: string,
    version: number,
  ): Promise<{ readonly commit: Commit; readonly isMarked: boolean } | undefined>;
  /** Unique by (partition, firstSeq): one insert decides the order. */
  insert(segment: Segment): Promise<'inserted' | 'taken'>;
  /** Marks the commits of an inserted segment as sequenced; marking again changes nothing. */
  mark(segment: Segment): Promise<void>;
  /** The database's own time, in milliseconds since 1970. */
  now(): Promise<number>;
}

/** The segment that puts commits behind a partition's last one. At least one commit. */
export function segmentBehind(
  last: Segment | undefined,
  commits: readonly Commit[],
  { partition, epoch, now }: { readonly partition: number; readonly epoch: number; readonly now: number },
): Segment {
  const firstSeq = (last?.lastSeq ?? 0) + 1;
  const prevHash = last?.hash ?? genesisHash;
  const recordedAt = nextRecordedAt(last?.recordedAt ?? null, now);
  let seq = firstSeq - 1;
  let hash = prevHash;
  for (const { events } of commits) {
    for (const { contentHash } of events) {
      seq += 1;
      hash = chainHash(hash, partition, seq, recordedAt, contentHash);
    }
  }
  const commandIds = commits.map(({ commandId }) => commandId);
  const eventCounts = commits.map(({ events }) => events.length);
  return { partition, firstSeq, lastSeq: seq, commandIds, eventCounts, recordedAt, epoch, prevHash, hash };
}

/** The events of a segment in their order. `commits` are those the segment names, in its order. */
export function eventsOfSegment(segment: Segment, commits: readonly Commit[]): readonly LoggedEvent[] {
  const { partition, recordedAt } = segment;
  let seq = segment.firstSeq - 1;
  let hash = segment.prevHash;
  return commits.flatMap(({ events }) =>
    events.map(({ body, ...event }) => {
      seq += 1;
      hash = chainHash(hash, partition, seq, recordedAt, event.contentHash);
      return { ...event, partition, seq, recordedAt, data: JSON.parse(body) as unknown, chainHash: hash };
    }),
  );
}
