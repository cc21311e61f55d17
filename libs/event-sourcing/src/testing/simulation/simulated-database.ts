import type { ContextName } from '@faemban/contracts';
import { invariant } from '../../errors';
import { genesisHash } from '../../integrity/hashing';
import type { EventLog, LoggedEvent } from '../../ports';
import type { CommitStore } from '../../sequencing/commit-append';
import { eventsOfSegment, type Commit, type Segment, type SegmentStore } from '../../sequencing/segments';

/**
 * One context's documents in a database that gives no more than single inserts under unique keys, as a replica set without transactions
 * does. `unmarked` looks at documents in the order of a random key, so that it misses predecessors the way a real cursor does.
 */
export class SimulatedDatabase {
  readonly commits = new Map<string, Commit>();
  readonly segments: Segment[][];
  private readonly byVersion = new Map<string, Commit>();
  private readonly marked = new Set<string>();
  private readonly epochs = new Map<number, number>();

  constructor(
    readonly context: ContextName,
    readonly partitionCount: number,
    private readonly random: (below: number) => number,
    private readonly time: () => number,
  ) {
    this.segments = Array.from({ length: partitionCount }, () => []);
  }

  readonly commitStore: CommitStore = {
    byCommand: async (commandId) => this.commits.get(commandId),
    last: async (stream) => this.streamOf(stream).at(-1),
    insert: async (commit) => {
      const key = `${commit.stream}@${commit.firstVersion}`;
      if (this.commits.has(commit.commandId) || this.byVersion.has(key)) return 'duplicate';
      this.commits.set(commit.commandId, commit);
      this.byVersion.set(key, commit);
      return 'inserted';
    },
  };

  readonly segmentStore: SegmentStore = {
    takeEpoch: async (partition) => {
      const epoch = (this.epochs.get(partition) ?? 0) + 1;
      this.epochs.set(partition, epoch);
      return epoch;
    },
    highestEpoch: async (partition) => this.epochs.get(partition) ?? 0,
    lastSegment: async (partition) => this.segments[partition]?.at(-1),
    unmarked: async (partition, limit) => {
      const waiting = [...this.commits.values()].filter(
        (commit) => commit.partition === partition && !this.marked.has(commit.commandId),
      );
      const seen = waiting.filter(() => this.random(4) > 0);
      return seen.sort(() => this.random(3) - 1).slice(0, limit);
    },
    commitEndingAt: async (stream, version) => {
      const commit = this.streamOf(stream).find(({ lastVersion }) => lastVersion === version);
      return commit && { commit, isMarked: this.marked.has(commit.commandId) };
    },
    insert: async (segment) => {
      const segments = this.segments[segment.partition];
      if (segments?.some(({ firstSeq }) => firstSeq === segment.firstSeq)) return 'taken';
      segments?.push(segment);
      return 'inserted';
    },
    mark: async ({ commandIds }) => {
      for (const commandId of commandIds) this.marked.add(commandId);
    },
    now: async () => this.time(),
  };

  /** The log as readers have it: through segments alone. */
  get log(): EventLog {
    return {
      partitionCount: this.partitionCount,
      heads: async () =>
        this.segments.map((segments, partition) => {
          const last = segments.at(-1);
          return last === undefined
            ? { partition, seq: 0, chainHash: genesisHash, recordedAt: null }
            : { partition, seq: last.lastSeq, chainHash: last.hash, recordedAt: last.recordedAt };
        }),
      read: async (_context, partition, afterSeq, limit) => this.eventsOf(partition).slice(afterSeq, afterSeq + limit),
      places: async (_context, partition, afterSeq, limit) =>
        this.eventsOf(partition).slice(afterSeq, afterSeq + limit),
      onAppended: () => () => undefined,
    };
  }

  /** All events of a partition, segment after segment. */
  eventsOf(partition: number): readonly LoggedEvent[] {
    return (this.segments[partition] ?? []).flatMap((segment) => this.eventsIn(segment));
  }

  eventsIn(segment: Segment): readonly LoggedEvent[] {
    const commits = segment.commandIds.map((commandId) => this.commits.get(commandId));
    invariant(
      commits.every((commit) => commit !== undefined),
      'a segment names commits that exist',
    );
    return eventsOfSegment(segment, commits as readonly Commit[]);
  }

  /** Every commit stands in a segment. */
  get isSequenced(): boolean {
    const placed = this.segments.flat().reduce((sum, { commandIds }) => sum + commandIds.length, 0);
    return placed >= this.commits.size;
  }

  private streamOf(stream: string): Commit[] {
    const commits: Commit[] = [];
    for (let version = 1; ;) {
      const commit = this.byVersion.get(`${stream}@${version}`);
      if (commit === undefined) return commits;
      commits.push(commit);
      version = commit.lastVersion + 1;
    }
  }
}
