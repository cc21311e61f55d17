import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { invariant } from '../errors';
import {
  hasReached,
  isSameVector,
  vectorKey,
  type Clock,
  type EventLog,
  type Vector,
  type ViewGenerations,
  type ViewStore,
} from '../ports';
import { createFolder, ownsWithin, type Folder } from '../views/fold-batch';
import type { Tally, View } from '../views/define-view';
import type { Upcasters } from '../upcasters';
import { catchUp } from './catch-up';
import { compareGenerations, type Comparison } from './compare';
import { explainDifferences } from './explain';
import { fillPartition } from './fill-partition';

/** Rows that differ and are named one by one. */
const differencesMax = 50;
/** How often live and rebuilt are brought to the same vector before it is given up; live writers get in between at most a few times. */
const pinAttemptsMax = 100;
/** How often it is looked whether the view in service has come as far as the new generation, in milliseconds. */
const lookEveryMs = 20;
/** A view in service that has not moved for so long while it is behind stands still, in milliseconds. */
const standsStillMs = 60_000;

/** The part of a rebuild that an engine needs. */
export interface RebuildJob {
  readonly view: string;
  readonly before: number;
  readonly generation: number;
  readonly target: Vector;
}

/** Two numbers by which one thread holds back or ends what others do: the state, and the milliseconds to rest between steps. */
export type SharedControl = Int32Array<SharedArrayBuffer>;

/** How a rebuild at work is held back or ended. */
export interface RebuildControl {
  /** What other threads can obey. */
  readonly shared: SharedControl;
  /** Waits as long as it is to be paused, and as long as it is to rest. @throws RebuildCancelled */
  betweenSteps(): Promise<void>;
}

/** What filling tells: events read since it was last told, or a partition that is finished. */
export type FillProgress = { readonly events: number } | { readonly partition: number };

/** Somebody cancelled the rebuild. */
export class RebuildCancelled extends Error {
  override readonly name = 'RebuildCancelled';
}

/** Does the work of rebuilds, in this thread or in others. */
export interface RebuildEngine {
  /** The partitions that are still to be filled. */
  unfilled(job: RebuildJob): Promise<readonly number[]>;
  /** Fills every partition that is not filled yet. */
  fill(job: RebuildJob, control: RebuildControl, tell: (progress: FillProgress) => void): Promise<void>;
  /**
   * Waits until live stands where the new generation was filled to, brings the new one to where live is then, and compares them at that
   * moment. @throws Error where live is behind and stands still
   */
  compare(job: RebuildJob, control: RebuildControl): Promise<Comparison>;
  /** Puts the new generation into service; answers where both stood. */
  switch(job: RebuildJob): Promise<Vector>;
  drop(view: string, generation: number): Promise<void>;
}

/** The engine that works in the thread that calls it. */
export class LocalRebuildEngine implements RebuildEngine {
  private readonly folders = new Map<string, Folder>();

  constructor(
    private readonly options: {
      readonly log: EventLog;
      readonly store: ViewStore;
      readonly clock: Clock;
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each read model knows its own slices
      readonly readModels: readonly (View<any> | Tally<any>)[];
      readonly upcasters?: Upcasters;
      /** How long a view in service may be behind without moving, in milliseconds; a minute unless given. */
      readonly standsStillMs?: number;
    },
  ) {}

  async fill(job: RebuildJob, control: RebuildControl, tell: (progress: FillProgress) => void): Promise<void> {
    for (const partition of await this.unfilled(job)) {
      await control.betweenSteps();
      await this.fillPartition(job, partition, control, tell);
    }
  }

  async unfilled({ view, generation, target }: RebuildJob): Promise<readonly number[]> {
    const { contexts } = this.folderOf(view).shape;
    const { log } = this.options;
    const stands = await (await (await this.generations(view)).open(generation)).checkpoint();
    const all = Array.from({ length: log.partitionCount }, (_, partition) => partition);
    const isFilled = (key: string): boolean => (stands[key] ?? 0) >= (target[key] ?? 0);
    return all.filter((partition) => !contexts.every((context) => isFilled(vectorKey(context, partition))));
  }

