import type { ContextName } from '@faemban/contracts';
import { contextNames } from '@faemban/contracts';
import { contentHashOf, serializeData, type LoggedEvent } from '@faemban/event-sourcing';

/** Headers of a record as Kafka's client gives them. */
export type RecordHeaders = Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>;

/** A published event as Kafka carries it: CloudEvents 1.0, binary mode. `value` is the JSON text whose bytes were stored and hashed. */
export interface EventRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `recordedAt`, in milliseconds since 1970, as text. */
  readonly timestamp: string;
}

/** A record that is no event of this form: whose it is cannot be told, or it is not what its hash says. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord';
}

/** The source of a context's events; together with an event's id it is unique. */
export const sourceOf = (installationId: string, context: ContextName): string =>
  `/faemban/${installationId}/${context}`;

const typeForm = /^faemban\.([a-z-]+)\.([A-Za-z][A-Za-z0-9]*)\.v([1-9]\d*)$/;
const isContext = (name: string): name is ContextName => (contextNames as readonly string[]).includes(name);

/** Makes the record of an event. The whole envelope stands in attributes whose names are lower-case letters, as CloudEvents wants. */
export function recordOf(event: LoggedEvent, source: string): EventRecord {
  const { actor } = event;
  const attributes: Readonly<Record<string, string | undefined>> = {
    specversion: '1.0',
    id: event.id,
    source,
    type: `faemban.${event.context}.${event.type}.v${event.schemaVersion}`,
    subject: event.subjects[0] ?? event.stream,
    time: event.occurredAt,
    stream: event.stream,
    streamversion: String(event.version),
    partition: String(event.partition),
    seq: String(event.seq),
    recordedat: event.recordedAt,
    contenthash: event.contentHash,
    chainhash: event.chainHash,
    // An attribute is never empty.
    area: event.area === '' ? undefined : event.area,
    actoraccount: actor.accountId,
    actoroffice: actor.office,
    actorrole: actor.role,
    actorchannel: actor.channel,
    actoronbehalfof: actor.onBehalfOf,
    commandid: event.commandId,
    correlationid: event.correlationId,
    causationid: event.causationId,
    corrects: event.corrects,
    subjects: JSON.stringify(event.subjects),
    traceparent: event.traceparent,
  };
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) headers[`ce_${name}`] = value;
  // Where tracing looks for it, which knows nothing of CloudEvents.
  if (event.traceparent !== undefined) headers['traceparent'] = event.traceparent;
  const timestamp = String(Date.parse(event.recordedAt));
  return { key: event.stream, value: serializeData(event.data), headers, timestamp };
}

/**
 * The event of a record, exactly as it stands in its owner's log.
 * @throws UnreadableRecord where it is no event, or its content is not what its hash says
 */
export function eventOf(record: {
  readonly value: Buffer | string | null;
  readonly headers?: RecordHeaders;
}): LoggedEvent {
  const header = (name: string): string | undefined => textOf(record.headers?.[`ce_${name}`]);
  const need = (name: string): string => {
    const value = header(name);
    if (value === undefined) throw new UnreadableRecord(`the attribute ${name} is missing`);
    return value;
  };
  const whole = (name: string): number => {
    const text = need(name);
    if (!/^(0|[1-9]\d{0,15})$/.test(text)) throw new UnreadableRecord(`the attribute ${name} is not a whole number`);
    return Number(text);
  };
  const [, context = '', type = '', schemaVersion = ''] = typeForm.exec(need('type')) ?? [];
  if (!isContext(context)) throw new UnreadableRecord('the attribute type names no event of the platform');
  if (record.value === null) throw new UnreadableRecord('it has no value');
  const body = record.value.toString();
  const event = {
    id: need('id'),
    type,
    context,
    schemaVersion: Number(schemaVersion),
    stream: need('stream'),
    version: whole('streamversion'),
    occurredAt: need('time'),
    area: header('area') ?? '',
    actor: {
      accountId: need('actoraccount'),
      office: need('actoroffice'),
      role: need('actorrole'),
      ...optional('onBehalfOf', header('actoronbehalfof')),
      channel: need('actorchannel') as LoggedEvent['actor']['channel'],
    },
    commandId: need('commandid'),
    correlationId: need('correlationid'),
    ...optional('causationId', header('causationid')),
    ...optional('traceparent', header('traceparent')),
    subjects: subjectsIn(need('subjects')),
    ...optional('corrects', header('corrects')),
    partition: whole('partition'),
    seq: whole('seq'),
    recordedAt: need('recordedat'),
    contentHash: need('contenthash'),
    data: jsonOf(body),
    chainHash: need('chainhash'),
  };
  if (contentHashOf(event, body) !== event.contentHash) {
    throw new UnreadableRecord(`${context}/${event.partition}@${event.seq} is not what its hash says`);
  }
  return event;
}

const optional = <Name extends string>(name: Name, value: string | undefined): { readonly [key in Name]?: string } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [key in Name]?: string };

function textOf(value: RecordHeaders[string]): string | undefined {
  const one = Array.isArray(value)
    ? (value as readonly (Buffer | string)[])[0]
    : (value as Buffer | string | undefined);
  return one?.toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UnreadableRecord('its value is not JSON', { cause: error });
  }
}

function subjectsIn(text: string): string[] {
  const subjects = jsonOf(text);
  const isList = Array.isArray(subjects) && subjects.every((one) => typeof one === 'string');
  if (!isList) throw new UnreadableRecord('the attribute subjects is not a list of texts');
  return subjects as string[];
}
