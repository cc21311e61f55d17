import type { ContextName } from '@faemban/contracts';
import { classify } from '../classify';
import { thaiDayOf } from '../days';
import { invariant } from '../errors';
import type { RecordedEvent } from '../events';
import { behind, failed, type ParkingCause } from '../parking/failure-code';
import { partitionOfKey } from '../partitions';
import type { ParkedEvent, Put, StoredSlices, ViewBatch, ViewShape } from '../ports';
import { catalogueUpcasters, type Upcasters } from '../upcasters';
import type { Contribution, SliceFold, Tally, View } from './define-view';
import { contributionsOf, DifferenceSum, type Booking } from './tally-differences';
import { asViewShape, indexedValues, isTally } from './view-shape';

/** An event with the document it belongs to, or why that could not be told; then it stands behind its stream's failure. */
export interface Identified {
  readonly event: RecordedEvent;
  readonly id: string;
  readonly failure?: unknown;
}

/** What a batch changes. */
export type FoldedBatch = Pick<ViewBatch, 'puts' | 'removals' | 'tallies' | 'parked'>;

type Slice = StoredSlices[string];

interface Change {
  readonly put?: Put;
  readonly isRemoved?: boolean;
  readonly bookings: readonly Booking[];
}

/** Folds batches of one context's events into a view or a tally: pure, so that live runners, rebuilds and tests do the same. */
export interface Folder {
  readonly shape: ViewShape;
  /** Lifts events to their newest shape and finds their documents; events that concern no document are left out. */
  identify(events: readonly RecordedEvent[]): Identified[];
  /**
   * Folds identified events of one partition, in order, into what is stored. An event that cannot be folded or shown is parked with all
   * later ones of its document; `parkedIds` are the documents and streams that are parked already.
   */
  fold(batch: {
    readonly context: ContextName;
    readonly identified: readonly Identified[];
    readonly stored: ReadonlyMap<string, StoredSlices>;
    readonly parkedIds: ReadonlySet<string>;
    readonly parkedAt: string;
    /** Collects what is counted over several batches; what it is given is then in no batch's `tallies`. */
    readonly counting?: DifferenceSum;
  }): FoldedBatch;
}

/** Whether a document may be changed by an event: it lives in the event's partition, or the event's stream is its own. */
export function ownsWithin(partitionCount: number): (id: string, event: RecordedEvent) => boolean {
  return (id, { stream, partition }) => stream.endsWith(id) || partitionOfKey(id, partitionCount) === partition;
}

/** Makes the folder of a view or a tally. `isOwn` says whether a document may be changed by an event; where not, the event is parked. */
export function createFolder(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each fold knows its own slice
  readModel: View<any> | Tally<any>,
  {
    upcasters = catalogueUpcasters,
    isOwn = () => true,
  }: { readonly upcasters?: Upcasters; readonly isOwn?: (id: string, event: RecordedEvent) => boolean } = {},
): Folder {
  const shape = asViewShape(readModel);
  const unfold = isTally(readModel) ? unfoldTally(readModel) : unfoldView(readModel, shape);

  const identify = (events: readonly RecordedEvent[]): Identified[] => {
    const identified: Identified[] = [];
    for (const event of events) {
      try {
        const current = upcasters.upcast(event);
        const id = readModel.idOf(current);
        if (id === undefined) continue;
        invariant(isOwn(id, current), `${readModel.name} changes a document only by events of its own partition`);
        identified.push({ event: current, id });
      } catch (failure) {
        throwFatal(failure);
        identified.push({ event, id: event.stream, failure });
      }
    }
    return identified;
  };

  const fold: Folder['fold'] = ({ context, identified, stored, parkedIds, parkedAt, counting }) => {
    const parked: ParkedEvent[] = [];
    const park: Park = ({ event, id }, cause) => {
      const { partition, seq, id: eventId } = event;
      parked.push({ view: readModel.name, context, partition, seq, id, eventId, ...cause, parkedAt });
    };
    const puts: Put[] = [];
    const removals: string[] = [];
    const sum = counting ?? new DifferenceSum();

    for (const [id, group] of grouped(identified, parkedIds, park)) {
      const unfolding = unfold(context, id, stored.get(id));
      const stopped = takeInOrder(group, unfolding);
      if (stopped !== undefined) {
        const [first, ...others] = group.slice(stopped.at);
        if (first !== undefined) park(first, failed(stopped.failure));
        for (const one of others) park(one, behind(`event ${first?.event.id}`));
      }
      const change = unfolding.change();
      if (change?.put !== undefined) puts.push(change.put);
      if (change?.isRemoved) removals.push(id);
      for (const booking of change?.bookings ?? []) sum.add(booking);
    }
    parked.sort((one, other) => one.seq - other.seq);
    return { puts, removals, tallies: counting === undefined ? sum.differences() : [], parked };
  };

  return { shape, identify, fold };
}

type Park = (identified: Identified, cause: ParkingCause) => void;