  /** Fills one partition. */
  async fillPartition(
    { view, generation, target }: RebuildJob,
    partition: number,
    control: RebuildControl,
    tell: (progress: FillProgress) => void,
  ): Promise<void> {
    const handle = await (await this.generations(view)).open(generation);
    await fillPartition({
      folder: this.folderOf(view),
      log: this.options.log,
      handle,
      partition,
      target,
      parkedAt: this.now(),
      async betweenSteps(events) {
        if (events > 0) tell({ events });
        await control.betweenSteps();
      },
    });
    tell({ partition });
  }

  async compare(job: RebuildJob, control: RebuildControl): Promise<Comparison> {
    const { log } = this.options;
    const folder = this.folderOf(job.view);
    const generations = await this.generations(job.view);
    await (await generations.open(job.generation)).finishFilling();
    await this.liveHasReached(job, generations, control);
    await this.followLive(job, generations, log);
    for (let attempt = 0; attempt < pinAttemptsMax; attempt += 1) {
      await control.betweenSteps();
      const pinned = await generations.pin(() => this.followLive(job, generations, log));
      try {
        const vector = await pinned.vector(job.before);
        if (!isSameVector(vector, await pinned.vector(job.generation))) continue;
        const { before: live, generation: rebuilt } = job;
        const { partitionCount } = log;
        const betweenPages = () => control.betweenSteps();
        const key = randomBytes(32);
        const found = await compareGenerations({
          pinned,
          live,
          rebuilt,
          vector,
          partitionCount,
          key,
          differencesMax,
          betweenPages,
        });
        return { ...found, differences: await explainDifferences(found.differences, { folder, log, vector }) };
      } finally {
        await pinned.close();
      }
    }
    throw new Error(`Live and rebuilt could not be read at the same vector in ${pinAttemptsMax} attempts.`);
  }

  async switch(job: RebuildJob): Promise<Vector> {
    const { log } = this.options;
    const generations = await this.generations(job.view);
    const inService = (await generations.list()).find(({ isInService }) => isInService);
    if (inService?.generation === job.generation) return inService.vector;
    await this.followLive(job, generations, log);
    await generations.switchTo(job.generation, () => this.followLive(job, generations, log));
    return (await generations.open(job.generation)).checkpoint();
  }

  async drop(view: string, generation: number): Promise<void> {
    const generations = await this.generations(view);
    const found = (await generations.list()).find((one) => one.generation === generation);
    if (found !== undefined) await generations.drop(generation);
  }

  /** It was filled with what the log had; live may have been behind that already, and shows it later. */
  private async liveHasReached(job: RebuildJob, generations: ViewGenerations, control: RebuildControl): Promise<void> {
    const live = await generations.open(job.before);
    const filled = await (await generations.open(job.generation)).checkpoint();
    const patienceMs = this.options.standsStillMs ?? standsStillMs;
    let stands = await live.checkpoint();
    let movedAt = performance.now();
    while (!hasReached(stands, filled)) {
      if (performance.now() - movedAt > patienceMs) {
        throw new Error(
          `The view in service is behind the new one and has not moved for ${patienceMs / 1000} seconds.`,
        );
      }
      await control.betweenSteps();
      await delay(lookEveryMs);
      const now = await live.checkpoint();
      if (!isSameVector(now, stands)) movedAt = performance.now();
      stands = now;
    }
  }

  private async followLive(job: RebuildJob, generations: ViewGenerations, log: EventLog): Promise<void> {
    const live = await generations.open(job.before);
    const handle = await generations.open(job.generation);
    const to = await live.checkpoint();
    await catchUp({ folder: this.folderOf(job.view), log, handle, to, parkedAt: this.now() });
  }

  private folderOf(view: string): Folder {
    const known = this.folders.get(view);
    if (known !== undefined) return known;
    const { readModels, log, upcasters } = this.options;
    const readModel = readModels.find(({ name }) => name === view);
    invariant(readModel !== undefined, `there is a read model ${view} to rebuild`);
    const isOwn = ownsWithin(log.partitionCount);
    const folder = createFolder(readModel, { isOwn, ...(upcasters === undefined ? undefined : { upcasters }) });
    this.folders.set(view, folder);
    return folder;
  }

  private generations(view: string): Promise<ViewGenerations> {
    return this.options.store.generations(this.folderOf(view).shape);
  }

  private now(): string {
    return new Date(this.options.clock()).toISOString();
  }
}
