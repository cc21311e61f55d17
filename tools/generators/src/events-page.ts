import { contextNames, eventCatalogue, everyVersionOf, type EventDefinition, wireTypeOf } from '@faemban/contracts';
import type { Artifact } from './artifact';
import { dataSchemaOf } from './event-schemas';

interface Property {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Property[];
  readonly oneOf?: readonly Property[];
  readonly items?: Property;
}

function shapeOf(property: Property): string {
  if (property.const !== undefined) return JSON.stringify(property.const);
  if (property.enum) return property.enum.map((value) => JSON.stringify(value)).join(' / ');
  const choices = property.anyOf ?? property.oneOf;
  if (choices) return [...new Set(choices.map(shapeOf))].join(' or ');
  if (property.type === 'array') return `list of ${property.items ? shapeOf(property.items) : 'values'}`;
  return String(property.type ?? 'value');
}

/** The catalogue of events for people: one section per event with its sentence, fields and an example. */
export function eventsPage(): Artifact {
  const lines = [
    '# Events',
    '',
    'Generated from the contracts; do not edit. Every event stands in the envelope of `schemas/envelope.json`.',
    'Fields marked *restricted* are coded facts about persons: readers without the right to them do not get them.',
    'Names, numbers, addresses and free text about people never enter an event.',
    '',
  ];
  for (const context of contextNames) {
    const definitions = eventCatalogue.filter((definition) => definition.context === context);
    if (definitions.length === 0) continue;
    lines.push(`## ${context}`, '', `Topic \`faemban.${context}.events.v1\`.`, '');
    for (const definition of definitions) {
      const schema = dataSchemaOf(definition);
      const properties = schema['properties'] as Record<string, Property>;
      lines.push(
        `### ${definition.type}`,
        '',
        definition.summary,
        '',
        `\`${wireTypeOf(definition)}\` · since ${definition.since} · [JSON Schema](schemas/${context}/${definition.type}.v${definition.version}.json)`,
        '',
        '| field | shape | |',
        '| --- | --- | --- |',
        ...Object.entries(properties).map(
          ([name, property]) =>
            `| \`${name}\` | ${shapeOf(property).replaceAll('|', '\\|')} | ${definition.restricted.includes(name) ? 'restricted' : ''} |`,
        ),
        '',
        '```json',
        JSON.stringify(definition.examples[0], null, 2),
        '```',
        '',
        ...earlierLines(definition),
      );
    }
  }
  return { path: 'docs/reference/events.md', text: lines.join('\n') };
}

/** The versions that are recorded no more, each with its schema and what changed after it. */
function earlierLines(definition: EventDefinition): string[] {
  const versions = everyVersionOf(definition);
  const fieldsOf = (version: EventDefinition): string[] =>
    Object.keys(dataSchemaOf(version)['properties'] as Record<string, Property>);
  const lines = versions.slice(0, -1).map((version, index) => {
    const next = versions[index + 1] as EventDefinition;
    const [before, after] = [fieldsOf(version), fieldsOf(next)];
    const added = after.filter((field) => !before.includes(field)).map((field) => `adds \`${field}\``);
    const gone = before.filter((field) => !after.includes(field)).map((field) => `leaves out \`${field}\``);
    const changes = [...added, ...gone].join(', ') || 'changes the shape of its fields';
    return `- \`${wireTypeOf(version)}\` · since ${version.since} · [JSON Schema](schemas/${version.context}/${version.type}.v${version.version}.json) · v${next.version} ${changes}`;
  });
  return lines.length === 0
    ? []
    : ['Earlier versions stay in the log as they are and are lifted when they are read:', '', ...lines, ''];
}
