import {
  invariant,
  type FillStep,
  type FindParked,
  type GenerationHandle,
  type GenerationPart,
  type ReplayStep,
  type SequenceKey,
  type ViewBatch,
  type ViewHandle,
} from '@faemban/event-sourcing';
import { fillPosition, IntentLane, readVector } from '../intents/intent-lane';
import { ParkedRows } from '../parked/parked-rows';
import { fillRows, writeRows, type KeepBefore } from '../rows/guarded-rows';
import { CounterRows } from './counter-rows';
import { DocumentRows } from './document-rows';
import { generationCollections, prepareGeneration, type GenerationCollections } from './generation-collections';
import { readChanges, writeChanges, type IntendedChanges } from './intended-changes';
import { PartitionWriter, type WrittenView } from './partition-writer';
import { EarlierRows, pinnedEnd, type PinDocument } from './pins';
import type { ViewVersion } from './view-version';

/** Epochs of different generations are never the same, and those of a later one are higher. */
const epochsOfGeneration = 2 ** 32;

/** One generation of a version of a view: rows, counters, parked events, and the intents that wrote them. */
export class MongoGeneration<Doc extends object> implements GenerationHandle {
  readonly collections: GenerationCollections;
  private readonly documents: DocumentRows<Doc>;
  private readonly counters: CounterRows | undefined;
  private readonly parkedRows: ParkedRows;
  private readonly earlier: EarlierRows;
  private readonly writers = new Map<number, PartitionWriter>();
  private pins: readonly PinDocument[] = [];

  /** `holder` is who may write while he holds all others off; those who never do share the empty name. */
  constructor(
    private readonly version: ViewVersion,
    readonly generation: number,
    private readonly holder: string,
  ) {
    const { views, shape, name } = version;
    this.collections = generationCollections(views.db, name, generation);
    const { rows, earlier } = this.collections;
    this.documents = new DocumentRows<Doc>(rows.documents, shape, `${shape.version}.${generation}`);
    this.counters = shape.measures === undefined ? undefined : new CounterRows(rows.counters, shape.measures.length);
    this.parkedRows = new ParkedRows(rows.parked);
    this.earlier = new EarlierRows(earlier);
  }

  /** Makes and verifies collections and indexes; those that are declared once it is filled. @throws MongoRefused */
  async prepare(): Promise<void> {
    await prepareGeneration(this.collections);
    await this.parkedRows.prepareIndexes();
    if ((await this.version.generation(this.generation)).state === 'filled') await this.documents.prepareIndexes();
  }

  async checkpoint() {
    return readVector(this.collections);
  }

  async take(partition: number) {
    return this.writerOf(partition).take();
  }

  async apply(batch: ViewBatch) {
    const { context, partition, epoch, fromSeq, toSeq, parked } = batch;
    const content = async (): Promise<string> => writeChanges(this.intended(batch, [], parked));
    const place = { context, epoch, atSeq: fromSeq - 1, fromSeq, toSeq };
    await this.writerOf(partition).write({ kind: 'batch', ...place, content });
  }

  async replay(step: ReplayStep) {
    const { context, partition, epoch, atSeq, taken, parked } = step;
    const content = async (): Promise<string> =>
      writeChanges(this.intended(step, await this.parkedRows.keysOf(context, partition, taken), parked));
    const place = { context, epoch, atSeq, fromSeq: atSeq + 1, toSeq: atSeq };
    await this.writerOf(partition).write({ kind: 'replay', ...place, content });
  }

  async fill({ partition, puts, counters, parked, vector = {} }: FillStep) {
    const { state } = await this.version.generation(this.generation);
    invariant(state === 'filling', `generation ${this.generation} of ${this.version.shape.name} is being filled`);
    const { rows } = this.collections;
    const documents = puts.map((put) => ({ _id: put.id, partition, ...this.documents.content(put) }));
    const filled = this.tally(counters.length)?.filled(partition, counters) ?? [];
    await Promise.all([
      fillRows(rows.documents, documents),
      fillRows(
        rows.counters,
        filled.map((counter) => ({ partition, ...counter })),
      ),
      fillRows(
        rows.parked,
        this.parkedRows.filled(parked).map((row) => ({ partition, ...row })),
      ),
    ]);
    const seqs = Object.entries(vector).map(([key, seq]) => {
      const [context = '', ofPartition = ''] = key.split('/');
      invariant(Number(ofPartition) === partition, 'a partition is filled with its own checkpoints');
      return [context, seq] as const;
    });
    if (seqs.length > 0) await fillPosition(this.collections, partition, Object.fromEntries(seqs));
  }

