import type { EventDefinition } from '@faemban/contracts';
import { asError } from '../classify';
import { CommandIdReused, invariant } from '../errors';
import type { CommandContext, DomainEvent, NewEvent } from '../events';
import { commandDigest, isDigestOf } from '../integrity/command-digest';
import type { Append, Appended, EventStore } from '../ports';
import { createStateLoader, type Loaded, type Snapshots } from '../snapshots/state-loader';
import type { Upcasters } from '../upcasters';
import type { Aggregate } from './aggregate';
import type { Handled } from './command-handler';

/** What a decider said: the append to make, or, without one, that there is nothing to do. */
export type Decided<Event extends DomainEvent> =
  | { readonly append: Append; readonly events: readonly NewEvent<Event>[]; readonly handled?: undefined }
  | { readonly append?: undefined; readonly events: readonly []; readonly handled: Handled };

const nothingToDo: Handled = { outcome: 'nothing-to-do', types: [] };

/** The steps of handling a command, for one by one and for many. */
export function createDecisions<State, Command extends { readonly type: string }, Event extends DomainEvent>({
  aggregate,
  store,
  upcasters,
  checkData,
  snapshots,
}: {
  readonly aggregate: Aggregate<State, Command, Event>;
  readonly store: EventStore;
  readonly upcasters: Upcasters;
  readonly checkData: boolean;
  readonly snapshots: Snapshots | undefined;
}) {
  const { decider } = aggregate;
  const definitions = new Map(aggregate.events.map((definition) => [definition.type, definition]));
  const schemaVersions = Object.fromEntries(aggregate.events.map(({ type, version }) => [type, version]));

  const evolve = (state: State, event: NewEvent<Event>): State => decider.evolve(state, event);

  const loadStream = createStateLoader({ aggregate, store, upcasters, snapshots });
  const load = (command: Command): Promise<Loaded<State>> => loadStream(aggregate.streamOf(command));

  /** Decides without asking the store; an error is returned, because a repetition may still explain it. */
  function decideNow(command: Command, context: CommandContext, loaded: Loaded<State>): Decided<Event> | Error {
    try {
      const decided = decider.decide(command, loaded.state, context);
      if (decided.length === 0) return { events: [], handled: nothingToDo };
      const events = decided.map((event) => completed(event));
      if (checkData) for (const event of events) checkEvent(event, definitions);
      const area = aggregate.areaOf?.(command, loaded.state);
      const append: Append = {
        stream: aggregate.streamOf(command),
        partitionOf: aggregate.partitionOf(command, loaded.state),
        expectedVersion: loaded.version === 0 ? 'none' : loaded.version,
        events,
        context: area === undefined ? context : { ...context, area },
        commandDigest: commandDigest(command),
        schemaVersions,
      };
      return { append, events };
    } catch (error) {
      return asError(error);
    }
  }

  function completed(event: NewEvent<Event>): NewEvent<Event> {
    if (event.subjects !== undefined || aggregate.subjectsOf === undefined) return event;
    return { ...event, subjects: aggregate.subjectsOf(event) };
  }

  /** A refusal, or that there is nothing to do, is answered only when the command was not accepted before. */
  async function settleWithoutAppend(
    command: Command,
    { commandId }: CommandContext,
    decided: Decided<Event> | Error,
  ): Promise<Handled> {
    const before = await store.outcomeOf(commandId);
    if (before !== undefined) {
      if (!isDigestOf(before.commandDigest, commandDigest(command))) throw new CommandIdReused(commandId);
      const { commandDigest: _, ...appended } = before;
      return repeated(appended);
    }
    if (decided instanceof Error) throw decided;
    invariant(decided.handled !== undefined, 'a decision without an append says that there is nothing to do');
    return decided.handled;
  }

  async function decide(command: Command, context: CommandContext, loaded: Loaded<State>): Promise<Decided<Event>> {
    const decided = decideNow(command, context, loaded);
    if (!(decided instanceof Error) && decided.append !== undefined) return decided;
    return { events: [], handled: await settleWithoutAppend(command, context, decided) };
  }

  async function repeated(appended: Appended): Promise<Handled> {
    const types: string[] = [];
    const range = { fromVersion: appended.firstVersion, toVersion: appended.lastVersion };
    for await (const { type } of store.read(appended.stream, range)) types.push(type);
    return { outcome: 'repeated', appended: { ...appended, repeated: true }, types };
  }

  const advance = (loaded: Loaded<State>, events: readonly NewEvent<Event>[]): Loaded<State> => ({
    state: events.reduce(evolve, loaded.state),
    version: loaded.version + events.length,
  });

  return { load, decide, decideNow, settleWithoutAppend, repeated, advance };
}

/** @throws ZodError where the data does not fit, Error (invariant) where the aggregate does not know the event */
function checkEvent(event: DomainEvent, definitions: ReadonlyMap<string, EventDefinition>): void {
  const definition = definitions.get(event.type);
  invariant(definition !== undefined, `${event.type} is among the events of its aggregate`);
  definition.data.parse(event.data);
}
