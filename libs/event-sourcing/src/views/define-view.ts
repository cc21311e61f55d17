import type { ContextName } from '@faemban/contracts';
import type { RecordedEvent } from '../events';

/** Folds one context's events, in order, into the view's slice of one document. `undefined` is the slice before the first event. */
export type SliceFold<Slice> = (slice: Slice | undefined, event: RecordedEvent) => Slice | undefined;

/**
 * A read model of documents, one per id (usually a household).
 *
 * Each context's events fold into a slice of their own; `show` is pure over the slices together, so a row cannot depend on how
 * contexts interleave. It reads neither the clock, the network nor another view. `idOf` answers undefined for events that do not concern it.
 */
export interface View<Doc extends object = object> {
  readonly name: string;
  readonly version: number;
  readonly idOf: (event: RecordedEvent) => string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- slices of several contexts differ in type; each fold knows its own
  readonly slices: Partial<Record<ContextName, SliceFold<any>>>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- see above
  readonly show: (slices: any, id: string) => Doc | undefined;
  readonly indexes: Readonly<Record<string, readonly (keyof Doc & string)[]>>;
}

/** Declares a view. */
export function defineView<Doc extends object>(view: View<Doc>): View<Doc> {
  return view;
}

/** One stretch of days over which a household counts in some areas. `to` is inclusive; absent means until further notice. */
export interface Contribution {
  /** level → area code, e.g. `{ village: '8417010101', district: '8417' }`. */
  readonly areas: Readonly<Record<string, string>>;
  readonly round: string;
  readonly ruleset: string;
  readonly from: string;
  readonly to?: string;
  /** Sparse vector: index of the measure → amount (whole number). */
  readonly add: ReadonlyMap<number, number>;
}

/**
 * Exact bitemporal counters over one context's facts. The slice keeps a household's timeline in valid days; `contributions` says over
 * which days it counts where. When that changes, the difference is booked under the known day of the causing event.
 */
export interface Tally<Slice = unknown> {
  readonly name: string;
  readonly version: number;
  readonly context: ContextName;
  readonly idOf: (event: RecordedEvent) => string | undefined;
  readonly fold: SliceFold<Slice>;
  readonly measures: readonly string[];
  readonly contributions: (slice: Slice) => readonly Contribution[];
}

/** Declares a tally. */
export function defineTally<Slice>(tally: Tally<Slice>): Tally<Slice> {
  return tally;
}
