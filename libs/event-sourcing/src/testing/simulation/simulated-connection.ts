import { genesisHash } from '../../integrity/hashing';
import type { EventLog, ViewHandle } from '../../ports';
import type { CommitStore } from '../../sequencing/commit-append';
import type { SegmentStore } from '../../sequencing/segments';
import type { SimulatedDatabase } from './simulated-database';
import type { SimulatedViews } from './simulated-views';

/** One process's way to a {@link SimulatedDatabase}: the kernel's ports, and what it was told. */
export class SimulatedConnection {
  /** The moment of the latest answer. */
  private told = 0;

  /** @param readsAfterAnswers whether reads are of a moment no earlier than any answer, as every connection must see to */
  constructor(
    private readonly database: SimulatedDatabase,
    private readonly readsAfterAnswers = true,
  ) {}

  readonly commitStore: CommitStore = {
    byCommand: async (commandId) => this.database.commitAt(this.look(), commandId),
    last: async (stream) => this.database.streamAt(this.look(), stream).at(-1),
    insert: async (commit) => this.wrote(this.database.insertCommit(commit)),
  };

  /** `unmarked` looks at documents in the order of a random key, so that it misses predecessors the way a real cursor does. */
  readonly segmentStore: SegmentStore = {
    takeEpoch: async (partition) => this.wrote(this.database.takeEpoch(partition)),
    highestEpoch: async (partition) => this.database.highestEpochAt(this.look(), partition),
    lastSegment: async (partition) => this.database.segmentsAt(this.look(), partition).at(-1),
    unmarked: async (partition, limit) => {
      const { database } = this;
      const at = this.look();
      const waiting = [...database.commits.values()].filter(
        (commit) =>
          commit.partition === partition &&
          database.commitAt(at, commit.commandId) !== undefined &&
          !database.isMarkedAt(at, commit.commandId),
      );
      const seen = waiting.filter(() => database.random(4) > 0);
      return seen.sort(() => database.random(3) - 1).slice(0, limit);
    },
    commitEndingAt: async (stream, version) => {
      const at = this.look();
      const commit = this.database.streamAt(at, stream).find(({ lastVersion }) => lastVersion === version);
      return commit && { commit, isMarked: this.database.isMarkedAt(at, commit.commandId) };
    },
    insert: async (segment) => this.wrote(this.database.insertSegment(segment)),
    mark: async (segment) => this.wrote(this.database.mark(segment)),
    now: async () => this.database.time(),
  };

  /** The log as readers have it: through segments alone. */
  get log(): EventLog {
    const { database } = this;
    const eventsAt = (at: number, partition: number) =>
      database.segmentsAt(at, partition).flatMap((segment) => database.eventsIn(segment));
    return {
      partitionCount: database.partitionCount,
      heads: async () => {
        const at = this.look();
        return database.segments.map((_, partition) => {
          const last = database.segmentsAt(at, partition).at(-1);
          return last === undefined
            ? { partition, seq: 0, chainHash: genesisHash, recordedAt: null }
            : { partition, seq: last.lastSeq, chainHash: last.hash, recordedAt: last.recordedAt };
        });
      },
      read: async (_context, partition, afterSeq, limit) =>
        eventsAt(this.look(), partition).slice(afterSeq, afterSeq + limit),
      places: async (_context, partition, afterSeq, limit) =>
        eventsAt(this.look(), partition).slice(afterSeq, afterSeq + limit),
      onAppended: () => () => undefined,
    };
  }

  /** What keeps a view of this database asks of its rows. */
  viewOf(views: SimulatedViews): Pick<ViewHandle, 'take' | 'checkpoint' | 'slices' | 'apply'> {
    return {
      take: async (partition) => this.wrote(await views.take(partition)),
      checkpoint: async () => views.checkpointAt(this.look()),
      slices: async (ids) => views.slicesAt(this.look(), ids),
      apply: async (batch) => this.wrote(await views.apply(batch)),
    };
  }

  private look(): number {
    const at = this.database.readableAt(this.readsAfterAnswers ? this.told : 0);
    this.told = Math.max(this.told, at);
    return at;
  }

  /** A write that was refused tells of what refused it as well. */
  private wrote<Outcome>(outcome: Outcome): Outcome {
    this.told = this.database.now;
    return outcome;
  }
}
