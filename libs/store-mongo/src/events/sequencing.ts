import { takePartition, type Clock, type PartitionSequencer, type SegmentStore } from '@faemban/event-sourcing';
import { asDatabaseFailure, withDatabase } from '../failures';
import { Arrivals } from './arrivals';
import { placesOf, type CommitPlace } from './commit-places';
import type { ContextCollections } from './context-collections';
import type { Leases } from './leases';

/** How one process's sequencing of a context is paced. Times in milliseconds. */
export interface SequencingTimes {
  /** Partitions that are sequenced at the same time. */
  readonly partitionsAtOnce: number;
  /** How often it is looked whether something waits that another process recorded. */
  readonly pollMs: number;
  /** How often this process says that it is well and looks at the others. */
  readonly beatMs: number;
  /** A commit that nobody sequenced for so long is sequenced here, whoever holds its partition. */
  readonly helpAfterMs: number;
  /** An append is told `OutcomeUnknown` when its place is not known after so long. */
  readonly patienceMs: number;
}

/** The times unless told otherwise. */
export const sequencingTimesDefault: SequencingTimes = {
  partitionsAtOnce: 8,
  pollMs: 25,
  beatMs: 500,
  helpAfterMs: 1_000,
  patienceMs: 15_000,
};

const trouble = { firstMs: 50, lastMs: 2_000 };

/** How sequencing goes in this process. */
export interface SequencingStatus {
  /** How many partitions are held. */
  readonly held: number;
  /** Which: those whose events this process publishes. */
  readonly partitions: readonly number[];
  /** Appends that wait for their place. */
  readonly waiting: number;
  /** What keeps it from working, in words; undefined while it works. */
  readonly trouble: string | undefined;
}

/**
 * Sequences the commits of one context as long as it is open, sharing partitions with other processes that do the same. Commits of this
 * process are sequenced at once; those of others within `pollMs` by whoever holds their partition.
 */
export class Sequencing {
  private readonly store: SegmentStore;
  private readonly held = new Map<number, PartitionSequencer>();
  private readonly arrivals = new Arrivals();
  private readonly dirty = new Set<number>();
  private readonly running: Promise<void>;
  private isClosing = false;
  private isAlone = false;
  private troubleMs = 0;
  private failure: Error | undefined;
  private beatAt = -Infinity;
  private polledAt = -Infinity;
  private wake: () => void = () => undefined;

  constructor(
    store: SegmentStore,
    private readonly collections: ContextCollections,
    private readonly leases: Leases,
    private readonly clock: Clock,
    private readonly onSegment: () => void,
    private readonly times: SequencingTimes,
  ) {
    this.store = {
      ...store,
      insert: async (segment) => {
        const outcome = await store.insert(segment);
        if (outcome === 'inserted') {
          this.arrivals.sawSegment(segment);
          this.onSegment();
        }
        return outcome;
      },
    };
    this.running = this.run();
  }

  /**
   * The place of a commit that is stored; waits for it. `isNew` where it was stored just now, so that it cannot have one yet.
   * @throws OutcomeUnknown where it has none within the patience
   */
  async placeOf(commandId: string, partition: number, isNew: boolean): Promise<CommitPlace> {
    if (!isNew) {
      const known = (await this.look([commandId])).get(commandId);
      if (known !== undefined) return known;
    }
    const place = this.arrivals.place(commandId, partition);
    this.dirty.add(partition);
    this.wake();
    return place;
  }

  status(): SequencingStatus {
    return {
      held: this.held.size,
      partitions: [...this.held.keys()],
      waiting: this.arrivals.waitingFor().length,
      trouble: this.failure?.message,
    };
  }

  async close(): Promise<void> {
    this.isClosing = true;
    this.wake();
    await this.running;
    this.arrivals.giveUp(0, new Error('the store was closed'));
  }

