import type { CommandContext, PolicyCommand } from '@faemban/event-sourcing';
import { Catch, Controller, UseFilters, type RpcExceptionFilter, type Type } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { EventPattern, Payload } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';
import type { AggregateCommandClass } from '../commands/aggregate-command';
import { policyPattern } from '../contexts/tokens';

/** What the transport hands to a policy's handler: the command the policy answered with, and in whose name. */
export interface PolicyMessage {
  readonly command: PolicyCommand;
  readonly context: CommandContext;
}

/** Nest sanitises what a message handler throws; the runner must see the error itself to tell a refusal from a fault. */
@Catch()
class KeepsCause implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/** Makes the message handler of one policy: it wraps the command for its aggregate and gives it to the command bus. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- aggregates know commands of different types
export function policyController(key: string, command: AggregateCommandClass<any>): Type<object> {
  @Controller()
  @UseFilters(KeepsCause)
  class Handles {
    constructor(private readonly commands: CommandBus) {}

    @EventPattern<Record<string, PolicyMessage>>(policyPattern(key))
    async handle(@Payload() message: PolicyMessage): Promise<void> {
      await this.commands.execute(new command(message.command, message.context));
    }
  }
  Object.defineProperty(Handles, 'name', { value: `Policy(${key})` });
  return Handles;
}
