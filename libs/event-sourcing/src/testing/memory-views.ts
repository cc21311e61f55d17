import { CheckpointFenced, InvalidCursor, StoreRefused, invariant } from '../errors';
import {
  isSameVector,
  vectorKey,
  type FillStep,
  type Find,
  type GenerationHandle,
  type GenerationPart,
  type GenerationRow,
  type IndexValue,
  type Page,
  type ParkedEvent,
  type PinnedGenerations,
  type Put,
  type ReplayStep,
  type StoredSlices,
  type TallyDifference,
  type Vector,
  type ViewBatch,
  type ViewGenerations,
  type ViewHandle,
  type ViewShape,
  type ViewStore,
} from '../ports';
import {
  causesOf,
  findSequences,
  sequencesOf,
  type FindParked,
  type ParkedPage,
  type SequenceKey,
} from '../parking/parked';
import { sumDifferences } from '../views/tally-sums';

interface Row {
  /** JSON text, as any other store would keep it. */
  readonly slices: string;
  readonly indexed: Put['indexed'];
}

/** Read models in memory, keeping the promises that `viewStoreSuite` checks. */
export function createMemoryViews(): ViewStore {
  const opened = new Map<string, { readonly shape: string; readonly versions: MemoryGenerations }>();
  const records = new Map<string, string>();
  const openVersion = (shape: ViewShape): MemoryGenerations => {
    const key = `${shape.name}@${shape.version}`;
    const told = JSON.stringify([shape.contexts, shape.indexes, shape.measures ?? null]);
    const existing = opened.get(key);
    if (existing !== undefined && existing.shape !== told) {
      throw new StoreRefused(`The view ${key} changed its contexts, indexes or measures without a new version.`);
    }
    const versions = existing?.versions ?? new MemoryGenerations(shape);
    opened.set(key, { shape: told, versions });
    return versions;
  };
  return {
    async open<Doc extends object>(shape: ViewShape) {
      return openVersion(shape).inServiceHandle() as unknown as ViewHandle<Doc>;
    },
    generations: async (shape) => openVersion(shape),
    rebuilds: async () => [...records.values()],
    saveRebuild: async (rebuildId, record) => void records.set(rebuildId, record),
  };
}

class MemoryGenerations implements ViewGenerations {
  private readonly all = new Map<number, MemoryView>();
  private inService = 0;
  /** Ends when those who keep the view up to date may write again; undefined while they may. */
  private held: Promise<unknown> | undefined;

  constructor(private readonly shape: ViewShape) {
    this.all.set(0, new MemoryView(shape));
  }

  inServiceHandle(): ViewHandle {
    const current = () => this.numbered(this.inService);
    return {
      checkpoint: async () => current().checkpoint(),
      take: async (partition) => this.whenFree(() => current().take(partition)),
      apply: async (batch) => this.whenFree(() => current().apply(batch)),
      slices: async (ids) => current().slices(ids),
      get: async (ids) => current().get(ids),
      find: async (find) => current().find(find),
      count: async (find) => current().count(find),
      sum: async (question) => current().sum(question),
      parkedIds: async (context, ids) => current().parkedIds(context, ids),
      parked: async (limit) => current().parked(limit),
      parkedSequences: async (find) => current().parkedSequences(find),
      parkedOf: async (sequence, limit) => current().parkedOf(sequence, limit),
      parkedCauses: async () => current().parkedCauses(),
      replay: async (step) => this.whenFree(() => current().replay(step)),
    };
  }

  async list() {
    const statuses = [...this.all].map(async ([generation, view]) => ({
      generation,
      isInService: generation === this.inService,
      vector: await view.checkpoint(),
    }));
    return Promise.all(statuses);
  }

  async begin() {
    const generation = Math.max(...this.all.keys()) + 1;
    this.all.set(generation, new MemoryView(this.shape, generation));
    return generation;
  }

  async open(generation: number) {
    return this.numbered(generation);
  }

  async pin(catchUp?: () => Promise<void>): Promise<PinnedGenerations> {
    const copies = await this.exclusively(async () => {
      await catchUp?.();
      return new Map([...this.all].map(([generation, view]) => [generation, view.copy()]));
    });
    const copyOf = (generation: number): ViewCopy => {
      const copy = copies.get(generation);
      if (copy === undefined) throw new StoreRefused(`There is no generation ${generation} of ${this.shape.name}.`);
      return copy;
    };
    return {
      vector: async (generation) => copyOf(generation).vector,
      rows: async (generation, part, afterKey, limit) =>
        copyOf(generation)
          .parts[part].filter(({ key }) => key > afterKey)
          .slice(0, limit),
      close: async () => copies.clear(),
    };
  }

