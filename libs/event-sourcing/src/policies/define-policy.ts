import type { EventDefinition, EventOf } from '@faemban/contracts';
import type { RecordedEvent } from '../events';

/** A command a policy wants handled, addressed by its type to the aggregate that knows it. */
export interface PolicyCommand {
  readonly type: string;
}

/**
 * Event in, command out. The command's id derives from (policy key, event id, index), so redelivery is harmless and a new version does
 * not fire again. `startAt` says where a new policy begins: at the first event ever, or with what comes after its first start.
 */
export interface Policy<
  Definition extends EventDefinition = EventDefinition,
  Command extends PolicyCommand = PolicyCommand,
> {
  readonly key: string;
  readonly on: Definition;
  readonly startAt: 'beginning' | 'now';
  /** A method, so that policies about different events fit in one list. */
  react(event: RecordedEvent<EventOf<Definition>>): readonly Command[];
}

/** Declares a policy. */
export function definePolicy<Definition extends EventDefinition, Command extends PolicyCommand>(
  policy: Policy<Definition, Command>,
): Policy<Definition, Command> {
  return policy;
}
