import { setTimeout as wait } from 'node:timers/promises';
import {
  CheckpointFenced,
  isSameVector,
  StoreRefused,
  type GenerationHandle,
  type GenerationStatus,
  type PinnedGenerations,
  type ViewGenerations,
} from '@faemban/event-sourcing';
import { withDatabase } from '../failures';
import { keptMs } from './beats';
import { dropGeneration } from './generation-collections';
import { MongoGeneration } from './mongo-generation';
import { PinnedReader } from './pinned-reader';
import { EarlierRows } from './pins';
import type { ViewVersion } from './view-version';

/** Partitions taken at the same time. */
const takenAtOnce = 8;

/** The generations of one version of a view, for one caller, who may hold off everybody else. */
export class MongoGenerations implements ViewGenerations {
  private readonly opened = new Map<number, MongoGeneration<object>>();
  private readonly me: string;

  constructor(private readonly version: ViewVersion) {
    this.me = version.views.nextToken();
  }

  async list(): Promise<readonly GenerationStatus[]> {
    const inService = (await this.version.serviceLog.last()).generation;
    const all = await this.version.generations();
    return Promise.all(
      all.map(async ({ generation }) => ({
        generation,
        isInService: generation === inService,
        vector: await (await this.handleOf(generation)).checkpoint(),
      })),
    );
  }

  async begin(): Promise<number> {
    return this.version.next();
  }

  async open(generation: number): Promise<GenerationHandle> {
    return this.handleOf(generation);
  }

  async pin(catchUp?: () => Promise<void>): Promise<PinnedGenerations> {
    let reader: PinnedReader | undefined;
    try {
      await this.version.serviceLog.exclusively(this.me, async () => {
        const handles = await this.all();
        await this.takeAll(handles);
        await catchUp?.();
        if ((await this.version.pins.open()).length === 0) {
          for (const { collections } of handles) await new EarlierRows(collections.earlier).clear();
        }
        reader = await PinnedReader.pin(this.version, handles);
        return undefined;
      });
    } catch (error) {
      await reader?.close();
      throw error;
    }
    return reader as PinnedReader;
  }

  async switchTo(generation: number, catchUp: () => Promise<void>): Promise<void> {
    if ((await this.version.generation(generation)).state !== 'filled') {
      throw new StoreRefused(`Generation ${generation} of ${this.version.shape.name} is still being filled.`);
    }
    await this.version.serviceLog.exclusively(this.me, async () => {
      const { generation: inService } = await this.version.serviceLog.last();
      const [before, after] = [await this.handleOf(inService), await this.handleOf(generation)];
      await this.takeAll([before, after]);
      await catchUp();
      if (!isSameVector(await before.checkpoint(), await after.checkpoint())) {
        throw new CheckpointFenced(
          `${this.version.shape.name}: generation ${generation} does not stand where the one in service stands.`,
        );
      }
      return generation;
    });
  }

  async drop(generation: number): Promise<void> {
    await this.version.generation(generation);
    const { generation: inService } = await this.version.serviceLog.last();
    if (generation === inService) {
      throw new StoreRefused(`Generation ${generation} of ${this.version.shape.name} is in service.`);
    }
    const { views, name } = this.version;
    const { service } = views;
    const served = await withDatabase(() => service.findOne({ version: name, kind: 'in-service', generation }));
    // Other processes may read for a moment what was in service before.
    if (served !== null) await wait(keptMs(views.times));
    await this.version.becomes(generation, 'dropped');
    this.opened.delete(generation);
    // Also what a writer who woke up late, or a drop that was interrupted, left of earlier ones.
    for (const one of await this.version.dropped()) await dropGeneration(views.db, name, one);
  }

  /** Fences everybody who writes, finishing what they began. Whoever takes a partition later is held off. */
  private async takeAll(handles: readonly MongoGeneration<object>[]): Promise<void> {
    for (const handle of handles) {
      const partitions = await withDatabase(() => handle.collections.intents.distinct('partition'));
      for (let at = 0; at < partitions.length; at += takenAtOnce) {
        await Promise.all(partitions.slice(at, at + takenAtOnce).map((partition) => handle.take(partition)));
      }
    }
  }

  private async all(): Promise<readonly MongoGeneration<object>[]> {
    const all = await this.version.generations();
    return Promise.all(all.map(({ generation }) => this.handleOf(generation)));
  }

  private async handleOf(generation: number): Promise<MongoGeneration<object>> {
    await this.version.generation(generation);
    const known = this.opened.get(generation);
    if (known !== undefined) return known;
    const handle = new MongoGeneration<object>(this.version, generation, this.me);
    await withDatabase(() => handle.prepare());
    this.opened.set(generation, handle);
    return handle;
  }
}
