import { isDeepStrictEqual } from 'node:util';
import type { Aggregate } from '../commands/aggregate';
import { RuleBroken } from '../decider';
import { invariant } from '../errors';
import type { CommandContext, DomainEvent, NewEvent } from '../events';
import { serializeData } from '../integrity/hashing';
import { commandContext } from './command-context';

/** What may be said of a command's outcome. */
export interface Outcome<Event extends DomainEvent> {
  /** The command recorded exactly these events. */
  then(...events: readonly NewEvent<Event>[]): void;
  /** The rule of this name refused it. */
  thenRefused(rule: string): void;
  /** There was nothing to do. */
  thenNothing(): void;
}

/**
 * A decider's test: `given(household, listed).when(survey).then(surveyed)`.
 *
 * Everything is checked on the way: that all events fit their schemas and survive JSON, that `decide` and `evolve` change nothing they
 * are given, and that deciding twice says the same.
 */
export function given<State, Command extends { readonly type: string }, Event extends DomainEvent>(
  aggregate: Aggregate<State, Command, Event>,
  ...events: readonly Event[]
): { when(command: Command, context?: Partial<CommandContext>): Outcome<Event> } {
  for (const event of events) checkEvent(aggregate, event);
  return {
    when(command, context) {
      const told = commandContext(context);
      const decide = (): readonly NewEvent<Event>[] | RuleBroken => {
        try {
          const decided = aggregate.decider.decide(frozen(command), stateAfter(aggregate, events), told);
          for (const event of decided) checkEvent(aggregate, event);
          stateAfter(aggregate, [...events, ...decided]);
          return decided;
        } catch (error) {
          if (error instanceof RuleBroken) return error;
          throw error;
        }
      };
      const result = decide();
      checkSnapshots(aggregate, events);
      const again = decide();
      invariant(isDeepStrictEqual(plain(again), plain(result)), `deciding ${command.type} twice says the same`);
      return outcomeOf(result);
    },
  };
}

function outcomeOf<Event extends DomainEvent>(result: readonly NewEvent<Event>[] | RuleBroken): Outcome<Event> {
  const decided = (): readonly NewEvent<Event>[] => {
    if (result instanceof RuleBroken) throw result;
    return result;
  };
  return {
    then(...events) {
      expect(decided()).toEqual(events);
    },
    thenRefused(rule) {
      expect(result instanceof RuleBroken ? { refused: result.rule } : { recorded: result }).toEqual({ refused: rule });
      const { sentence } = result as RuleBroken;
      expect([sentence.th.trim(), sentence.en.trim()]).not.toContain('');
    },
    thenNothing() {
      expect(decided()).toEqual([]);
    },
  };
}

function stateAfter<State, Command extends { readonly type: string }, Event extends DomainEvent>(
  { decider }: Aggregate<State, Command, Event>,
  events: readonly Event[],
): State {
  return events.reduce((state, event) => frozen(decider.evolve(state, frozen(event))), frozen(decider.initialState));
}

function checkEvent(aggregate: Pick<Aggregate<never, never, never>, 'events' | 'name'>, event: DomainEvent): void {
  const definition = aggregate.events.find(({ type }) => type === event.type);
  invariant(definition !== undefined, `${event.type} is among the events of ${aggregate.name}`);
  definition.data.parse(JSON.parse(serializeData(event.data)));
}

/** A state of which snapshots are taken is the same after JSON. */
function checkSnapshots<State, Command extends { readonly type: string }, Event extends DomainEvent>(
  aggregate: Aggregate<State, Command, Event>,
  events: readonly Event[],
): void {
  if (aggregate.snapshots === undefined) return;
  const state = stateAfter(aggregate, events);
  const survives = isDeepStrictEqual(JSON.parse(JSON.stringify(state)), state);
  invariant(survives, `the state of ${aggregate.name} survives JSON, as its snapshots need`);
}

function plain(result: readonly DomainEvent[] | RuleBroken): unknown {
  return result instanceof RuleBroken ? result.rule : result;
}

/** Frozen all the way down, but for Maps, Sets and the like, whose insides cannot be. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) frozen(member);
  return value;
}
