import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { eventCatalogue, everyVersionOf, wireTypeOf, type EventDefinition } from '@faemban/contracts';
import { catalogueUpcasters } from '@faemban/event-sourcing';
import { recorded } from '@faemban/event-sourcing/testing';
import { Ajv2020 } from 'ajv/dist/2020';
import { asyncApiDocument } from './async-api';
import { dataSchemaOf } from './event-schemas';
import { differencesOf } from './generate';

const root = join(__dirname, '../../..');
/** Every event in every version there ever was. */
const versions = eventCatalogue.flatMap(everyVersionOf);
const recordedExamples = (definition: Pick<EventDefinition, 'context' | 'type' | 'version'>): unknown[] =>
  JSON.parse(
    readFileSync(
      join(root, `libs/contracts/corpus/${definition.context}/${definition.type}.v${definition.version}.json`),
      'utf8',
    ),
  ) as unknown[];

describe('the event catalogue', () => {
  test('names every wire type once', () => {
    const names = versions.map(wireTypeOf);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(versions.map((definition) => [wireTypeOf(definition), definition] as const))(
    '%s still reads every example that was ever recorded, by zod and by JSON Schema',
    (_, definition) => {
      const validate = new Ajv2020({ strict: false }).compile(dataSchemaOf(definition));
      const examples = recordedExamples(definition);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of [...definition.examples, ...examples]) {
        expect(definition.data.safeParse(example).error?.issues ?? []).toEqual([]);
        expect(validate(example) ? [] : validate.errors).toEqual([]);
      }
    },
  );

  test.each(versions.map((definition) => [wireTypeOf(definition), definition] as const))(
    '%s refuses a field that nobody declared',
    (_, definition) => {
      const validate = new Ajv2020({ strict: false }).compile(dataSchemaOf(definition));
      const odd = { ...(definition.examples[0] as object), nobodyDeclaredThis: 1 };
      expect(definition.data.safeParse(odd).success).toBe(false);
      expect(validate(odd)).toBe(false);
    },
  );

  test('restricts only fields that exist', () => {
    for (const definition of versions) {
      const fields = Object.keys(definition.examples[0] as object);
      expect(fields).toEqual(expect.arrayContaining([...definition.restricted]));
    }
  });
});

describe('an event that has changed', () => {
  const changed = eventCatalogue.filter(({ version }) => version > 1);

  test.each(changed.map((definition) => [wireTypeOf(definition), definition] as const))(
    '%s keeps every version before it, without a gap',
    (_, { version, earlier = [] }) => {
      expect(earlier.map((each) => each.version)).toEqual(
        Array.from({ length: version - 1 }, (__, index) => index + 1),
      );
    },
  );

  test.each(changed.flatMap(everyVersionOf).map((definition) => [wireTypeOf(definition), definition] as const))(
    'what was recorded as %s is lifted to what is recorded today',
    (_, { type, context, version }) => {
      const newest = changed.find((each) => each.type === type && each.context === context);
      for (const data of recordedExamples({ type, context, version })) {
        const lifted = catalogueUpcasters.upcast(recorded({ type, data }, { context, schemaVersion: version }));
        expect(lifted.schemaVersion).toBe(newest?.version);
        expect(newest?.data.safeParse(lifted.data).error?.issues ?? []).toEqual([]);
      }
    },
  );
});

describe('the AsyncAPI document', () => {
  test('is accepted by the AsyncAPI parser without errors', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiDocument()));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document?.allMessages().length).toBe(versions.length);
  }, 30_000);
});

test('the generated files are those that would be generated now', async () => {
  expect(await differencesOf(root)).toEqual([]);
}, 60_000);
