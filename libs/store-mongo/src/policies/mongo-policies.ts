import type { mongo } from 'mongoose';
import type { ContextName } from '@faemban/contracts';
import {
  CheckpointFenced,
  vectorKey,
  type ParkedEvent,
  type PolicyHandle,
  type PolicyStore,
  type Refusal,
  type Vector,
} from '@faemban/event-sourcing';
import { insertUnlessThere } from '../connection/inserts';
import { ensureIndexes } from '../connection/open-database';
import { withDatabase } from '../failures';
import { intentCollections, prepareIntents } from '../intents/documents';
import { IntentLane } from '../intents/intent-lane';
import { ParkedRows } from '../parked/parked-rows';
import { writeRows, type Row } from '../rows/guarded-rows';

/** Partitions looked at at the same time. */
const partitionsAtOnce = 8;

/** A refusal; its id is the event and the rule. */
interface RefusalDocument extends mongo.Document, Refusal {
  readonly _id: string;
}

/** What one step of a policy stores. */
interface StepContent {
  readonly refusals: readonly Refusal[];
  readonly taken: readonly string[];
  readonly parked: readonly ParkedEvent[];
}

/** Checkpoints, refusals and parked events of a service's policies. Any number of processes may work one policy. */
export function createPolicyStore(db: mongo.Db, nextToken: () => string): PolicyStore {
  return {
    async open({ key, context }) {
      const policy = new MongoPolicy(db, key, context, nextToken);
      await withDatabase(() => policy.prepare());
      return policy.handle();
    },
  };
}

class MongoPolicy {
  private readonly collections: ReturnType<typeof intentCollections>;
  private readonly refusals: mongo.Collection<RefusalDocument>;
  private readonly parkedRows: ParkedRows;
  private readonly lanes = new Map<number, IntentLane>();
  /** Partitions of which it is not known how the last step ended: what was read of them since may lack it. */
  private readonly unknown = new Set<number>();

  constructor(
    db: mongo.Db,
    private readonly key: string,
    private readonly context: ContextName,
    private readonly nextToken: () => string,
  ) {
    const base = `policy.${key}`;
    this.collections = intentCollections(db, base);
    this.refusals = db.collection<RefusalDocument>(`${base}.refusals`);
    this.parkedRows = new ParkedRows(db.collection<Row>(`${base}.parked`));
  }

  async prepare(): Promise<void> {
    await prepareIntents(this.collections);
    await this.parkedRows.prepareIndexes();
    const byTime = { name: 'by-time', key: { at: -1, eventId: 1, rule: 1 } } as const;
    await ensureIndexes(this.refusals as unknown as mongo.Collection, [byTime]);
  }

  handle(): PolicyHandle {
    return {
      checkpoint: () => this.checkpoint(),
      advance: ({ partition, toSeq, ...content }) =>
        this.step(partition, async (stands) => {
          if (toSeq < stands) {
            throw new CheckpointFenced(`${this.where(partition)}: the checkpoint is ${stands} already.`);
          }
          return { toSeq, content: { ...content, taken: [] } };
        }),
      release: ({ partition, taken, ...content }) =>
        this.step(partition, async (stands) => {
          const keys = await this.parkedRows.keysOf(this.context, partition, taken);
          return { toSeq: stands, content: { ...content, taken: keys } };
        }),
      refusals: async (limit) => {
        const sort = { at: -1, eventId: 1, rule: 1 } as const;
        const total = await withDatabase(() => this.refusals.countDocuments());
        const latest = await withDatabase(() => this.refusals.find().sort(sort).limit(limit).toArray());
        return { total, latest: latest.map(({ eventId, rule, at }) => ({ eventId, rule, at })) };
      },
      parkedIds: (ids) => this.parkedRows.idsAmong(this.context, ids),
      parked: (limit) => this.parkedRows.page(limit),
      parkedSequences: (find) => this.parkedRows.sequences(find),
      parkedOf: (sequence, limit) => this.parkedRows.ofSequence(sequence, limit),
      parkedCauses: () => this.parkedRows.causes(),
    };
  }

  /** Where it stands once every step that was written down is done: what was refused is not asked again. */
  private async checkpoint(): Promise<Vector> {
    const unknown = [...this.unknown];
    const partitions = await withDatabase(() => this.collections.intents.distinct('partition'));
    const vector: Record<string, number> = {};
    for (let at = 0; at < partitions.length; at += partitionsAtOnce) {
      const some = partitions.slice(at, at + partitionsAtOnce);
      const ends = await withDatabase(() => Promise.all(some.map((partition) => this.laneOf(partition).end())));
      for (const [index, { seqs }] of ends.entries()) {
        vector[vectorKey(this.context, some[index] as number)] = seqs[this.context] ?? 0;
      }
    }
    for (const partition of unknown) this.unknown.delete(partition);
    return vector;
  }

  /**
   * Writes a step down behind all others of its partition, and does it. Whoever was overtaken judges again.
   * @throws CheckpointFenced behind a step that failed, until the checkpoint was read, which finishes what that had begun
   */
  private async step(
    partition: number,
    judge: (stands: number) => Promise<{ readonly toSeq: number; readonly content: StepContent }>,
  ): Promise<void> {
    const { context } = this;
    const lane = this.laneOf(partition);
    if (this.unknown.has(partition)) {
      throw new CheckpointFenced(`${this.where(partition)}: how the last step ended is not known.`);
    }
    for (;;) {
      const end = await withDatabase(() => lane.end());
      const { toSeq, content } = await judge(end.seqs[context] ?? 0);
      const step = { kind: 'step', epoch: () => 0, seqs: { [context]: toSeq } } as const;
      try {
        const after = await withDatabase(() => lane.add(end, { ...step, content: JSON.stringify(content) }));
        if (after !== undefined) return;
      } catch (error) {
        this.unknown.add(partition);
        throw error;
      }
    }
  }

  private where(partition: number): string {
    return `${this.key} ${vectorKey(this.context, partition)}`;
  }

  private laneOf(partition: number): IntentLane {
    const known = this.lanes.get(partition);
    if (known !== undefined) return known;
    const perform = (n: number, content: string): Promise<void> => this.perform(partition, n, content);
    const lane = new IntentLane(this.collections, partition, perform, this.nextToken);
    this.lanes.set(partition, lane);
    return lane;
  }

  private async perform(partition: number, n: number, content: string): Promise<void> {
    const { refusals, taken, parked } = JSON.parse(content) as StepContent;
    const named = refusals.map((refusal) => ({ _id: `${refusal.eventId} ${refusal.rule}`, ...refusal }));
    await insertUnlessThere(this.refusals, named);
    await writeRows(this.parkedRows.rows, { partition, n }, this.parkedRows.changes(taken, parked));
  }
}
