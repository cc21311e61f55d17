import type { ContextName } from '@faemban/contracts';
import { EventTooLarge, invariant } from './errors';
import type { DomainEvent, NewEvent } from './events';
import { chainHash, contentHashOf, serializeData } from './integrity/hashing';
import type { Ids } from './ids';
import { commandBytesMax, eventBytesMax, type Append, type Head, type LoggedEvent } from './ports';

/** An event whose bytes are made: what can be done before its place is known. */
export interface PreparedEvent {
  readonly event: NewEvent<DomainEvent>;
  /** The JSON text of `data`; its bytes are stored, hashed and published. */
  readonly body: string;
  readonly bytes: number;
}

/** An event with its place in stream and log, beside the body to be stored. */
export interface PlacedEvent {
  readonly logged: LoggedEvent;
  readonly body: string;
}

/**
 * Serialises the events of an append, once. Every store begins with it.
 * @throws EventTooLarge where one event or all together exceed the limits of the log
 */
export function prepareEvents(append: Pick<Append, 'events'>): readonly PreparedEvent[] {
  invariant(append.events.length > 0, 'an append records at least one event');
  let total = 0;
  return append.events.map((event) => {
    const body = serializeData(event.data);
    const bytes = Buffer.byteLength(body);
    total += bytes;
    if (bytes > eventBytesMax) throw new EventTooLarge(bytes, eventBytesMax);
    if (total > commandBytesMax) throw new EventTooLarge(total, commandBytesMax);
    return { event, body, bytes };
  });
}

/** The instant made last: appends of one commit share a millisecond. */
let lastNow = Number.NaN;
let lastInstant = '';

/** The later of the partition's previous `recordedAt` and the clock, so that it never goes back. ISO, milliseconds, Z. */
export function nextRecordedAt(previous: string | null, now: number): string {
  if (now !== lastNow) {
    lastInstant = new Date(now).toISOString();
    lastNow = now;
  }
  const instant = lastInstant;
  return previous !== null && previous > instant ? previous : instant;
}

/**
 * Gives an append's prepared events their ids and their place behind `head`, and says where the partition ends then.
 * `version` is the stream's version before the append. Pure but for the ids: both profiles record by it.
 */
export function placeEvents(
  append: Append,
  prepared: readonly PreparedEvent[],
  place: {
    readonly context: ContextName;
    readonly head: Head;
    readonly version: number;
    readonly now: number;
    readonly ids: Ids;
  },
): { readonly events: readonly PlacedEvent[]; readonly head: Head } {
  const { partition } = place.head;
  const recordedAt = nextRecordedAt(place.head.recordedAt, place.now);
  let { seq, chainHash: previous } = place.head;
  let { version } = place;
  const events = prepared.map(({ event, body }) => {
    seq += 1;
    version += 1;
    const fields = fieldsOf(append, event, { context: place.context, version, id: place.ids.next() });
    const contentHash = contentHashOf(fields, body);
    previous = chainHash(previous, partition, seq, recordedAt, contentHash);
    return {
      logged: { ...fields, partition, seq, recordedAt, contentHash, data: event.data, chainHash: previous },
      body,
    };
  });
  return { events, head: { partition, seq, chainHash: previous, recordedAt } };
}

/** The fields of an event's envelope that are known before its place in the log is. */
export function fieldsOf(
  append: Append,
  event: NewEvent<DomainEvent>,
  { context, version, id }: { readonly context: ContextName; readonly version: number; readonly id: string },
) {
  const { context: told } = append;
  return {
    id,
    type: event.type,
    context,
    schemaVersion: append.schemaVersions?.[event.type] ?? 1,
    stream: append.stream,
    version,
    occurredAt: told.occurredAt,
    area: told.area,
    actor: told.actor,
    commandId: told.commandId,
    correlationId: told.correlationId,
    ...(told.causationId === undefined ? undefined : { causationId: told.causationId }),
    ...(told.traceparent === undefined ? undefined : { traceparent: told.traceparent }),
    subjects: [...(event.subjects ?? (append.partitionOf === 'self' ? [] : [append.partitionOf]))],
    ...(event.corrects === undefined ? undefined : { corrects: event.corrects }),
  };
}
