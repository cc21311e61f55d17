import type { CommandContext, DomainEvent, NewEvent } from './events';

/**
 * The whole behaviour of one aggregate, as pure functions.
 *
 * `decide` returns the events to record; `[]` means there is nothing to do. It throws {@link RuleBroken} where a rule refuses.
 * Time and actor come from the context. `evolve` has no default branch: a new event does not compile until it is handled.
 */
export interface Decider<State, Command extends { readonly type: string }, Event extends DomainEvent> {
  readonly initialState: State;
  decide(command: Command, state: State, context: CommandContext): readonly NewEvent<Event>[];
  evolve(state: State, event: Event): State;
}

/** A sentence for people, in Thai and English. */
export interface Sentence {
  readonly th: string;
  readonly en: string;
}

/** A rule refuses a command. `rule` is a stable kebab-case fragment; the sentence says what is the case and what is possible instead. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
  constructor(
    readonly rule: string,
    readonly sentence: Sentence,
  ) {
    super(`${rule}: ${sentence.en}`);
  }
}
