import { withDatabase } from '../failures';
import type { ContextCollections } from './context-collections';
import { partitionsToTake, type Holding } from './partition-shares';

/** An owner whose beat does not go up for so long counts as gone, in milliseconds of the watcher's own time. */
export const leaseMsDefault = 3_000;

/** Who sequences which partition, as one process sees it. Only ends useless work: what is right is decided by unique keys. */
export class Leases {
  private readonly beats = new Map<string, { readonly beat: number; readonly since: number }>();
  private beat = 0;

  constructor(
    private readonly collections: Pick<ContextCollections, 'epochs' | 'owners'>,
    private readonly me: string,
    private readonly partitionCount: number,
    private readonly leaseMs = leaseMsDefault,
  ) {}

  /** Says that this process is well, looks who else is, and answers what it holds by the epochs and what it should take. */
  async look(): Promise<{
    readonly held: ReadonlySet<number>;
    readonly toTake: readonly number[];
    /** Whether nobody else sequences this context. */
    readonly isAlone: boolean;
  }> {
    const { epochs, owners } = this.collections;
    await this.sayWell();
    const [all, taken] = await withDatabase(() => Promise.all([owners.find().toArray(), epochs.find().toArray()]));
    const now = performance.now();
    const well = new Set<string>();
    for (const { _id, beat } of all) {
      const seen = this.beats.get(_id);
      if (seen === undefined || seen.beat !== beat) this.beats.set(_id, { beat, since: now });
      if (now - (this.beats.get(_id)?.since ?? now) < this.leaseMs) well.add(_id);
      // One that is gone holds nothing; should it wake up, it says so again.
      else if (_id !== this.me) await withDatabase(() => owners.deleteOne({ _id, beat }));
    }
    const highest = new Map<number, Holding & { readonly epoch: number }>();
    for (const one of taken) {
      if ((highest.get(one.partition)?.epoch ?? 0) < one.epoch) highest.set(one.partition, one);
    }
    const holdings = [...highest.values()];
    const held = new Set(holdings.filter(({ owner }) => owner === this.me).map(({ partition }) => partition));
    const isAlone = [...well].every((owner) => owner === this.me);
    return { held, toTake: partitionsToTake(this.me, holdings, well, this.partitionCount), isAlone };
  }

  /** Leaves: others may take at once what this process held. */
  async leave(): Promise<void> {
    await withDatabase(() => this.collections.owners.deleteOne({ _id: this.me }));
  }

  private async sayWell(): Promise<void> {
    const { owners } = this.collections;
    this.beat += 1;
    const said = await withDatabase(() => owners.updateOne({ _id: this.me }, { $set: { beat: this.beat } }));
    if (said.matchedCount === 0) await withDatabase(() => owners.insertOne({ _id: this.me, beat: this.beat }));
  }
}
