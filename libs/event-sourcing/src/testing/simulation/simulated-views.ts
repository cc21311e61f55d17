import type { StoredSlices, Vector, ViewBatch, ViewHandle } from '../../ports';
import type { SimulatedDatabase } from './simulated-database';

/** What one write of a view replaced. */
interface Replaced {
  readonly at: number;
  readonly vector: Vector;
  readonly slices: ReadonlyMap<string, StoredSlices | undefined>;
}

/** A view's rows in a {@link SimulatedDatabase}: what is there now, and what was there at any moment before. */
export class SimulatedViews {
  private readonly replaced: Replaced[] = [];

  constructor(
    private readonly database: SimulatedDatabase,
    readonly handle: ViewHandle,
  ) {}

  async take(partition: number): Promise<number> {
    const epoch = await this.handle.take(partition);
    this.database.wroteElsewhere();
    return epoch;
  }

  async apply(batch: ViewBatch): Promise<void> {
    const ids = [...batch.puts.map(({ id }) => id), ...batch.removals];
    const [vector, before] = [await this.handle.checkpoint(), await this.handle.slices(ids)];
    await this.handle.apply(batch);
    this.database.wroteElsewhere();
    const slices = new Map(ids.map((id) => [id, before.get(id)]));
    this.replaced.push({ at: this.database.now, vector, slices });
  }

  async checkpointAt(at: number): Promise<Vector> {
    return this.replaced.find((one) => one.at > at)?.vector ?? this.handle.checkpoint();
  }

  async slicesAt(at: number, ids: readonly string[]): Promise<ReadonlyMap<string, StoredSlices>> {
    const found = new Map(await this.handle.slices(ids));
    for (const id of ids) {
      const later = this.replaced.find((one) => one.at > at && one.slices.has(id));
      if (later === undefined) continue;
      const before = later.slices.get(id);
      if (before === undefined) found.delete(id);
      else found.set(id, before);
    }
    return found;
  }
}
