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
  required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_seq', 'ce_partition'],
  properties: {
    ce_specversion: { const: '1.0' },
    ce_id: { ...text, description: 'The event id (UUIDv7).' },
    ce_source: { ...text, description: 'urn:faemban:<context>' },
    ce_type: { ...text, description: 'faemban.<context>.<Event>.v<n>' },
    ce_subject: { ...text, description: 'The household, or whatever else the stream is about.' },
    ce_time: { ...text, format: 'date-time', description: 'recordedAt: when the event became known.' },
    ce_occurredat: { ...text, format: 'date-time', description: 'When the server took the command.' },
    ce_stream: text,
    ce_version: { ...text, description: 'Version within the stream, from 1.' },
    ce_partition: text,
    ce_seq: { ...text, description: 'Dense within (context, partition), from 1.' },
    ce_chainhash: { ...text, description: 'Hash chain at this seq, SHA-256, hexadecimal.' },
    ce_correlationid: text,
    ce_causationid: text,
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
