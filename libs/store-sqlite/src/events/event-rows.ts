import type { Actor, ContextName } from '@faemban/contracts';
import type { LoggedEvent, LogPlace, RecordedEvent, StoredEvent } from '@faemban/event-sourcing';
import { partitionOf, seqOf } from './places';

/** One row of the table of events: the body's exact bytes, and the rest of the envelope as one JSON array. */
export type EventRow = readonly [place: number, version: number, envelope: string, body: string];

type PackedEnvelope = readonly [
  id: string,
  type: string,
  schemaVersion: number,
  stream: string,
  occurredAt: string,
  recordedAt: string,
  area: string,
  actor: readonly [string, string, string, string | null, Actor['channel']],
  commandId: string,
  correlationId: string,
  causationId: string | null,
  traceparent: string | null,
  subjects: readonly string[],
  corrects: string | null,
  contentHash: string,
  chainHash: string,
];

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A stored event with its body as the text it is; undefined where its envelope is none. */
export function readStored(row: EventRow, context: ContextName): StoredEvent | undefined {
  const [place, version, envelope, body] = row;
  try {
    const packed = JSON.parse(envelope) as PackedEnvelope;
    const { data: _, ...event } = unpack([place, version, envelope, 'null'], packed, context);
    return { ...event, body, chainHash: packed[15] };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** What of an event is stored beside its body, its version and its place. */
export function packEnvelope(event: Omit<LoggedEvent, 'data'> | StoredEvent): string {
  const { actor } = event;
  const packed: PackedEnvelope = [
    event.id,
    event.type,
    event.schemaVersion,
    event.stream,
    event.occurredAt,
    event.recordedAt,
    event.area,
    [actor.accountId, actor.office, actor.role, actor.onBehalfOf ?? null, actor.channel],
    event.commandId,
    event.correlationId,
    event.causationId ?? null,
    event.traceparent ?? null,
    event.subjects,
    event.corrects ?? null,
    event.contentHash,
    event.chainHash,
  ];
  return JSON.stringify(packed);
}

/** Id and stream of a stored event, without reading its body. */
export function identityOf(envelope: string): { readonly id: string; readonly stream: string } {
  const packed = JSON.parse(envelope) as PackedEnvelope;
  return { id: packed[0], stream: packed[3] };
}

/** Where a stored event stands and what it hashes to, without reading its body. */
export function placeIn(place: number, envelope: string): LogPlace {
  const packed = JSON.parse(envelope) as PackedEnvelope;
  return {
    type: packed[1],
    partition: partitionOf(place),
    seq: seqOf(place),
    recordedAt: packed[5],
    contentHash: packed[14],
    chainHash: packed[15],
  };
}

/** A stored event as its stream's readers see it. */
export function readRecorded(row: EventRow, context: ContextName): RecordedEvent {
  return unpack(row, JSON.parse(row[2]) as PackedEnvelope, context);
}

/** A stored event as readers of the log see it, with the chain hash at its place. */
export function readLogged(row: EventRow, context: ContextName): LoggedEvent {
  const packed = JSON.parse(row[2]) as PackedEnvelope;
  const event = unpack(row, packed, context) as Mutable<LoggedEvent>;
  event.chainHash = packed[15];
  return event;
}

function unpack(
  [place, version, , body]: EventRow,
  packed: PackedEnvelope,
  context: ContextName,
): Mutable<RecordedEvent> {
  const [accountId, office, role, onBehalfOf, channel] = packed[7];
  const event: Mutable<RecordedEvent> = {
    id: packed[0],
    type: packed[1],
    context,
    schemaVersion: packed[2],
    stream: packed[3],
    version,
    partition: partitionOf(place),
    seq: seqOf(place),
    occurredAt: packed[4],
    recordedAt: packed[5],
    area: packed[6],
    actor:
      onBehalfOf === null ? { accountId, office, role, channel } : { accountId, office, role, onBehalfOf, channel },
    commandId: packed[8],
    correlationId: packed[9],
    subjects: packed[12] as string[],
    contentHash: packed[14],
    data: JSON.parse(body) as unknown,
  };
  if (packed[10] !== null) event.causationId = packed[10];
  if (packed[11] !== null) event.traceparent = packed[11];
  if (packed[13] !== null) event.corrects = packed[13];
  return event;
}
