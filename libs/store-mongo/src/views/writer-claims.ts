import type { mongo } from 'mongoose';
import { CheckpointFenced } from '@faemban/event-sourcing';
import { insertOneUnlessThere } from '../connection/inserts';
import { withDatabase } from '../failures';

/** One claim to write a version of a view; the highest counts. Unique by (version, k). */
export interface ClaimDocument extends mongo.Document {
  readonly version: string;
  readonly k: number;
  readonly owner: string;
}

/** Who writes a version of a view as a whole, where a writer that wakes up late cannot be told from its rows. */
export class WriterClaims {
  constructor(
    private readonly claims: mongo.Collection<ClaimDocument>,
    private readonly version: string,
    private readonly owner: string,
  ) {}

  /** Becomes the one writer. */
  async claim(): Promise<void> {
    for (;;) {
      const last = await this.last();
      if (last?.owner === this.owner) return;
      const { version, owner } = this;
      if (await insertOneUnlessThere(this.claims, { version, k: (last?.k ?? 0) + 1, owner })) return;
    }
  }

  /** @throws CheckpointFenced where somebody else is the one writer */
  async mustBeMine(): Promise<void> {
    if ((await this.last())?.owner !== this.owner) {
      throw new CheckpointFenced(`${this.version}: another process writes this view, and on this database one may.`);
    }
  }

  private async last(): Promise<ClaimDocument | undefined> {
    const { version } = this;
    return (await withDatabase(() => this.claims.findOne({ version }, { sort: { k: -1 } }))) ?? undefined;
  }
}
