import type { Actor, ContextName } from '@faemban/contracts';
import {
  IntegrityViolation,
  type LoggedEvent,
  type LogPlace,
  type RecordedEvent,
  type StoredEvent,
} from '@faemban/event-sourcing';
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

/** A stored event with its body as the text it is; undefined where its envelope is none. */
export function readStored(row: EventRow, context: ContextName): StoredEvent | undefined {
  const [place, version, envelope, body] = row;
  try {
    const packed = JSON.parse(envelope) as PackedEnvelope;
    const { data: _, ...event } = new ReadEvent([place, version, envelope, 'null'], packed, context);
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
  return new ReadEvent(row, JSON.parse(row[2]) as PackedEnvelope, context);
}

/** A stored event as readers of the log see it, with the chain hash at its place. */
export function readLogged(row: EventRow, context: ContextName): LoggedEvent {
  const packed = JSON.parse(row[2]) as PackedEnvelope;
  const event = new ReadEvent(row, packed, context);
  event.chainHash = packed[15];
  return event as ReadEvent & { readonly chainHash: string };
}

/**
 * An event whose body is parsed when somebody asks for its data, once. Most readers of a log want few of its types: measured, parsing
 * takes twenty times as long as everything else about reading an event.
 */
class ReadEvent implements RecordedEvent {
  readonly id: string;
  readonly type: string;
  readonly context: ContextName;
  readonly schemaVersion: number;
  readonly stream: string;
  readonly version: number;
  readonly partition: number;
  readonly seq: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly area: string;
  readonly actor: Actor;
  readonly commandId: string;
  readonly correlationId: string;
  readonly subjects: string[];
  readonly contentHash: string;
  declare readonly data: unknown;
  declare readonly causationId?: string;
  declare readonly traceparent?: string;
  declare readonly corrects?: string;
  declare chainHash?: string;
  #body: string | undefined;
  #data: unknown;

  constructor([place, version, , body]: EventRow, packed: PackedEnvelope, context: ContextName) {
    const [accountId, office, role, onBehalfOf, channel] = packed[7];
    this.id = packed[0];
    this.type = packed[1];
    this.context = context;
    this.schemaVersion = packed[2];
    this.stream = packed[3];
    this.version = version;
    this.partition = partitionOf(place);
    this.seq = seqOf(place);
    this.occurredAt = packed[4];
    this.recordedAt = packed[5];
    this.area = packed[6];
    this.actor =
      onBehalfOf === null ? { accountId, office, role, channel } : { accountId, office, role, onBehalfOf, channel };
    this.commandId = packed[8];
    this.correlationId = packed[9];
    this.subjects = packed[12] as string[];
    this.contentHash = packed[14];
    this.#body = body;
    Object.defineProperty(this, 'data', dataWhenAsked);
    if (packed[10] !== null) this.causationId = packed[10];
    if (packed[11] !== null) this.traceparent = packed[11];
    if (packed[13] !== null) this.corrects = packed[13];
  }

  static dataOf(event: ReadEvent): unknown {
    if (event.#body !== undefined) {
      event.#data = parseBody(event.#body, event);
      event.#body = undefined;
    }
    return event.#data;
  }
}

/** One descriptor for all, as a property of their own: whoever copies an event has its data, and engines keep one shape. */
const dataWhenAsked: PropertyDescriptor = {
  enumerable: true,
  get(this: ReadEvent) {
    return ReadEvent.dataOf(this);
  },
};

/** @throws IntegrityViolation where the body is not what was stored */
function parseBody(body: string, { context, partition, seq }: RecordedEvent): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new IntegrityViolation(context, partition, seq, 'its body is not JSON');
  }
}
