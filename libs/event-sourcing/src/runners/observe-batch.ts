import type { ContextName } from '@faemban/contracts';

/**
 * A batch of one partition's events that is being worked: sent to the log (`publish`), taken from it (`consume`), or folded into a view or
 * tally (`apply`). `name` is the view's, or the topic's or consumer's.
 */
export interface ObservedBatch {
  readonly what: 'publish' | 'consume' | 'apply';
  readonly name: string;
  readonly context: ContextName;
  readonly partition: number;
  /** The events, of which an observer sees where they stand and which trace each belongs to. */
  readonly events: readonly { readonly seq: number; readonly traceparent?: string }[];
}

/**
 * Stands round the work on a batch, e.g. to trace it. It must do the work once and answer or throw what the work does; what it thinks of
 * the batch is its own affair. The kernel and adapters know nothing of who observes.
 */
export type ObserveBatch = <Result>(batch: ObservedBatch, work: () => Promise<Result>) => Promise<Result>;

/** Nobody observes. */
export const unobserved: ObserveBatch = (_batch, work) => work();
