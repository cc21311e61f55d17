import type { CommandContext } from '@faemban/event-sourcing';

/**
 * A command on its way over the command bus, with who, where and when. The bus routes by class, so each aggregate has one subclass:
 *
 * @example
 * class HouseholdCommand extends AggregateCommand<HouseholdCommandInput> {}
 * const handled: Handled = await commandBus.execute(new HouseholdCommand(command, context));
 */
export abstract class AggregateCommand<Command extends { readonly type: string }> {
  constructor(
    readonly command: Command,
    readonly context: CommandContext,
  ) {}
}

/** A concrete subclass of {@link AggregateCommand}. */
export type AggregateCommandClass<Command extends { readonly type: string } = { readonly type: string }> = new (
  command: Command,
  context: CommandContext,
) => AggregateCommand<Command>;