  async finishFilling() {
    const { state } = await this.version.generation(this.generation);
    if (state === 'filled') return;
    // Over rows that are there, in one sorting each.
    await this.documents.prepareIndexes();
    await this.version.becomes(this.generation, 'filled');
  }

  async slices(ids: readonly string[]) {
    return this.documents.slices(ids);
  }

  async get(ids: readonly string[]) {
    return this.documents.get(ids);
  }

  async find(find: Parameters<ViewHandle['find']>[0]) {
    return this.documents.find(find);
  }

  async count(find: Parameters<ViewHandle['count']>[0]) {
    return this.documents.count(find);
  }

  async sum(question: Parameters<ViewHandle['sum']>[0]) {
    return this.counters?.sum(question) ?? [];
  }

  async parkedIds(context: string, ids: readonly string[]) {
    return this.parkedRows.idsAmong(context, ids);
  }

  async parked(limit: number) {
    return this.parkedRows.page(limit);
  }

  async parkedSequences(find: FindParked) {
    return this.parkedRows.sequences(find);
  }

  async parkedOf(sequence: SequenceKey, limit: number) {
    return this.parkedRows.ofSequence(sequence, limit);
  }

  async parkedCauses() {
    return this.parkedRows.causes();
  }

  private tally(differences: number): CounterRows | undefined {
    invariant(
      differences === 0 || this.counters !== undefined,
      `${this.version.shape.name} is a tally, since it has differences or counters`,
    );
    return this.counters;
  }

  private intended(
    { partition, puts, removals, tallies }: Pick<ViewBatch, 'partition' | 'puts' | 'removals' | 'tallies'>,
    taken: readonly string[],
    parked: IntendedChanges['parked'],
  ): IntendedChanges {
    const documents = [...puts.map((put) => this.documents.intended(put)), ...removals.map((id) => ({ id }))];
    const differences = this.tally(tallies.length)?.intended(partition, tallies) ?? [];
    return { documents, differences, taken, parked };
  }

  /** Does what an intent says; whatever of it is done already is left as it is. */
  private async perform(partition: number, n: number, content: string): Promise<void> {
    const { documents, differences, taken, parked } = readChanges(content);
    const { rows } = this.collections;
    const at = { partition, n };
    if (this.pins.length > 0) this.pins = await this.version.pins.open();
    const ends = this.pins.map((pin) => pinnedEnd(pin, this.generation, partition));
    const keeper = (part: GenerationPart): KeepBefore | undefined => this.earlier.keeper(part, ends);
    const done = await Promise.allSettled([
      writeRows(rows.documents, at, this.documents.changes(documents), keeper('documents')),
      writeRows(rows.counters, at, this.counters?.changes(differences) ?? new Map(), keeper('counters')),
      writeRows(rows.parked, at, this.parkedRows.changes(taken, parked), keeper('parked')),
    ]);
    for (const outcome of done) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private writerOf(partition: number): PartitionWriter {
    const known = this.writers.get(partition);
    if (known !== undefined) return known;
    const perform = (n: number, content: string): Promise<void> => this.perform(partition, n, content);
    const lane = new IntentLane(this.collections, partition, perform, this.version.views.nextToken);
    const writer = new PartitionWriter(this.written(), lane);
    this.writers.set(partition, writer);
    return writer;
  }

  private written(): WrittenView {
    const { serviceLog, claims, pins, shape } = this.version;
    return {
      name: shape.name,
      epoch: (n) => this.generation * epochsOfGeneration + n,
      whenFree: () => serviceLog.whenFree(this.holder),
      isHeld: () => serviceLog.isHeldFrom(this.holder),
      claim: async () => claims?.claim(),
      mustBeMine: async () => claims?.mustBeMine(),
      lookAtPins: async () => {
        this.pins = await pins.open();
      },
    };
  }
}
