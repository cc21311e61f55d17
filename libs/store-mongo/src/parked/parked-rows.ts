import { mongo } from 'mongoose';
import {
  causesOf,
  CheckpointFenced,
  type FindParked,
  type GenerationRow,
  type ParkedCause,
  type ParkedEvent,
  type ParkedPage,
  type ParkedSequence,
  type SequenceKey,
  type TakenEvent,
} from '@faemban/event-sourcing';
import { ensureIndexes } from '../connection/open-database';
import { withDatabase } from '../failures';
import { findRows, type Row, type RowChanges, type RowContent } from '../rows/guarded-rows';

/** Parked events fetched at once. */
const pageEvents = 1_000;
/** Ids asked for at once. */
const idsAtOnce = 2_000;

/** What a view or a policy has parked: events that wait behind a failed one of their household, in order. */
export class ParkedRows {
  constructor(readonly rows: mongo.Collection<Row>) {}

  /** Makes and verifies the indexes. @throws MongoRefused */
  async prepareIndexes(): Promise<void> {
    await ensureIndexes(this.rows as unknown as mongo.Collection, [
      { name: 'by-time', key: { isParked: 1, parkedAt: 1, context: 1, partition: 1, seq: 1 } },
      { name: 'by-document', key: { document: 1 } },
    ]);
  }

  /** What taking events out and parking others changes; what is taken and parked again stays, with what is said of it now. */
  changes(taken: readonly string[], parked: readonly ParkedEvent[]): RowChanges {
    const gone = taken.map((key) => [key, (): RowContent => ({ isParked: false })] as const);
    const added = parked.map((event) => [keyOf(event), (): RowContent => contentOf(event)] as const);
    return new Map([...gone, ...added]);
  }

  /** Parked events that are filled in. */
  filled(parked: readonly ParkedEvent[]): readonly (RowContent & { readonly _id: string })[] {
    return parked.map((event) => ({ _id: keyOf(event), ...contentOf(event) }));
  }

  /** The keys of events that are taken out. @throws CheckpointFenced where one of them is not parked */
  async keysOf(context: string, partition: number, taken: readonly TakenEvent[]): Promise<readonly string[]> {
    const keys = taken.map(({ id, seq }) => keyOf({ context, partition, id, seq }));
    const found = await findRows(this.rows, keys);
    for (const key of keys) {
      if (found.get(key)?.['isParked'] !== true) throw new CheckpointFenced(`${key} is no longer parked.`);
    }
    return keys;
  }

  /** Those of the ids that have something parked of a context. */
  async idsAmong(context: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (let from = 0; from < ids.length; from += idsAtOnce) {
      const documents = ids.slice(from, from + idsAtOnce).map((id) => documentOf({ context, id }));
      const filter = { document: { $in: documents } } as mongo.Filter<Row>;
      const page = await withDatabase(() => this.rows.find(filter, { projection: { id: 1 } }).toArray());
      for (const { id } of page) found.add(id as string);
    }
    return found;
  }

  async page(limit: number): Promise<ParkedPage> {
    const filter = { isParked: true } as mongo.Filter<Row>;
    const sort = { isParked: 1, parkedAt: 1, context: 1, partition: 1, seq: 1 } as const;
    const [total, first] = await withDatabase(() =>
      Promise.all([
        this.rows.countDocuments(filter),
        this.rows.find(filter).sort(sort).limit(Math.max(1, limit)).toArray(),
      ]),
    );
    const events = first.map(eventOf);
    return { total, oldestAt: events[0]?.parkedAt ?? null, events: events.slice(0, limit) };
  }

  /** Sequences in the order of their keys, which is that of their events'. */
  async sequences({ household, cause, parkedBefore, after, limit }: FindParked): Promise<readonly ParkedSequence[]> {
    const found: ParkedSequence[] = [];
    const isMeant = ({ id, first }: ParkedSequence): boolean =>
      (household === undefined || id === household || id.endsWith(`-${household}`)) &&
      (cause === undefined || first.cause === cause || first.code === cause) &&
      (parkedBefore === undefined || first.parkedAt < parkedBefore);
    await this.eachSequence(after, (sequence) => {
      if (isMeant(sequence)) found.push(sequence);
      return found.length < limit;
    });
    return found;
  }

  async ofSequence(sequence: SequenceKey, limit: number): Promise<readonly ParkedEvent[]> {
    const from = sequenceOf(sequence);
    const filter = { _id: { $gte: from, $lt: `${from}\u{10FFFF}` }, isParked: true } as mongo.Filter<Row>;
    const found = await withDatabase(() => this.rows.find(filter).sort({ _id: 1 }).limit(limit).toArray());
    return found.map(eventOf);
  }

  async causes(): Promise<readonly ParkedCause[]> {
    const all: ParkedSequence[] = [];
    await this.eachSequence(undefined, (sequence) => all.push(sequence) > 0);
    return causesOf(all);
  }

  /** What is parked, in the form it has wherever it is stored. Why and when is left out: that depends on who folded it. */
  static generationRow({ _id, partition, isParked, eventId }: mongo.Document): GenerationRow | undefined {
    return isParked === true
      ? { key: _id as string, partition: partition as number, content: eventId as string }
      : undefined;
  }

  /** Goes through sequences until told that it is enough. */
  private async eachSequence(
    after: SequenceKey | undefined,
    take: (sequence: ParkedSequence) => boolean,
  ): Promise<void> {
    const behind = after === undefined ? {} : { _id: { $gt: `${sequenceOf(after)}\u{10FFFF}` } };
    const filter = { isParked: true, ...behind } as mongo.Filter<Row>;
    const found = this.rows.find(filter, { sort: { _id: 1 }, batchSize: pageEvents });
    await withDatabase(async () => {
      let open: ParkedSequence | undefined;
      for await (const row of found) {
        const event = eventOf(row);
        if (open !== undefined && sequenceOf(open) === sequenceOf(event)) {
          open = { ...open, events: open.events + 1 };
          continue;
        }
        if (open !== undefined && !take(open)) return;
        const { context, id, partition } = event;
        open = { context, id, partition, events: 1, first: event };
      }
      if (open !== undefined) take(open);
    });
  }
}

const documentOf = ({ context, id }: { readonly context: string; readonly id: string }): string => `${context} ${id}`;
const sequenceOf = (key: { readonly context: string; readonly id: string; readonly partition: number }): string =>
  `${documentOf(key)} ${String(key.partition).padStart(4, '0')} `;
const keyOf = (event: Pick<ParkedEvent, 'id' | 'partition' | 'seq'> & { readonly context: string }): string =>
  sequenceOf(event) + String(event.seq).padStart(12, '0');

/** The row says by itself whose partition it is; an event of a policy or view always is of the partition that parks it. */
function contentOf({ partition: _, seq, ...event }: ParkedEvent): RowContent {
  return { isParked: true, document: documentOf(event), ...event, seq: mongo.Long.fromNumber(seq) };
}

function eventOf({
  view,
  context,
  partition,
  seq,
  id,
  eventId,
  cause,
  code,
  message,
  attempts,
  parkedAt,
}: Row): ParkedEvent {
  const event = { view, context, partition, seq, id, eventId, cause, code, message, attempts, parkedAt };
  return event as unknown as ParkedEvent;
}
