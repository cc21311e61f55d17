import type { ContextName } from '@faemban/contracts';
import type { LogConsumer, LogReceiver, WantedFrom } from '../consuming/log-consumer';
import { invariant } from '../errors';
import type { LoggedEvent } from '../ports';

/** A consumer in the hands of a test: it brings what it is told to, and assigns what it is told to. */
export interface MemoryLogConsumer extends LogConsumer {
  /** Assigns partitions; answers from where they are wanted. */
  assign(...partitions: number[]): Promise<readonly WantedFrom[]>;
  /** Delivers these events of one partition as they are; resolves when there is room for more. */
  bring(events: readonly LoggedEvent[]): Promise<void>;
}

/** Makes a consumer that has no transport behind it. */
export function createMemoryLogConsumer(contexts: readonly ContextName[]): MemoryLogConsumer {
  let receiver: LogReceiver | undefined;
  const started = (): LogReceiver => {
    invariant(receiver !== undefined, 'a consumer delivers between its start and its stop');
    return receiver;
  };
  return {
    contexts,
    start: async (given) => {
      receiver = given;
    },
    stop: async () => {
      receiver = undefined;
    },
    status: () => ({ notes: [] }),
    assign: (...partitions) => started().assign(new Set(partitions)),
    async bring(events) {
      const [first] = events;
      invariant(first !== undefined, 'a delivery has events');
      await started().deliver({ context: first.context, partition: first.partition, events });
    },
  };
}