  async switchTo(generation: number, catchUp: () => Promise<void>) {
    await this.exclusively(async () => {
      await catchUp();
      const [before, after] = [this.numbered(this.inService), this.numbered(generation)];
      if (!isSameVector(await before.checkpoint(), await after.checkpoint())) {
        throw new CheckpointFenced(`Generation ${generation} does not stand where the one in service stands.`);
      }
      after.outrankEpochsOf(before);
      this.inService = generation;
    });
  }

  async drop(generation: number) {
    this.numbered(generation);
    if (generation === this.inService) throw new StoreRefused(`Generation ${generation} is in service.`);
    this.all.delete(generation);
  }

  private async whenFree<Result>(write: () => Promise<Result>): Promise<Result> {
    while (this.held !== undefined) await this.held;
    return write();
  }

  private async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.held !== undefined) await this.held;
    const working = work();
    this.held = working.catch(() => undefined);
    try {
      return await working;
    } finally {
      this.held = undefined;
    }
  }

  private numbered(generation: number): MemoryView {
    const view = this.all.get(generation);
    if (view === undefined) throw new StoreRefused(`There is no generation ${generation} of ${this.shape.name}.`);
    return view;
  }
}

interface ViewCopy {
  readonly vector: Vector;
  readonly parts: Readonly<Record<GenerationPart, readonly GenerationRow[]>>;
}

class MemoryView implements GenerationHandle {
  private readonly rows = new Map<string, Row>();
  private readonly vector: Record<string, number> = {};
  private readonly epochs = new Map<number, number>();
  private differences: (TallyDifference & { readonly partition: number })[] = [];
  private parkedEvents: ParkedEvent[] = [];

  constructor(
    private readonly shape: ViewShape,
    private readonly generation = 0,
  ) {}

  async checkpoint() {
    return { ...this.vector };
  }

  async take(partition: number) {
    const epoch = (this.epochs.get(partition) ?? 0) + 1;
    this.epochs.set(partition, epoch);
    return epoch;
  }

  async apply(batch: ViewBatch) {
    const key = vectorKey(batch.context, batch.partition);
    if (this.epochs.get(batch.partition) !== batch.epoch) {
      throw new CheckpointFenced(`${this.shape.name} ${key}: epoch ${batch.epoch} was overtaken.`);
    }
    const stands = this.vector[key] ?? 0;
    if (stands !== batch.fromSeq - 1) {
      throw new CheckpointFenced(`${this.shape.name} ${key}: the checkpoint is ${stands}, not ${batch.fromSeq - 1}.`);
    }
    const rows = batch.puts.map(
      ({ id, slices, indexed }) => [id, { slices: JSON.stringify(slices), indexed }] as const,
    );
    for (const [id, row] of rows) this.rows.set(id, row);
    for (const id of batch.removals) this.rows.delete(id);
    this.differences.push(...batch.tallies.map((one) => ({ ...one, partition: batch.partition })));
    this.parkedEvents.push(...batch.parked);
    this.vector[key] = batch.toSeq;
  }

  async finishFilling() {}

  async replay({ context, partition, atSeq, epoch, taken, puts, removals, tallies, parked }: ReplayStep) {
    const key = `${this.shape.name} ${vectorKey(context, partition)}`;
    if (this.epochs.get(partition) !== epoch) throw new CheckpointFenced(`${key}: epoch ${epoch} was overtaken.`);
    if ((this.vector[vectorKey(context, partition)] ?? 0) !== atSeq) {
      throw new CheckpointFenced(`${key}: the checkpoint is no longer ${atSeq}.`);
    }
    const left = withoutTaken(this.parkedEvents, { context, partition, taken });
    for (const { id, slices, indexed } of puts) this.rows.set(id, { slices: JSON.stringify(slices), indexed });
    for (const id of removals) this.rows.delete(id);
    this.differences.push(...tallies.map((one) => ({ ...one, partition })));
    this.parkedEvents = [...left, ...parked];
  }

  async fill({ partition, puts, counters, parked, vector = {} }: FillStep) {
    for (const { id, slices, indexed } of puts) this.rows.set(id, { slices: JSON.stringify(slices), indexed });
    const named = new Set(counters.map((one) => counterKey({ ...one, partition })));
    this.differences = this.differences.filter((one) => !named.has(counterKey(one)));
    this.differences.push(...counters.map((one) => ({ ...one, partition })));
    const booked = new Set(this.parkedEvents.map(({ eventId }) => eventId));
    this.parkedEvents.push(...parked.filter(({ eventId }) => !booked.has(eventId)));
    Object.assign(this.vector, vector);
  }

