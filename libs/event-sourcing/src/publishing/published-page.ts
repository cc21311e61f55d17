import type { LoggedEvent } from '../ports';

/** Where a published partition is read on: events behind a seq, at most so many, looked for from an offset on. */
export interface PublishedPlace {
  readonly afterSeq: number;
  readonly limit: number;
  /** What follows on `afterSeq` stands there or later. Whoever reads on names the same offset, so that it is read once. */
  readonly fromOffset: number;
}

/** What a published partition has behind a seq. What does not come in time is none of these: it is thrown as not available. */
export type PublishedPage =
  /** The next events, without a gap; at least one. The first of them stands at the offset. */
  | { readonly is: 'events'; readonly events: readonly LoggedEvent[]; readonly offset: number }
  /** It was read to this offset, its end, and nothing later is there. */
  | { readonly is: 'end'; readonly endOffset: number }
  /** It was read to its end: events up to `lastSeq` are there, and the next one is not. */
  | { readonly is: 'hole'; readonly lastSeq: number };
