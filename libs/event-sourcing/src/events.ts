import type { Actor, ContextName, Envelope } from '@faemban/contracts';

/** What deciders produce and folds consume: a type and its data, nothing else. */
export interface DomainEvent {
  readonly type: string;
  readonly data: unknown;
}

/** An event as it stands in the log: its data inside the envelope. Everything but `data` is described by `envelopeSchema`. */
export interface RecordedEvent<Event extends DomainEvent = DomainEvent> extends Omit<Envelope, 'context' | 'type'> {
  readonly context: ContextName;
  readonly type: Event['type'];
  readonly data: Event['data'];
}

/** An event that a decider wants to be recorded, with what the envelope cannot know by itself. */
export type NewEvent<Event extends DomainEvent = DomainEvent> = Event & {
  /** Ids of the persons and households the event is about. Defaults to the stream's household. */
  readonly subjects?: readonly string[];
  /** The event this one puts right. */
  readonly corrects?: string;
};

/**
 * Who, where and when of one command. `area` is the area code at that time, or '' where there is none.
 * `occurredAt` is the server's clock when it took the command (ISO, milliseconds, Z); only offline visit sheets bring their own.
 */
export interface CommandContext {
  readonly commandId: string;
  readonly actor: Actor;
  readonly area: string;
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent?: string;
}
