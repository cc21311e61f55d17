import type { ContextName } from '@faemban/contracts';
import type { Comparison, RebuildJob, SharedControl, Vector } from '@faemban/event-sourcing';

/** What a rebuild thread is given when it begins. */
export interface RebuildBeginning {
  readonly context: ContextName;
  readonly eventsFile: string;
  readonly viewsFile: string;
  readonly control: SharedControl;
}

/** One piece of work for a rebuild thread; it does one at a time. */
export type RebuildRequest =
  | { readonly ask: 'fill'; readonly job: RebuildJob; readonly partition: number }
  | { readonly ask: 'compare' | 'switch'; readonly job: RebuildJob }
  | { readonly ask: 'drop'; readonly view: string; readonly generation: number }
  | { readonly ask: 'close' };

/** What a rebuild thread answers; `events` comes any number of times before the others. */
export type RebuildReply =
  | { readonly events: number }
  | { readonly done: Comparison | Vector | null }
  | { readonly failed: string; readonly isCancelled: boolean };