/** Events by document, in order; those of parked documents and streams, and those that no document is known of, are parked at once. */
function grouped(
  identified: readonly Identified[],
  parkedIds: ReadonlySet<string>,
  park: Park,
): Map<string, Identified[]> {
  const groups = new Map<string, Identified[]>();
  /** Documents and streams of which something was parked in this batch. */
  const parkedNow = new Set<string>();
  const isParked = (id: string): boolean => parkedIds.has(id) || parkedNow.has(id);
  for (const one of identified) {
    const { event, id, failure } = one;
    if (isParked(id) || isParked(event.stream)) {
      parkedNow.add(id);
      park(one, behind(`what is parked of ${id}`));
    } else if (failure !== undefined) {
      parkedNow.add(id);
      park(one, failed(failure));
    } else {
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [one]);
      else group.push(one);
    }
  }
  return groups;
}

/** Takes events until one fails; says which and why. */
function takeInOrder(
  group: readonly Identified[],
  unfolding: Unfolding,
): { readonly at: number; readonly failure: unknown } | undefined {
  for (const [at, { event }] of group.entries()) {
    try {
      unfolding.take(event);
    } catch (failure) {
      throwFatal(failure);
      return { at, failure };
    }
  }
  return undefined;
}

/** What says that the log itself cannot be trusted stops everything; nothing is parked for it. */
function throwFatal(failure: unknown): void {
  if (classify(failure) === 'fatal') throw failure;
}

/** A document on its way through a batch. Shown and counted after every event, so that nothing depends on where batches are cut. */
interface Unfolding {
  /** Takes one event; what throws leaves everything as it was. */
  take(event: RecordedEvent): void;
  change(): Change | undefined;
}
type Unfold = (context: ContextName, id: string, stored: StoredSlices | undefined) => Unfolding;

function unfoldView(view: View, shape: ViewShape): Unfold {
  return (context, id, stored) => {
    const fold = view.slices[context];
    invariant(fold !== undefined, `${view.name} folds events of ${context}`);
    let slice = stored?.[context];
    let change: Change | undefined;
    return {
      take(event) {
        const next = nextSlice(fold, slice, event);
        if (next === slice) return;
        const slices = withSlice(stored, context, next);
        change = slices === undefined ? removal(stored) : { put: putOf(id, slices, shape), bookings: [] };
        slice = next;
      },
      change: () => change,
    };
  };
}

function unfoldTally(tally: Tally): Unfold {
  return (context, id, stored) => {
    let slice = stored?.[context];
    let counts: readonly Contribution[] | undefined;
    let change: Change | undefined;
    const bookings: Booking[] = [];
    return {
      take(event) {
        const next = nextSlice(tally.fold, slice, event);
        if (next === slice) return;
        counts ??= contributionsOf(tally, slice?.state);
        const countsNow = contributionsOf(tally, next?.state);
        const knownDay = thaiDay(event.recordedAt);
        for (const contribution of counts) bookings.push({ contribution, sign: -1, knownDay });
        for (const contribution of countsNow) bookings.push({ contribution, sign: 1, knownDay });
        const slices = withSlice(stored, context, next);
        change =
          slices === undefined
            ? { ...removal(stored), bookings }
            : { put: { id, slices, indexed: undefined }, bookings };
        slice = next;
        counts = countsNow;
      },
      change: () => change,
    };
  };
}

/** The slice after an event; the same one where the event was seen before or changes nothing. */
function nextSlice(fold: SliceFold<unknown>, slice: Slice | undefined, event: RecordedEvent): Slice | undefined {
  if (event.seq <= (slice?.lastSeq ?? 0)) return slice;
  const state = fold(slice?.state, event);
  return state === slice?.state ? slice : { lastSeq: event.seq, state };
}

/** A row as it is stored, with what it is found by. @throws what `show` throws */
export function putOf(id: string, slices: StoredSlices, shape: ViewShape): Put {
  const states: Record<string, unknown> = {};
  for (const name in slices) states[name] = slices[name]?.state;
  const doc = shape.show(states, id);
  return { id, slices, indexed: doc && indexedValues(shape, doc) };
}

/** A row that shall be no more; nothing to remove where none was stored. */
function removal(stored: StoredSlices | undefined): Change {
  return { isRemoved: stored !== undefined, bookings: [] };
}

/** The slices with one of them replaced, or left out where its state is undefined; undefined where none is left. */
function withSlice(
  stored: StoredSlices | undefined,
  context: ContextName,
  slice: Slice | undefined,
): StoredSlices | undefined {
  if (slice?.state !== undefined) return { ...stored, [context]: slice };
  const { [context]: _, ...others } = stored ?? {};
  return Object.keys(others).length === 0 ? undefined : others;
}

let lastInstant = '';
let lastDay = '';

/** The Thai day of an instant; neighbours in the log mostly share their instant. */
function thaiDay(instant: string): string {
  if (instant !== lastInstant) {
    lastDay = thaiDayOf(instant);
    lastInstant = instant;
  }
  return lastDay;
}
