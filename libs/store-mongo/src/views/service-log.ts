import { setTimeout as wait } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { CheckpointFenced } from '@faemban/event-sourcing';
import { insertOneUnlessThere } from '../connection/inserts';
import { DatabaseUnavailable, withDatabase } from '../failures';
import { BeatWatch, beatOn, type Beating, type HoldTimes } from './beats';

/** How often it is looked whether a hold is over, in milliseconds. */
const lookMs = 25;

/**
 * One entry of what happens to a version of a view as a whole: its first generation or another goes into service, somebody holds all
 * writers off, somebody lets them go on. Unique by (version, k), k dense from 1; the last entry is what is the case.
 */
export interface ServiceEntry extends Beating {
  readonly version: string;
  readonly k: number;
  readonly kind: 'in-service' | 'hold' | 'release';
  /** In service as of this entry. */
  readonly generation: number;
  /** Who holds. */
  readonly owner: string;
}

/** What happens to one version of a view as a whole, told by one insert after another. Shared by everyone in a process. */
export class ServiceLog {
  private known: { readonly generation: number; readonly at: number } | undefined;
  private readonly watch: BeatWatch;

  constructor(
    private readonly entries: mongo.Collection<ServiceEntry>,
    private readonly version: string,
    private readonly times: HoldTimes,
  ) {
    this.watch = new BeatWatch(times.leaseMs);
  }

  /** Begins with generation 0 where nothing has happened yet. */
  async begin(): Promise<void> {
    const { version } = this;
    if ((await this.find()) !== undefined) return;
    await insertOneUnlessThere(this.entries, { version, k: 1, kind: 'in-service', generation: 0, owner: '', beat: 0 });
  }

  /** The generation in service, as it was within the last `followMs`. */
  async inService(): Promise<number> {
    if (this.known !== undefined && performance.now() - this.known.at < this.times.followMs)
      return this.known.generation;
    return (await this.last()).generation;
  }

  /** What is the case now. */
  async last(): Promise<ServiceEntry> {
    const at = performance.now();
    const last = await this.find();
    if (last === undefined) throw new Error(`${this.version} was not begun.`);
    this.known = { generation: last.generation, at };
    return last;
  }

  /** Whether somebody else holds the writers off. One whose beat stands still is told to have let go, and cannot go on. */
  async isHeldFrom(owner: string): Promise<boolean> {
    const last = await this.last();
    if (last.kind !== 'hold' || last.owner === owner) return false;
    if (!this.watch.isGone(`${last.k}`, last.beat)) return true;
    await this.insert(last, { kind: 'release', generation: last.generation, owner: '' });
    return this.isHeldFrom(owner);
  }

  /** Waits until nobody else holds the writers off. @throws DatabaseUnavailable where that takes too long; it is asked again later */
  async whenFree(owner: string): Promise<void> {
    const since = performance.now();
    while (await this.isHeldFrom(owner)) {
      if (performance.now() - since > this.times.waitMs) {
        throw new DatabaseUnavailable(`${this.version} is held while generations are compared or switched.`);
      }
      await wait(lookMs);
    }
  }

  /**
   * Holds all other writers off while `work` goes on, and lets them go on with its answer: a generation that goes into service, or none.
   * @throws CheckpointFenced where this took so long that somebody let the others go on; then nothing went into service
   */
  async exclusively(owner: string, work: () => Promise<number | undefined>): Promise<void> {
    const held = await this.hold(owner);
    const beat = beatOn(this.entries, { version: this.version, k: held.k }, this.times);
    try {
      const generation = await work();
      const kind = generation === undefined ? 'release' : 'in-service';
      if (!(await this.insert(held, { kind, generation: generation ?? held.generation, owner: '' }))) {
        throw new CheckpointFenced(`${this.version}: others went on, since this took too long.`);
      }
    } catch (error) {
      // Where this fails as well, or is late, the lease runs out.
      await this.insert(held, { kind: 'release', generation: held.generation, owner: '' }).catch(() => false);
      throw error;
    } finally {
      beat.end();
      this.known = undefined;
    }
  }

  private async hold(owner: string): Promise<ServiceEntry> {
    for (;;) {
      await this.whenFree('');
      const last = await this.last();
      if (last.kind === 'hold') continue;
      if (await this.insert(last, { kind: 'hold', generation: last.generation, owner })) {
        return { ...last, k: last.k + 1, kind: 'hold', owner };
      }
    }
  }

  private async insert(
    last: ServiceEntry,
    entry: Pick<ServiceEntry, 'kind' | 'generation' | 'owner'>,
  ): Promise<boolean> {
    return insertOneUnlessThere(this.entries, { version: this.version, k: last.k + 1, beat: 0, ...entry });
  }

  private async find(): Promise<ServiceEntry | undefined> {
    const { version } = this;
    return (await withDatabase(() => this.entries.findOne({ version }, { sort: { k: -1 } }))) ?? undefined;
  }
}
