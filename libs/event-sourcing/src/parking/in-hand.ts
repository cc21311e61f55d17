import type { ContextName } from '@faemban/contracts';
import { vectorKey, type EventLog, type ParkedEvent, type ViewHandle } from '../ports';
import type { Folder, FoldedBatch, Identified } from '../views/fold-batch';
import type { ParkedSequence, SequenceKey } from './parked';
import { readParked } from './replay';

const pageSequences = 500;

/** What replaying a view's parked events needs. */
export interface ViewReplay {
  readonly folder: Folder;
  readonly log: EventLog;
  readonly handle: ViewHandle;
  /** Under which epoch the caller writes a partition; one that another process works is taken for the step, and taken back by it. */
  readonly epochFor: (partition: number) => Promise<number>;
  readonly now: () => string;
}

/** Parked events of one partition taken in hand together, by seq, with what can be told of them now. */
export interface InHand {
  readonly context: ContextName;
  readonly partition: number;
  readonly atSeq: number;
  readonly rows: ReadonlyMap<number, ParkedEvent>;
  readonly identified: readonly Identified[];
  /** Whether an event is of another document than it is parked of: then order has to be looked at from the beginning. */
  readonly isMoved: boolean;
  /** The first event of each document that is not in hand, since there are too many, and how many that are altogether. */
  readonly leftover: readonly ParkedEvent[];
  readonly untried: number;
}

/**
 * Reads what is parked of some documents of one partition, and of all that it hangs together with: what is parked of their events'
 * streams goes before them, and a stream's event may turn out to be of a document that has others parked.
 */
export async function takeInHand(
  view: ViewReplay,
  sequences: readonly ParkedSequence[],
  eventsMax: number,
): Promise<InHand> {
  const { folder, log, handle } = view;
  const { context, partition } = sequences[0] as ParkedSequence;
  const atSeq = (await handle.checkpoint())[vectorKey(context, partition)] ?? 0;
  const rows = new Map<number, ParkedEvent>();
  const identified: Identified[] = [];
  const leftover: ParkedEvent[] = [];
  let untried = 0;
  let isMoved = false;
  const known = new Set<string>();
  let ids: readonly string[] = sequences.map(({ id }) => id);
  while (ids.length > 0) {
    const fresh: ParkedEvent[] = [];
    for (const id of ids) {
      known.add(id);
      const some = await handle.parkedOf({ context, partition, id }, eventsMax + 1);
      const [first, next] = [some[0], some[eventsMax]];
      if (first !== undefined && next !== undefined) {
        // Where replaying goes on in the middle of a sequence, its next event says why the sequence had been parked.
        leftover.push({ ...next, cause: first.cause, code: first.code, message: first.message, attempts: 0 });
        untried += (sequences.find((sequence) => sequence.id === id)?.events ?? eventsMax + 1) - eventsMax;
      }
      fresh.push(...some.slice(0, eventsMax));
    }
    for (const row of fresh) rows.set(row.seq, row);
    const events = await readParked(log, fresh);
    const found = identify(folder, events, rows);
    identified.push(...found);
    const others = [...new Set([...found.map(({ id }) => id), ...events.map(({ stream }) => stream)])];
    const isMovedNow = found.some(({ event, id }) => rows.get(event.seq)?.id !== id);
    const waiting = isMovedNow && !isMoved ? await idsBehind(view, { context, partition, id: '' }) : [];
    isMoved ||= isMovedNow;
    ids = [...new Set([...(await handle.parkedIds(context, others)), ...waiting])].filter((id) => !known.has(id));
  }
  identified.sort((one, other) => one.event.seq - other.event.seq);
  return { context, partition, atSeq, rows, identified, isMoved, leftover, untried };
}

/** What waits behind something that is parked under another name; with a stream's first event its other documents come free. */
async function idsBehind({ handle }: ViewReplay, { context, partition }: SequenceKey): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: SequenceKey | undefined; ;) {
    const find = { cause: 'behind', limit: pageSequences, ...(after === undefined ? {} : { after }) };
    const page = await handle.parkedSequences(find);
    for (const sequence of page) {
      if (sequence.context === context && sequence.partition === partition) ids.push(sequence.id);
    }
    after = page.at(-1);
    if (after === undefined || page.length < pageSequences) return ids;
  }
}

/** Finds the documents of events; what can no longer be told of a parked event stays with the document it is parked of. */
export function identify(
  folder: Folder,
  events: Parameters<Folder['identify']>[0],
  rows: ReadonlyMap<number, ParkedEvent>,
): Identified[] {
  return folder.identify(events).map((one) => {
    const row = one.failure === undefined ? undefined : rows.get(one.event.seq);
    return row === undefined ? one : { ...one, id: row.id };
  });
}

/** What stays parked is as old as it was, and was tried once more where it was tried. */
export function remembered(
  parked: FoldedBatch['parked'],
  rows: ReadonlyMap<number, ParkedEvent>,
): readonly ParkedEvent[] {
  return parked.map((event) => {
    const before = rows.get(event.seq);
    if (before === undefined) return event;
    return { ...event, parkedAt: before.parkedAt, attempts: before.attempts + event.attempts };
  });
}
