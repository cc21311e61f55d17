import { type EventDefinition, envelopeSchema, eventCatalogue, everyVersionOf } from '@faemban/contracts';
import { z } from 'zod';
import type { Artifact } from './artifact';

/** JSON Schema (2020-12) of an event's `data`, made from its zod schema. */
export function dataSchemaOf(definition: EventDefinition): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(definition.data) as Record<string, unknown>;
  return {
    $schema,
    $id: `urn:faemban:schema:${definition.context}:${definition.type}:v${definition.version}`,
    title: definition.type,
    description: definition.summary,
    ...schema,
    'x-restricted': definition.restricted,
  };
}

/** One JSON Schema file per version of an event, and one for the envelope. */
export function schemaArtifacts(): Artifact[] {
  const events = eventCatalogue.flatMap(everyVersionOf).map((definition) => ({
    path: `docs/reference/schemas/${definition.context}/${definition.type}.v${definition.version}.json`,
    text: `${JSON.stringify(dataSchemaOf(definition), null, 2)}\n`,
  }));
  const envelope = {
    path: 'docs/reference/schemas/envelope.json',
    text: `${JSON.stringify({ title: 'Envelope', ...(z.toJSONSchema(envelopeSchema) as object) }, null, 2)}\n`,
  };
  return [...events, envelope];
}
