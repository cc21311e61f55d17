import {
  contextNames,
  type ContextName,
  eventCatalogue,
  type EventDefinition,
  everyVersionOf,
  wireTypeOf,
} from '@faemban/contracts';
import type { Artifact } from './artifact';
import { dataSchemaOf } from './event-schemas';

const text = { type: 'string' } as const;

/** CloudEvents 1.0 binary mode: the envelope travels in headers beside the data. */
const cloudEventHeaders = {
  type: 'object',
  required: [
    ...['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'content-type'],
    ...['ce_partition', 'ce_seq', 'ce_recordedat', 'ce_contenthash', 'ce_chainhash', 'ce_stream', 'ce_streamversion'],
    ...['ce_actoraccount', 'ce_actoroffice', 'ce_actorrole', 'ce_actorchannel'],
    ...['ce_commandid', 'ce_correlationid', 'ce_subjects'],
  ],
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { ...text, description: 'The event id (UUIDv7).' },
    ce_source: { ...text, description: '/faemban/<installation>/<context>; unique together with the id.' },
    ce_type: { ...text, description: 'faemban.<context>.<Event>.v<n>' },
    ce_subject: { ...text, description: 'The first of those it is about, else its stream.' },
    ce_time: { ...text, format: 'date-time', description: 'occurredAt: when the server took the command.' },
    'content-type': { const: 'application/json' },
    ce_partition: text,
    ce_seq: { ...text, description: 'Dense within (source, partition), from 1.' },
    ce_recordedat: {
      ...text,
      format: 'date-time',
      description: 'When it was recorded; never goes back in a partition.',
    },
    ce_contenthash: { ...text, description: 'SHA-256 over envelope and value, hexadecimal.' },
    ce_chainhash: { ...text, description: 'Hash chain at this seq, SHA-256, hexadecimal.' },
    ce_stream: text,
    ce_streamversion: { ...text, description: 'Version within the stream, from 1.' },
    ce_area: { ...text, description: 'Area code at that time.' },
    ce_actoraccount: text,
    ce_actoroffice: text,
    ce_actorrole: text,
    ce_actorchannel: text,
    ce_actoronbehalfof: text,
    ce_commandid: text,
    ce_correlationid: text,
    ce_causationid: text,
    ce_subjects: { ...text, description: 'Ids of all it is about, as a JSON list.' },
    ce_corrects: { ...text, description: 'The event it puts right.' },
    ce_traceparent: text,
    traceparent: text,
  },
} as const;

function messageOf(definition: EventDefinition): Record<string, unknown> {
  const { $schema: _, $id: __, 'x-restricted': restricted, ...payload } = dataSchemaOf(definition);
  return {
    name: wireTypeOf(definition),
    title: definition.type,
    summary: definition.summary,
    contentType: 'application/json',
    headers: { $ref: '#/components/schemas/CloudEventHeaders' },
    payload: { schemaFormat: 'application/schema+json;version=draft-07', schema: payload },
    examples: definition.examples.map((example, at) => ({ name: `example${at + 1}`, payload: example })),
    'x-restricted': restricted,
    'x-since': definition.since,
  };
}

/** The AsyncAPI 3 document of everything the platform publishes, in every version there ever was: one channel per context. */
export function asyncApiDocument(): Record<string, unknown> {
  const publishing = contextNames.filter((context) =>
    eventCatalogue.some((definition) => definition.context === context),
  );
  const versions = eventCatalogue.flatMap(everyVersionOf);
  const eventsOf = (context: ContextName) => versions.filter((definition) => definition.context === context);
  // Some events, e.g. seals, are published by several contexts.
  const messageKey = (definition: EventDefinition) => `${definition.context}.${definition.type}.v${definition.version}`;
  return {
    asyncapi: '3.0.0',
    id: 'urn:faemban:events',
    info: {
      title: 'Faemban events',
      version: '0.1.0',
      description:
        'What each context publishes. CloudEvents in binary mode, at least once; keys are streams, and order holds within a household and within a partition.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      publishing.map((context) => [
        context,
        {
          address: `faemban.${context}.events.v1`,
          messages: Object.fromEntries(
            eventsOf(context).map((definition) => [
              messageKey(definition),
              { $ref: `#/components/messages/${messageKey(definition)}` },
            ]),
          ),
        },
      ]),
    ),
    operations: Object.fromEntries(
      publishing.map((context) => [
        `publish-${context}`,
        { action: 'send', channel: { $ref: `#/channels/${context}` }, summary: `Events of ${context}.` },
      ]),
    ),
    components: {
      schemas: { CloudEventHeaders: cloudEventHeaders },
      messages: Object.fromEntries(versions.map((definition) => [messageKey(definition), messageOf(definition)])),
    },
  };
}

export function asyncApiArtifact(): Artifact {
  return { path: 'docs/reference/asyncapi.json', text: `${JSON.stringify(asyncApiDocument(), null, 2)}\n` };
}