  outrankEpochsOf(other: MemoryView) {
    for (const partition of new Set([...this.epochs.keys(), ...other.epochs.keys()])) {
      this.epochs.set(partition, Math.max(this.epochs.get(partition) ?? 0, other.epochs.get(partition) ?? 0) + 1);
    }
  }

  copy(): ViewCopy {
    const byKey = (one: GenerationRow, another: GenerationRow) => (one.key < another.key ? -1 : 1);
    const documents = [...this.rows].map(([key, { slices, indexed }]) => {
      const stored = JSON.parse(slices) as StoredSlices;
      const sorted = Object.keys(stored)
        .sort()
        .map((context) => [context, stored[context]]);
      return { key, content: JSON.stringify([sorted, indexed]) };
    });
    const parked = this.parkedEvents.map(({ context, id, partition, seq, eventId }) => ({
      key: `${context} ${id} ${String(partition).padStart(4, '0')} ${String(seq).padStart(12, '0')}`,
      partition,
      content: eventId,
    }));
    const vector = Object.fromEntries(Object.entries(this.vector).sort());
    const parts = {
      documents: documents.sort(byKey),
      counters: this.counters().sort(byKey),
      parked: parked.sort(byKey),
    };
    return { vector, parts };
  }

  private counters(): GenerationRow[] {
    const sums = new Map<string, { partition: number; vector: number[] }>();
    for (const difference of this.differences) {
      const key = counterKey(difference);
      const { partition } = difference;
      const counter = sums.get(key) ?? { partition, vector: (this.shape.measures ?? []).map(() => 0) };
      for (const [measure, amount] of difference.add) counter.vector[measure] = (counter.vector[measure] ?? 0) + amount;
      sums.set(key, counter);
    }
    return [...sums]
      .filter(([, { vector }]) => vector.some((sum) => sum !== 0))
      .map(([key, { partition, vector }]) => ({ key, partition, content: JSON.stringify(vector) }));
  }

  async slices(ids: readonly string[]) {
    const found = new Map<string, StoredSlices>();
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row !== undefined) found.set(id, JSON.parse(row.slices) as StoredSlices);
    }
    return found;
  }

  async get(ids: readonly string[]) {
    const found = new Map<string, object>();
    for (const id of ids) {
      const doc = this.show(id);
      if (doc !== undefined) found.set(id, doc);
    }
    return found;
  }

  async find(find: Find): Promise<Page<object>> {
    const all = this.matches(find);
    if (find.order === 'descending') all.reverse();
    const after = find.after === undefined ? undefined : this.readCursor(find.after, find);
    const start = after === undefined ? 0 : all.findIndex((entry) => isBehind(entry, after, find.order));
    const page = start === -1 ? [] : all.slice(start, start + find.limit);
    const last = page.at(-1);
    const more = start !== -1 && all.length > start + find.limit;
    const items = page.map(({ id }) => this.show(id)).filter((doc) => doc !== undefined);
    return more && last !== undefined ? { items, next: this.writeCursor(last, find) } : { items };
  }

  async count(find: Pick<Find, 'index' | 'equals' | 'prefix'>) {
    return this.matches(find).length;
  }

  async sum(question: Parameters<ViewHandle['sum']>[0]) {
    return sumDifferences(this.differences, question, this.shape.measures?.length ?? 0);
  }

  async parkedIds(context: string, ids: readonly string[]) {
    const asked = new Set(ids);
    const ofContext = this.parkedEvents.filter((parked) => parked.context === context && asked.has(parked.id));
    return new Set(ofContext.map(({ id }) => id));
  }

  async parked(limit: number) {
    return parkedPage(this.parkedEvents, limit);
  }

  async parkedSequences(find: FindParked) {
    return findSequences(this.parkedEvents, find);
  }

  async parkedOf(sequence: SequenceKey, limit: number) {
    return parkedOf(this.parkedEvents, sequence, limit);
  }

  async parkedCauses() {
    return causesOf(sequencesOf(this.parkedEvents));
  }

  private show(id: string): object | undefined {
    const row = this.rows.get(id);
    if (row === undefined || row.indexed === undefined) return undefined;
    const slices = Object.entries(JSON.parse(row.slices) as StoredSlices);
    return this.shape.show(Object.fromEntries(slices.map(([context, { state }]) => [context, state])), id);
  }

  private matches(find: Pick<Find, 'index' | 'equals' | 'prefix' | 'range'>): Entry[] {
    const fields = this.shape.indexes[find.index];
    invariant(fields !== undefined, `${this.shape.name} declares the index ${find.index}`);
    const equals = find.equals ?? [];
    const entries: Entry[] = [];
    for (const [id, { indexed }] of this.rows) {
      if (indexed === undefined) continue;
      const key = fields.map((field) => indexed[field] ?? null);
      if (equals.some((value, place) => key[place] !== value)) continue;
      if (fits(key[equals.length] ?? null, find)) entries.push({ key, id });
    }
    return entries.sort(compareEntries);
  }

  private writeCursor({ key, id }: Entry, { index }: Find): string {
    return Buffer.from(JSON.stringify([this.cursorMark(), index, key, id])).toString('base64url');
  }

  private cursorMark(): string {
    return `${this.shape.version}.${this.generation}`;
  }

  private readCursor(cursor: string, { index }: Find): Entry {
    const parts = cursorParts(cursor);
    if (parts?.[0] !== this.cursorMark() || parts[1] !== index) throw new InvalidCursor(`Not a cursor of ${index}.`);
    return { key: parts[2], id: parts[3] };
  }
}

