import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { policyPattern } from '../contexts/tokens';
import type { PolicyDispatch, Runners } from '../runners/runners';
import type { PolicyMessage } from './policy-controller';

/**
 * Nest's transport over the log of the embedded profile. Views and tallies are consumed in batches by the kernel's runners; policies
 * are ordinary `@EventPattern` handlers, called one event at a time and in order per household. Closing lets each runner finish the
 * batch it is in.
 */
export class EmbeddedLogServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('faemban-embedded-log');
  override readonly propagatesEventHandlerErrors = true;

  constructor(private readonly runners: Runners) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.runners.start((key) => this.dispatchOf(key)).then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.runners.stop();
  }

  /** This transport has no events of its own to listen to. */
  on(): never {
    throw new Error('The embedded log has no transport events.');
  }

  unwrap<T>(): T {
    return this.runners as T;
  }

  private dispatchOf(key: string): PolicyDispatch {
    const handler = this.messageHandlers.get(policyPattern(key));
    return async (command, context) => {
      if (!handler) throw new Error(`No message handler is registered for the policy ${key}.`);
      const message: PolicyMessage = { command, context };
      const answer: unknown = await handler(message, context);
      if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
    };
  }
}
