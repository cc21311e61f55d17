import type { ContextName } from '@faemban/contracts';
import { classify, describeFailure } from '../classify';
import { thaiDayOf } from '../days';
import { invariant } from '../errors';
import type { RecordedEvent } from '../events';
import type { IndexValue, ParkedEvent, Put, StoredSlices, ViewBatch, ViewShape } from '../ports';
import { noUpcasters, type Upcasters } from '../upcasters';
import type { SliceFold, Tally, View } from './define-view';
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

interface Change {
  readonly put?: Put;
  readonly isRemoved: boolean;
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
  }): FoldedBatch;
}

/** Makes the folder of a view or a tally. `isOwn` says whether a document may be changed by an event; where not, the event is parked. */
export function createFolder(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each fold knows its own slice
  readModel: View<any> | Tally<any>,
  {
    upcasters = noUpcasters,
    isOwn = () => true,
  }: { readonly upcasters?: Upcasters; readonly isOwn?: (id: string, event: RecordedEvent) => boolean } = {},
): Folder {
  const shape = asViewShape(readModel);
  const changeOf = isTally(readModel) ? tallyChange(readModel) : viewChange(readModel, shape);

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
        identified.push({ event, id: event.stream, failure });
      }
    }
    return identified;
  };

  const fold: Folder['fold'] = ({ context, identified, stored, parkedIds, parkedAt }) => {
    const parked: ParkedEvent[] = [];
    const park = ({ event, id }: Identified, cause: string, message: string): void => {
      const { partition, seq, id: eventId } = event;
      parked.push({ view: readModel.name, context, partition, seq, id, eventId, cause, message, parkedAt });
    };
    const puts: Put[] = [];
    const removals: string[] = [];
    const sum = new DifferenceSum();

    for (const [id, group] of grouped(identified, parkedIds, park)) {
      const slices = stored.get(id);
      const { change, applied, failure } = longestChange(group, (events) => changeOf(context, id, events, slices));
      for (const [behind, waiting] of group.slice(applied).entries()) {
        if (behind === 0) park(waiting, classify(failure), describeFailure(failure));
        else park(waiting, 'behind', `Waits behind event ${group[applied]?.event.id}.`);
      }
      if (change === undefined) continue;
      if (change.put !== undefined) puts.push(change.put);
      if (change.isRemoved) removals.push(id);
      for (const booking of change.bookings) sum.add(booking);
    }
    parked.sort((one, other) => one.seq - other.seq);
    return { puts, removals, tallies: sum.differences(), parked };
  };

  return { shape, identify, fold };
}

/** Events by document, in order; those of parked documents and streams, and those that no document is known of, are parked at once. */
function grouped(
  identified: readonly Identified[],
  parkedIds: ReadonlySet<string>,
  park: (identified: Identified, cause: string, message: string) => void,
): Map<string, Identified[]> {
  const groups = new Map<string, Identified[]>();
  const unknown = new Set<string>();
  for (const one of identified) {
    const { event, id, failure } = one;
    const isWaiting = parkedIds.has(id) || parkedIds.has(event.stream) || unknown.has(event.stream);
    if (isWaiting) {
      park(one, 'behind', `Waits behind what is parked of ${id}.`);
    } else if (failure !== undefined) {
      unknown.add(event.stream);
      park(one, classify(failure), describeFailure(failure));
    } else {
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [one]);
      else group.push(one);
    }
  }
  return groups;
}

/** The change made by all events or, where one of them fails, by the longest beginning that does not. */
function longestChange(
  group: readonly Identified[],
  changeOf: (events: readonly RecordedEvent[]) => Change | undefined,
): { readonly change: Change | undefined; readonly applied: number; readonly failure?: unknown } {
  const events = group.map(({ event }) => event);
  try {
    return { change: changeOf(events), applied: events.length };
  } catch (failureOfAll) {
    let change: Change | undefined;
    for (let applied = 0; applied < events.length; applied += 1) {
      try {
        change = changeOf(events.slice(0, applied + 1));
      } catch (failure) {
        return { change, applied, failure };
      }
    }
    throw failureOfAll;
  }
}

type ChangeOf = (
  context: ContextName,
  id: string,
  events: readonly RecordedEvent[],
  stored: StoredSlices | undefined,
) => Change | undefined;

function viewChange(view: View, shape: ViewShape): ChangeOf {
  return (context, id, events, stored) => {
    const fold = view.slices[context];
    invariant(fold !== undefined, `${view.name} folds events of ${context}`);
    const slice = stored?.[context];
    const { state, lastSeq } = foldSlice(fold, slice, events);
    if (lastSeq === undefined) return undefined;
    const slices = withSlice(stored, context, state, lastSeq);
    if (slices === undefined) return { isRemoved: stored !== undefined, bookings: [] };
    const states: Record<string, unknown> = {};
    for (const name in slices) states[name] = slices[name]?.state;
    const doc = shape.show(states, id);
    const indexed: Readonly<Record<string, IndexValue>> | undefined = doc && indexedValues(shape, doc);
    return { put: { id, slices, indexed }, isRemoved: false, bookings: [] };
  };
}

function tallyChange(tally: Tally): ChangeOf {
  return (context, id, events, stored) => {
    const slice = stored?.[context];
    const bookings: Booking[] = [];
    let state = slice?.state;
    let lastSeq = slice?.lastSeq;
    let changedSeq: number | undefined;
    let counted = state;
    let countedAs = contributionsOf(tally, state);
    for (const [index, event] of events.entries()) {
      const folded = foldSlice(tally.fold, lastSeq === undefined ? undefined : { state, lastSeq }, [event]);
      if (folded.lastSeq !== undefined) {
        state = folded.state;
        lastSeq = folded.lastSeq;
        changedSeq = folded.lastSeq;
      }
      const knownDay = thaiDay(event.recordedAt);
      const following = events[index + 1];
      const isLastOfDay = following === undefined || thaiDay(following.recordedAt) !== knownDay;
      if (!isLastOfDay || state === counted) continue;
      const countsAs = contributionsOf(tally, state);
      for (const contribution of countedAs) bookings.push({ contribution, sign: -1, knownDay });
      for (const contribution of countsAs) bookings.push({ contribution, sign: 1, knownDay });
      counted = state;
      countedAs = countsAs;
    }
    if (changedSeq === undefined) return undefined;
    const slices = withSlice(stored, context, state, changedSeq);
    if (slices === undefined) return { isRemoved: stored !== undefined, bookings };
    return { put: { id, slices, indexed: undefined }, isRemoved: false, bookings };
  };
}

/** Folds the events a slice has not seen; `lastSeq` is that of the last one that changed it, absent where none did. */
function foldSlice(
  fold: SliceFold<unknown>,
  slice: StoredSlices[string] | undefined,
  events: readonly RecordedEvent[],
): { readonly state: unknown; readonly lastSeq: number | undefined } {
  const seen = slice?.lastSeq ?? 0;
  let state = slice?.state;
  let lastSeq: number | undefined;
  for (const event of events) {
    if (event.seq <= seen) continue;
    const next = fold(state, event);
    if (next !== state) {
      state = next;
      lastSeq = event.seq;
    }
  }
  return { state, lastSeq };
}

/** The slices with one of them replaced, or left out where its state is undefined; undefined where none is left. */
function withSlice(
  stored: StoredSlices | undefined,
  context: ContextName,
  state: unknown,
  lastSeq: number,
): StoredSlices | undefined {
  if (state !== undefined) return { ...stored, [context]: { lastSeq, state } };
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
