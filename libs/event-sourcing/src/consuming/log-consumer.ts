import type { ContextName } from '@faemban/contracts';
import type { LoggedEvent } from '../ports';

/** Events of one partition of one context as the transport brought them: perhaps again, out of order, or with some missing. */
export interface LogDelivery {
  readonly context: ContextName;
  readonly partition: number;
  readonly events: readonly LoggedEvent[];
}

/** Where a partition is wanted from: events with a seq beyond `afterSeq`. */
export interface WantedFrom {
  readonly context: ContextName;
  readonly partition: number;
  readonly afterSeq: number;
}

/** What a consumer tells, and hands its deliveries to. */
export interface LogReceiver {
  /**
   * These partitions, of every context, are this member's from now on, and no others. Answers from where it wants them, as far as it
   * knows; what it does not name may begin anywhere, since what is missing is filled from the owner.
   */
  assign(partitions: ReadonlySet<number>): Promise<readonly WantedFrom[]>;
  /**
   * Takes a delivery. Until it resolves, the consumer brings nothing more of this partition of this context (that is how it is held
   * back); others go on. Where it rejects, nothing counts as taken, and the consumer brings the same again after a while.
   */
  deliver(delivery: LogDelivery): Promise<void>;
}

/**
 * Brings the published events of some contexts to one member of a group. The members share the partition numbers, the same for every
 * context, so that one household's facts of all contexts come to one process. Where it stands is not its business: whoever stores what
 * an event changes stores its place with it.
 */
export interface LogConsumer {
  readonly contexts: readonly ContextName[];
  /** Joins the group and begins to deliver; resolves when it has begun, which may be before the transport can be reached. */
  start(receiver: LogReceiver): Promise<void>;
  /** Leaves the group, so that others take over at once. Nothing is delivered after it resolves. */
  stop(): Promise<void>;
  /** What keeps it from working, in words, absent while it works; and what an operator should know besides. */
  status(): { readonly trouble?: string; readonly notes: readonly string[] };
}