type CursorParts = readonly [mark: string, index: string, key: readonly IndexValue[], id: string];

function counterKey(counter: Omit<TallyDifference, 'add'> & { readonly partition: number }): string {
  const { level, round, ruleset, area, validDay, knownDay, partition } = counter;
  return [level, round, ruleset, area, validDay, knownDay, String(partition).padStart(4, '0')].join('\u0001');
}

function cursorParts(cursor: string): CursorParts | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.length === 4 ? (parts as unknown as CursorParts) : undefined;
  } catch {
    return undefined;
  }
}

interface Entry {
  readonly key: readonly IndexValue[];
  readonly id: string;
}

function fits(value: IndexValue, { prefix, range }: Pick<Find, 'prefix' | 'range'>): boolean {
  if (prefix !== undefined) return typeof value === 'string' && value.startsWith(prefix);
  if (range === undefined) return true;
  const { from, to } = range;
  if ((from !== undefined || to !== undefined) && value === null) return false;
  if (from !== undefined && compareValues(value, from) < 0) return false;
  return to === undefined || compareValues(value, to) <= 0;
}

/** Nothing comes before numbers, numbers before texts; texts by code unit. */
function compareValues(one: IndexValue, other: IndexValue): number {
  const rank = (value: IndexValue): number => (value === null ? 0 : typeof value === 'number' ? 1 : 2);
  if (rank(one) !== rank(other)) return rank(one) - rank(other);
  if (one === null || other === null || one === other) return 0;
  return one < other ? -1 : 1;
}

function compareEntries(one: Entry, other: Entry): number {
  for (const [place, value] of one.key.entries()) {
    const order = compareValues(value, other.key[place] ?? null);
    if (order !== 0) return order;
  }
  return compareValues(one.id, other.id);
}

function isBehind(entry: Entry, after: Entry, order: Find['order']): boolean {
  return order === 'descending' ? compareEntries(entry, after) < 0 : compareEntries(entry, after) > 0;
}

/** The first `limit` of what is parked, by the time it was parked, then by its place in the log. */
export function parkedPage(all: readonly ParkedEvent[], limit: number): ParkedPage {
  const sorted = [...all].sort(
    (one, other) =>
      compareValues(one.parkedAt, other.parkedAt) ||
      compareValues(one.context, other.context) ||
      one.partition - other.partition ||
      one.seq - other.seq,
  );
  return { total: all.length, oldestAt: sorted[0]?.parkedAt ?? null, events: sorted.slice(0, limit) };
}

/** One sequence's events in order, the first `limit` of them. */
export function parkedOf(
  all: readonly ParkedEvent[],
  { context, id, partition }: SequenceKey,
  limit: number,
): readonly ParkedEvent[] {
  return all
    .filter((one) => one.context === context && one.id === id && one.partition === partition)
    .sort((one, other) => one.seq - other.seq)
    .slice(0, limit);
}

/** What is left of parked events. @throws CheckpointFenced where one that is taken is not among them */
export function withoutTaken(
  all: readonly ParkedEvent[],
  { context, partition, taken }: Pick<ReplayStep, 'context' | 'partition' | 'taken'>,
): readonly ParkedEvent[] {
  const keys = new Set(taken.map(({ id, seq }) => `${seq} ${id}`));
  const isTaken = (one: ParkedEvent): boolean =>
    one.context === context && one.partition === partition && keys.has(`${one.seq} ${one.id}`);
  const left = all.filter((one) => !isTaken(one));
  if (all.length - left.length !== keys.size) throw new CheckpointFenced('Something taken is no longer parked.');
  return left;
}
