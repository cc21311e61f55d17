import { mongo } from 'mongoose';
import { invariant } from '@faemban/event-sourcing';
import { insertOneUnlessThere, insertUnlessThere } from '../connection/inserts';
import { withDatabase } from '../failures';
import type { IntentCollections, IntentDocument, IntentPart, Seqs } from './documents';

/** The most of an intent's content that stands in the intent itself, or in one part of it, in bytes. */
const partBytesMax = 4 * 1024 * 1024;

/** What is to be done once: how, and the content as JSON text. */
export interface Intended {
  readonly kind: IntentDocument['kind'];
  readonly epoch: (n: number) => number;
  readonly seqs: Seqs;
  readonly applies?: { readonly context: string; readonly fromSeq: number; readonly toSeq: number };
  readonly content?: string;
}

/** The end of a partition's intents, all of them done. */
export interface LaneEnd {
  readonly n: number;
  /** Of the last taking; 0 where nobody has ever taken it. */
  readonly epoch: number;
  readonly seqs: Seqs;
  /** The last intent's content, which nobody needs any more. */
  readonly done?: { readonly token: string; readonly parts: number };
}

/** Does what an intent says, each row once, however often it is done and by whom. */
export type Perform = (n: number, content: string) => Promise<void>;

const longs = (seqs: Seqs): Record<string, mongo.Long> =>
  Object.fromEntries(Object.entries(seqs).map(([context, seq]) => [context, mongo.Long.fromNumber(seq)]));
const numbers = (seqs: Readonly<Record<string, unknown>>): Seqs =>
  Object.fromEntries(Object.entries(seqs).map(([context, seq]) => [context, Number(seq)]));

/**
 * One partition's intents: a dense sequence in which one insert decides what comes next, so that of two writers one is refused before it
 * has changed anything. Only the last intent can be undone; whoever comes finishes it first.
 */
export class IntentLane {
  constructor(
    private readonly collections: IntentCollections,
    readonly partition: number,
    private readonly perform: Perform,
    private readonly nextToken: () => string,
  ) {}

  /** Finishes what somebody began, and answers where the partition stands. */
  async end(): Promise<LaneEnd> {
    for (;;) {
      const [last, position] = await Promise.all([this.lastIntent(), this.position()]);
      if (last === undefined) return { n: 0, epoch: 0, seqs: position?.seqs ?? {} };
      const { n, epoch, token, parts } = last;
      const end = { n, epoch, seqs: numbers(last.seqs), ...(last.kind === 'take' ? {} : { done: { token, parts } }) };
      if (last.kind === 'take' || (position?.n ?? 0) >= last.n) return end;
      const content = await this.contentOf(last);
      // Taken away by whoever finished it in the meantime.
      if (content === undefined) continue;
      await this.finish(end, content);
      return end;
    }
  }

  /** Adds an intent behind `end` and does it. Undefined where somebody else's stands there; then nothing has changed. */
  async add(end: LaneEnd, { kind, epoch, seqs, applies, content }: Intended): Promise<LaneEnd | undefined> {
    const { partition } = this;
    const n = end.n + 1;
    const token = this.nextToken();
    const bytes = content === undefined ? undefined : Buffer.from(content);
    const parts = bytes === undefined || bytes.length <= partBytesMax ? 0 : Math.ceil(bytes.length / partBytesMax);
    // Parts without their intent mean nothing: the intent decides.
    for (let place = 0; place < parts && bytes !== undefined; place += 1) {
      const some = bytes.subarray(place * partBytesMax, (place + 1) * partBytesMax);
      const part = { _id: `${token}/${place}`, partition, token, place, content: new mongo.Binary(some) };
      await insertUnlessThere(this.collections.parts, [part]);
    }
    const intent: IntentDocument = {
      partition,
      n,
      kind,
      epoch: epoch(n),
      token,
      ...(applies === undefined
        ? undefined
        : {
            context: applies.context,
            fromSeq: mongo.Long.fromNumber(applies.fromSeq),
            toSeq: mongo.Long.fromNumber(applies.toSeq),
          }),
      seqs: longs(seqs),
      parts,
      ...(bytes === undefined || parts > 0 ? undefined : { content: new mongo.Binary(bytes) }),
    };
    if (!(await this.insert(intent))) return undefined;
    const after = { n, epoch: intent.epoch, seqs, ...(content === undefined ? {} : { done: { token, parts } }) };
    await Promise.all([
      content === undefined ? undefined : this.finish(after, content),
      end.done === undefined ? undefined : this.forget(end.n, end.done),
    ]);
    return after;
  }

