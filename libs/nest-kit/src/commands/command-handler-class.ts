import type { CommandHandler, Handled } from '@faemban/event-sourcing';
import { Inject, type Type } from '@nestjs/common';
import { CommandHandler as HandlesCommand, type ICommandHandler } from '@nestjs/cqrs';
import type { AggregateCommand, AggregateCommandClass } from './aggregate-command';

/** Makes the class by which the command bus finds an aggregate's handler. There is one per aggregate, and it only hands over. */
export function commandHandlerClass(
  name: string,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- aggregates know commands of different types
  command: AggregateCommandClass<any>,
  handlerToken: string,
): Type<ICommandHandler> {
  class Handles implements ICommandHandler<AggregateCommand<{ readonly type: string }>, Handled> {
    constructor(@Inject(handlerToken) private readonly handler: CommandHandler<{ readonly type: string }>) {}

    execute(wrapped: AggregateCommand<{ readonly type: string }>): Promise<Handled> {
      return this.handler.handle(wrapped.command, wrapped.context);
    }
  }
  HandlesCommand(command)(Handles);
  Object.defineProperty(Handles, 'name', { value: `Handles(${name})` });
  return Handles;
}
