import { asError } from '../classify';
import { OutcomeUnknown, WrongExpectedVersion } from '../errors';
import type { CommandContext, DomainEvent } from '../events';
import type { Append, Appended, EventStore } from '../ports';
import { catalogueUpcasters, type Upcasters } from '../upcasters';
import type { Aggregate } from './aggregate';
import type { Loaded, Snapshots } from '../snapshots/state-loader';
import { createDecisions, type Decided } from './decisions';

/** How often a command is decided again because somebody was faster, by default. */
export const conflictRetriesMaxDefault = 5;
/** How often an append of unknown outcome is sent again under the same command id. */
export const unknownOutcomeRetriesMax = 5;

/**
 * What became of a command that was not refused.
 * - `recorded`: its events were appended now.
 * - `repeated`: it had been accepted before; `appended` is where its events stand.
 * - `nothing-to-do`: there was nothing to record.
 */
export type Handled =
  | { readonly outcome: 'recorded' | 'repeated'; readonly appended: Appended; readonly types: readonly string[] }
  | { readonly outcome: 'nothing-to-do'; readonly appended?: undefined; readonly types: readonly [] };

/** The outcome of one command among many. */
export type HandledResult =
  { readonly ok: true; readonly handled: Handled } | { readonly ok: false; readonly error: Error };

/** A command with who, where and when. */
export interface ContextualCommand<Command> {
  readonly command: Command;
  readonly context: CommandContext;
}

/** The only application service: loads a stream, decides, appends. */
export interface CommandHandler<Command> {
  /**
   * Handles one command. Repeating an accepted one gives its recorded outcome; a refused one may be tried again.
   * @throws RuleBroken | CommandIdReused | EventTooLarge | PartitionMismatch | WrongExpectedVersion (after the retries)
   */
  handle(command: Command, context: CommandContext): Promise<Handled>;
  /**
   * Handles many with as few durable writes as possible: one for all commands of different streams; several commands of one stream are
   * decided one after another, in their order. Each is judged on its own; results stand in the order asked.
   */
  handleMany(list: readonly ContextualCommand<Command>[]): Promise<readonly HandledResult[]>;
}

/** What a command handler is made of. */
export interface CommandHandlerOptions<State, Command extends { readonly type: string }, Event extends DomainEvent> {
  readonly aggregate: Aggregate<State, Command, Event>;
  readonly store: EventStore;
  readonly upcasters?: Upcasters;
  /** Where long streams of an aggregate that asks for it are loaded from. */
  readonly snapshots?: Snapshots | undefined;
  readonly conflictRetriesMax?: number;
  /** Checks every event's data against its schema before it is appended. On unless switched off. */
  readonly checkData?: boolean;
}

/** Makes the command handler of an aggregate. */
export function createCommandHandler<State, Command extends { readonly type: string }, Event extends DomainEvent>({
  aggregate,
  store,
  upcasters = catalogueUpcasters,
  conflictRetriesMax = conflictRetriesMaxDefault,
  checkData = true,
  snapshots,
}: CommandHandlerOptions<State, Command, Event>): CommandHandler<Command> {
  const decisions = createDecisions({ aggregate, store, upcasters, checkData, snapshots });

  const handle = async (command: Command, context: CommandContext): Promise<Handled> => {
    for (let conflicts = 0; ; conflicts += 1) {
      const loaded = await decisions.load(command);
      const decided = await decisions.decide(command, context, loaded);
      if (decided.append === undefined) return decided.handled;
      try {
        return await handledOf(await appendCertainly(store, decided.append), decided);
      } catch (error) {
        if (!(error instanceof WrongExpectedVersion) || conflicts >= conflictRetriesMax) throw error;
      }
    }
  };

  const handledOf = async (appended: Appended, decided: Decided<Event>): Promise<Handled> =>
    appended.repeated
      ? decisions.repeated(appended)
      : { outcome: 'recorded', appended, types: decided.events.map(({ type }) => type) };

  /** One round: at most one command of each stream, one durable write. Streams that conflicted are forgotten, to be loaded again. */
  const runRound = async (round: readonly Waiting<Command>[], states: Map<string, Loaded<State>>): Promise<void> => {
    const appends: { waiting: Waiting<Command>; append: Append; decided: Decided<Event>; loaded: Loaded<State> }[] = [];
    const loads = await Promise.all(
      round.map(async ({ stream, command }) => states.get(stream) ?? (await outcome(decisions.load(command)))),
    );
    for (const [index, waiting] of round.entries()) {
      const loaded = loads[index];
      if (loaded === undefined) continue;
      if (loaded instanceof Error) {
        waiting.result = { ok: false, error: loaded };
        continue;
      }
      const decided = decisions.decideNow(waiting.command, waiting.context, loaded);
      if (decided instanceof Error || decided.append === undefined) {
        const final = await outcome(decisions.settleWithoutAppend(waiting.command, waiting.context, decided));
        waiting.result = final instanceof Error ? { ok: false, error: final } : { ok: true, handled: final };
        states.set(waiting.stream, loaded);
      } else {
        appends.push({ waiting, append: decided.append, decided, loaded });
      }
    }
    if (appends.length === 0) return;
    const results = await store.appendMany(appends.map(({ append }) => append));
    for (const [index, { waiting, append, decided, loaded }] of appends.entries()) {
      const result = results[index];
      const settled =
        result?.ok === false && result.error instanceof OutcomeUnknown
          ? await outcome(appendCertainly(store, append))
          : result?.ok === true
            ? result.appended
            : (result?.error ?? new OutcomeUnknown(waiting.context.commandId));
      states.delete(waiting.stream);
      if (settled instanceof Error) {
        const again = settled instanceof WrongExpectedVersion && waiting.conflicts < conflictRetriesMax;
        if (again) waiting.conflicts += 1;
        else waiting.result = { ok: false, error: settled };
        continue;
      }
      const handled = await outcome(handledOf(settled, decided));
      waiting.result = handled instanceof Error ? { ok: false, error: handled } : { ok: true, handled };
      if (!settled.repeated) states.set(waiting.stream, decisions.advance(loaded, decided.events));
    }
  };

  const handleMany = async (list: readonly ContextualCommand<Command>[]): Promise<readonly HandledResult[]> => {
    const all = list.map(({ command, context }): Waiting<Command> => {
      return { command, context, stream: aggregate.streamOf(command), conflicts: 0, result: undefined };
    });
    const states = new Map<string, Loaded<State>>();
    for (let pending = all; pending.length > 0; pending = pending.filter(({ result }) => result === undefined)) {
      const seen = new Set<string>();
      await runRound(
        pending.filter(({ stream }) => !seen.has(stream) && seen.add(stream)),
        states,
      );
    }
    return all.map(({ result, context }) => result ?? { ok: false, error: new OutcomeUnknown(context.commandId) });
  };

  return { handle, handleMany };
}

interface Waiting<Command> extends ContextualCommand<Command> {
  readonly stream: string;
  conflicts: number;
  result: HandledResult | undefined;
}

/** An append whose outcome is unknown is inserted again under its command id: the store tells a repetition from a first time. */
async function appendCertainly(store: EventStore, append: Append): Promise<Appended> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await store.append(append);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown) || retries >= unknownOutcomeRetriesMax) throw error;
    }
  }
}

/** A promise's value, or what it failed with, as an Error. */
async function outcome<Value>(promise: Promise<Value>): Promise<Value | Error> {
  try {
    return await promise;
  } catch (error) {
    return asError(error);
  }
}