  /** Takes the partition: whoever wrote before is refused from now on. Undefined where somebody was faster. */
  async take(end: LaneEnd, epoch: (n: number) => number): Promise<LaneEnd | undefined> {
    // Parts whose intent was never written; those that are written later than this are somebody else's.
    const { partition } = this;
    const left = await withDatabase(() =>
      this.collections.parts.find({ partition }, { projection: { _id: 1 } }).toArray(),
    );
    const after = await this.add(end, { kind: 'take', epoch, seqs: end.seqs });
    if (after === undefined || left.length === 0) return after;
    const ids = left.map(({ _id }) => _id);
    await withDatabase(() => this.collections.parts.deleteMany({ _id: { $in: ids } }));
    return after;
  }

  private async insert(intent: IntentDocument): Promise<boolean> {
    const { intents } = this.collections;
    if (await insertOneUnlessThere(intents, intent)) return true;
    const { partition, n, token } = intent;
    const there = await withDatabase(() => intents.findOne({ partition, n }, { projection: { token: 1 } }));
    return there?.token === token;
  }

  private async finish({ n, seqs }: LaneEnd, content: string): Promise<void> {
    await this.perform(n, content);
    await movePosition(this.collections, this.partition, n, seqs);
  }

  private async lastIntent(): Promise<IntentDocument | undefined> {
    const { intents } = this.collections;
    const { partition } = this;
    return (await withDatabase(() => intents.findOne({ partition }, { sort: { n: -1 } }))) ?? undefined;
  }

  private async position(): Promise<{ readonly n: number; readonly seqs: Seqs } | undefined> {
    const found = await withDatabase(() => this.collections.positions.findOne({ _id: this.partition }));
    return found === null ? undefined : { n: found.n, seqs: numbers(found.seqs) };
  }

  private async contentOf({ content, parts, token }: IntentDocument): Promise<string | undefined> {
    if (parts === 0) return content === undefined ? undefined : Buffer.from(content.buffer).toString();
    const ids = partIds(token, parts);
    const found = await withDatabase(() => this.collections.parts.find({ _id: { $in: ids } }).toArray());
    if (found.length < parts) return undefined;
    const inOrder = found.sort((one: IntentPart, other: IntentPart) => one.place - other.place);
    return Buffer.concat(inOrder.map((part) => Buffer.from(part.content.buffer))).toString();
  }

  /** What is done need not be told again: that an intent was there is what keeps its place taken. */
  private async forget(n: number, { token, parts }: NonNullable<LaneEnd['done']>): Promise<void> {
    const { intents } = this.collections;
    await withDatabase(() => intents.updateOne({ partition: this.partition, n }, { $unset: { content: '' } }));
    if (parts > 0) await withDatabase(() => this.collections.parts.deleteMany({ _id: { $in: partIds(token, parts) } }));
  }
}

const partIds = (token: string, parts: number): string[] =>
  Array.from({ length: parts }, (_, place) => `${token}/${place}`);

/** Says that a partition is done up to an intent; never takes that back. */
async function movePosition({ positions }: IntentCollections, partition: number, n: number, seqs: Seqs): Promise<void> {
  const stands = { n, seqs: longs(seqs) };
  const moved = await withDatabase(() => positions.updateOne({ _id: partition, n: { $lt: n } }, { $set: stands }));
  if (moved.matchedCount > 0) return;
  if (await insertOneUnlessThere(positions, { _id: partition, ...stands })) return;
  const found = await withDatabase(() => positions.findOne({ _id: partition }));
  invariant(found !== null && found.n >= n, 'a partition that is done further was done by a later intent');
}

/** Says where a partition stands that was filled in, before any intent. */
export async function fillPosition({ positions }: IntentCollections, partition: number, seqs: Seqs): Promise<void> {
  const isNew = await insertOneUnlessThere(positions, { _id: partition, n: 0, seqs: longs(seqs) });
  if (!isNew) await withDatabase(() => positions.updateOne({ _id: partition, n: 0 }, { $set: { seqs: longs(seqs) } }));
}

/** Where every partition stands, by (context, partition). */
export async function readVector({ positions }: IntentCollections): Promise<Readonly<Record<string, number>>> {
  const found = await withDatabase(() => positions.find().sort({ _id: 1 }).toArray());
  const entries = found.flatMap(({ _id, seqs }) =>
    Object.entries(numbers(seqs)).map(([context, seq]) => [`${context}/${_id}`, seq] as const),
  );
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
