import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { eventCatalogue, wireTypeOf } from '@faemban/contracts';
import { Ajv2020 } from 'ajv/dist/2020';
import { asyncApiDocument } from './async-api';
import { dataSchemaOf } from './event-schemas';
import { differencesOf } from './generate';

const root = join(__dirname, '../../..');
const recordedExamples = (definition: (typeof eventCatalogue)[number]): unknown[] =>
  JSON.parse(
    readFileSync(
      join(root, `libs/contracts/corpus/${definition.context}/${definition.type}.v${definition.version}.json`),
      'utf8',
    ),
  ) as unknown[];

describe('the event catalogue', () => {
  test('names every wire type once', () => {
    const names = eventCatalogue.map(wireTypeOf);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(eventCatalogue.map((definition) => [wireTypeOf(definition), definition] as const))(
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

  test.each(eventCatalogue.map((definition) => [wireTypeOf(definition), definition] as const))(
    '%s refuses a field that nobody declared',
    (_, definition) => {
      const validate = new Ajv2020({ strict: false }).compile(dataSchemaOf(definition));
      const odd = { ...(definition.examples[0] as object), nobodyDeclaredThis: 1 };
      expect(definition.data.safeParse(odd).success).toBe(false);
      expect(validate(odd)).toBe(false);
    },
  );

  test('restricts only fields that exist', () => {
    for (const definition of eventCatalogue) {
      const fields = Object.keys(definition.examples[0] as object);
      expect(fields).toEqual(expect.arrayContaining([...definition.restricted]));
    }
  });
});

describe('the AsyncAPI document', () => {
  test('is accepted by the AsyncAPI parser without errors', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiDocument()));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document?.allMessages().length).toBe(eventCatalogue.length);
  }, 30_000);
});

test('the generated files are those that would be generated now', async () => {
  expect(await differencesOf(root)).toEqual([]);
}, 60_000);
