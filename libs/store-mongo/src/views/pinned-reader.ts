import type { mongo } from 'mongoose';
import {
  StoreRefused,
  type GenerationPart,
  type GenerationRow,
  type PinnedGenerations,
  type Vector,
} from '@faemban/event-sourcing';
import { DatabaseUnavailable, withDatabase } from '../failures';
import { ParkedRows } from '../parked/parked-rows';
import type { Row } from '../rows/guarded-rows';
import { CounterRows } from './counter-rows';
import { DocumentRows } from './document-rows';
import type { MongoGeneration } from './mongo-generation';
import { EarlierRows, pinnedEnd, type PinDocument } from './pins';
import type { ViewVersion } from './view-version';

const rowOf: Readonly<Record<GenerationPart, (row: mongo.Document) => GenerationRow | undefined>> = {
  documents: (row) => DocumentRows.generationRow(row),
  counters: (row) => CounterRows.generationRow(row),
  parked: (row) => ParkedRows.generationRow(row),
};

interface Pinned {
  readonly handle: MongoGeneration<object>;
  readonly vector: Vector;
}

/** Reads all generations of a version at one moment: rows that changed since are read as they were, from what their writers kept. */
export class PinnedReader implements PinnedGenerations {
  private constructor(
    private readonly version: ViewVersion,
    private readonly pin: Pick<PinDocument, '_id' | 'ends'>,
    private readonly pinned: ReadonlyMap<number, Pinned>,
    private readonly beat: { end(): void },
  ) {}

  /** Pins this moment. Called while nobody writes. */
  static async pin(version: ViewVersion, handles: readonly MongoGeneration<object>[]): Promise<PinnedReader> {
    const pinned = new Map<number, Pinned>();
    const ends: Record<string, Record<string, number>> = {};
    for (const handle of handles) {
      const positions = await withDatabase(() => handle.collections.positions.find().toArray());
      ends[handle.generation] = Object.fromEntries(positions.map(({ _id, n }) => [_id, n]));
      pinned.set(handle.generation, { handle, vector: await handle.checkpoint() });
    }
    const pin = { _id: version.views.nextToken(), ends };
    return new PinnedReader(version, pin, pinned, await version.pins.add(pin));
  }

  async vector(generation: number): Promise<Vector> {
    return this.of(generation).vector;
  }

  async rows(
    generation: number,
    part: GenerationPart,
    afterKey: string,
    limit: number,
  ): Promise<readonly GenerationRow[]> {
    const { handle } = this.of(generation);
    const rows = handle.collections.rows[part];
    const earlier = new EarlierRows(handle.collections.earlier);
    const endOf = (partition: number): number => pinnedEnd(this.pin, generation, partition);
    const found: GenerationRow[] = [];
    let after = afterKey;
    for (;;) {
      const page = await withDatabase(() =>
        rows
          .find({ _id: { $gt: after } })
          .sort({ _id: 1 })
          .limit(limit)
          .toArray(),
      );
      const changed = page.filter((row) => row.n > endOf(row.partition));
      const before = await earlier.at(part, changed, endOf);
      for (const row of page) {
        const then = row.n > endOf(row.partition) ? before.get(row._id) : (row as Row);
        const shown = then === undefined ? undefined : rowOf[part](then);
        if (shown !== undefined && found.length < limit) found.push(shown);
      }
      const last = page.at(-1);
      if (last === undefined || page.length < limit || found.length >= limit) break;
      after = last._id;
    }
    // Only as long as it is there do writers keep what it reads.
    if (await this.version.pins.isOpen(this.pin._id)) return found;
    throw new DatabaseUnavailable(`${this.version.name}: the moment that was read is over. Begin again.`);
  }

  async close(): Promise<void> {
    this.beat.end();
    await this.version.pins.close(this.pin._id);
  }

  private of(generation: number): Pinned {
    const found = this.pinned.get(generation);
    if (found === undefined) {
      throw new StoreRefused(`There was no generation ${generation} of ${this.version.shape.name} at this moment.`);
    }
    return found;
  }
}