  private async run(): Promise<void> {
    while (!this.isClosing) {
      try {
        await this.round();
        this.failure = undefined;
        this.troubleMs = 0;
      } catch (error) {
        this.failure = asDatabaseFailure(error);
        this.troubleMs = Math.min(trouble.lastMs, Math.max(trouble.firstMs, 2 * this.troubleMs));
      }
      this.arrivals.giveUp(this.times.patienceMs, this.failure);
      await this.pause(this.troubleMs > 0 ? this.troubleMs : this.times.pollMs);
    }
    // Nobody must wait for this process's leases to run out; where that cannot be said, they do.
    await this.leases.leave().catch(() => undefined);
  }

  private async round(): Promise<void> {
    if (performance.now() - this.beatAt >= this.times.beatMs) await this.keepLeases();
    const overdue = this.arrivals.waitingFor(this.times.helpAfterMs);
    for (const { partition } of overdue) if (!this.held.has(partition)) await this.take(partition);
    const own = [...this.dirty];
    this.dirty.clear();
    // Alone, nobody else's commits wait, and what this process recorded is known here.
    const pollMs = this.isAlone ? this.times.helpAfterMs : this.times.pollMs;
    const isTimeToPoll = performance.now() - this.polledAt >= pollMs;
    const partitions = new Set([...own, ...(isTimeToPoll ? await this.waitingPartitions() : [])]);
    await this.sequenceAll([...partitions]);
    // Sequenced by others, or by ourselves without an answer.
    const unseen = this.arrivals.waitingFor(this.times.pollMs).map(({ commandId }) => commandId);
    if (unseen.length > 0) this.arrivals.saw(await this.look(unseen));
  }

  private async keepLeases(): Promise<void> {
    const { held, toTake, isAlone } = await this.leases.look();
    this.isAlone = isAlone;
    for (const partition of this.held.keys()) if (!held.has(partition)) this.held.delete(partition);
    // A taking that was never answered may have happened: the epochs say then that this process holds it, and nobody else takes it.
    const unanswered = [...held].filter((partition) => !this.held.has(partition));
    for (const partition of [...unanswered, ...toTake]) await this.take(partition);
    this.beatAt = performance.now();
  }

  private async take(partition: number): Promise<void> {
    this.held.set(partition, await takePartition(this.store, partition, { clock: this.clock }));
  }

  /** One that fails keeps no other from its turn. */
  private async sequenceAll(partitions: readonly number[]): Promise<void> {
    const { partitionsAtOnce } = this.times;
    const failures: unknown[] = [];
    for (let at = 0; at < partitions.length; at += partitionsAtOnce) {
      const some = partitions.slice(at, at + partitionsAtOnce).map((partition) => this.sequence(partition));
      for (const outcome of await Promise.allSettled(some)) {
        if (outcome.status === 'rejected') failures.push(outcome.reason);
      }
    }
    if (failures.length > 0) throw asDatabaseFailure(failures[0]);
  }

  private async sequence(partition: number): Promise<void> {
    const sequencer = this.held.get(partition);
    if (sequencer === undefined) return;
    for (let outcome = ''; outcome !== 'idle';) {
      outcome = await sequencer.pass();
      if (outcome === 'overtaken') {
        this.held.delete(partition);
        return;
      }
    }
  }

  /** Partitions held here in which commits wait. Of the others nothing is read, however much waits there. */
  private async waitingPartitions(): Promise<readonly number[]> {
    const { commits } = this.collections;
    const waiting = { isSequenced: false, partition: { $in: [...this.held.keys()] } };
    const partitions = this.held.size === 0 ? [] : await withDatabase(() => commits.distinct('partition', waiting));
    this.polledAt = performance.now();
    return partitions;
  }

  private async look(commandIds: readonly string[]): Promise<ReadonlyMap<string, CommitPlace>> {
    const projection = { partition: 1, isSequenced: 1, segment: 1 };
    const found = this.collections.commits.find({ _id: { $in: [...commandIds] } }, { projection });
    return placesOf(this.collections, await withDatabase(() => found.toArray()));
  }

  private async pause(forMs: number): Promise<void> {
    if (this.isClosing || (this.dirty.size > 0 && this.failure === undefined)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.wake = () => {
        if (this.failure !== undefined && !this.isClosing) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => undefined;
  }
}
