import type { mongo } from 'mongoose';
import { withDatabase } from '../failures';
import type { KeepBefore, Row } from '../rows/guarded-rows';
import { BeatWatch, beatOn, type Beating, type HoldTimes } from './beats';

/** A moment that somebody reads, of all generations of a version: per generation and partition the last intent that belongs to it. */
export interface PinDocument extends Beating {
  readonly _id: string;
  readonly version: string;
  readonly ends: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What a row was before an intent changed it that some pinned moment does not have. */
export interface EarlierRow extends mongo.Document {
  /** The part it is of, and its id. */
  readonly row: string;
  readonly n: number;
  readonly content: Row;
}

/** Up to which intent of a partition of one generation a moment goes. */
export function pinnedEnd({ ends }: Pick<PinDocument, 'ends'>, generation: number, partition: number): number {
  return ends[generation]?.[partition] ?? 0;
}

/** The moments of a version of a view that are being read. */
export class Pins {
  private readonly watch: BeatWatch;

  constructor(
    private readonly pins: mongo.Collection<PinDocument>,
    private readonly version: string,
    private readonly times: HoldTimes,
  ) {
    // Whoever reads a moment may be at it for long; it costs the writers little.
    this.watch = new BeatWatch(5 * times.leaseMs);
  }

  /** Those that are read now. One whose reader does not beat any more is over. */
  async open(): Promise<readonly PinDocument[]> {
    const found = await withDatabase(() => this.pins.find({ version: this.version }).toArray());
    const open: PinDocument[] = [];
    for (const pin of found) {
      if (this.watch.isGone(pin._id, pin.beat)) await this.close(pin._id);
      else open.push(pin);
    }
    return open;
  }

  /** Pins a moment. Called while nobody writes. */
  async add(pin: Pick<PinDocument, '_id' | 'ends'>): Promise<{ end(): void }> {
    await withDatabase(() => this.pins.insertOne({ ...pin, version: this.version, beat: 0 }));
    return beatOn(this.pins, { _id: pin._id }, this.times);
  }

  async isOpen(id: string): Promise<boolean> {
    return (await withDatabase(() => this.pins.findOne({ _id: id }, { projection: { _id: 1 } }))) !== null;
  }

  async close(id: string): Promise<void> {
    await withDatabase(() => this.pins.deleteOne({ _id: id }));
  }
}

/** The earlier rows of one generation, kept by writers as long as a pinned moment has them. */
export class EarlierRows {
  constructor(private readonly earlier: mongo.Collection<EarlierRow>) {}

  /** Keeps rows of a part before they change, where one of the moments still has them. */
  keeper(part: string, ends: readonly number[]): KeepBefore | undefined {
    if (ends.length === 0) return undefined;
    const latest = Math.max(...ends);
    return async (before) => {
      const kept = before
        .filter(({ n }) => n <= latest)
        .map((content) => ({ row: rowOf(part, content._id), n: content.n, content }));
      if (kept.length > 0) await withDatabase(() => this.earlier.insertMany(kept, { ordered: false }));
    };
  }

  /** What rows of a part were at a moment: those among these that changed since. */
  async at(
    part: string,
    changed: readonly Row[],
    endOf: (partition: number) => number,
  ): Promise<ReadonlyMap<string, Row>> {
    const found = new Map<string, Row>();
    if (changed.length === 0) return found;
    const rows = changed.map(({ _id }) => rowOf(part, _id));
    const all = await withDatabase(() => this.earlier.find({ row: { $in: rows } }).toArray());
    for (const { content } of all) {
      const { _id, n, partition } = content;
      if (n <= endOf(partition) && n >= (found.get(_id)?.n ?? 0)) found.set(_id, content);
    }
    return found;
  }

  /** When nobody reads an earlier moment. */
  async clear(): Promise<void> {
    await withDatabase(() => this.earlier.deleteMany({}));
  }
}

const rowOf = (part: string, id: string): string => `${part} ${id}`;
