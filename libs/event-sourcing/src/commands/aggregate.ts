import type { ContextName, EventDefinition } from '@faemban/contracts';
import type { Decider } from '../decider';
import type { DomainEvent } from '../events';

/** One kind of aggregate: its decider, where its streams live, and the events it may record. */
export interface Aggregate<State, Command extends { readonly type: string }, Event extends DomainEvent> {
  /** The first part of its streams' names, without `-`-suffix: `household` for `household-<uuid>`. */
  readonly name: string;
  readonly context: ContextName;
  readonly decider: Decider<State, Command, Event>;
  /** Every event it records. Data is checked against the schema before it is appended; schema versions come from here. */
  readonly events: readonly EventDefinition[];
  readonly streamOf: (command: Command) => string;
  /**
   * The household whose partition the stream lives in, or 'self'. A stream's first commit fixes its partition for life, so a command
   * that does not name the household can take it from the state.
   */
  readonly partitionOf: (command: Command, state: State) => string;
  /** Persons and households an event is about; without it, the stream's household. */
  readonly subjectsOf?: (event: Event) => readonly string[];
  /**
   * Has its long streams loaded from snapshots. Its state must survive JSON. `foldVersion` rises with every change of what `evolve` makes of
   * the same events, which the recorded streams certify; `everyEvents` (100) is how many come between two.
   */
  readonly snapshots?: { readonly foldVersion: number; readonly everyEvents?: number };
  /** The area code of that time for the envelope; without it, the context's. */
  readonly areaOf?: (command: Command, state: State) => string | undefined;
}

/** Declares an aggregate. */
export function defineAggregate<State, Command extends { readonly type: string }, Event extends DomainEvent>(
  aggregate: Aggregate<State, Command, Event>,
): Aggregate<State, Command, Event> {
  return aggregate;
}
