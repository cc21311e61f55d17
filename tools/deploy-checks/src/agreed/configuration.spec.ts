import { frontDoorConfigSchema } from '@faemban/front-door';
import { variableOf } from '@faemban/nest-kit';
import { processConfigSchema, readProcessConfig } from '@faemban/service-process';
import { standaloneConfigSchema } from '@faemban/standalone';
import { textOf } from '../tree';
import { telemetryVariables, variables } from './variables';

/** A field of a configuration's schema, as far as it is looked at. */
interface Field {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
}
interface Row {
  readonly variable: string;
  readonly who: string;
  readonly byDefault: string;
  readonly file: string;
}

const page = textOf('docs/reference/configuration.md');
const rows: readonly Row[] = Array.from(
  page.matchAll(/^\| `(FAEMBAN_\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|/gm),
  ([, variable = '', who = '', byDefault = '', file = '']) => ({ variable, who, byDefault, file }),
);

const readers = [
  { who: 'services', schema: processConfigSchema },
  { who: 'front door', schema: frontDoorConfigSchema },
  { who: 'standalone', schema: standaloneConfigSchema },
].map(({ who, schema }) => ({
  who,
  fields: new Map(Object.entries(schema.shape as Record<string, Field>).map(([key, of]) => [variableOf(key), of])),
}));

/** What the page has to say where nothing is given. */
function defaultOf(field: Field): string {
  const { success, data } = field.safeParse(undefined);
  if (!success) return '**required**';
  return data === undefined || (Array.isArray(data) && data.length === 0) ? '–' : `\`${String(data)}\``;
}

describe.each(readers)('the page of configuration, for $who', ({ who, fields }) => {
  const own = rows.filter((row) => row.who === who || (row.who === 'all' && who !== 'standalone'));

  test('has every variable that is read, once, and no other', () => {
    expect(own.map(({ variable }) => variable).sort()).toEqual([...fields.keys()].sort());
  });

  test('tells each default', () => {
    // Which port, and which of the others it needs to know, is said of a service by its definition.
    const inWords = (variable: string) =>
      /^FAEMBAN_(INGESTION|IDENTITY_VERIFICATION|MPI_SCORING|REPORTING)_URL$/.test(variable) ||
      (variable === 'FAEMBAN_PORT' && who === 'services');
    for (const { variable, byDefault } of own.filter((row) => !inWords(row.variable))) {
      const field = fields.get(variable);
      expect([variable, byDefault]).toEqual([variable, field && defaultOf(field)]);
    }
  });
});

test('the page tells which variables may be in a file', () => {
  const isRead = (variable: string): boolean => {
    try {
      readProcessConfig({ [`${variable}_FILE`]: '/nowhere/at/all' });
    } catch (error) {
      return String(error).includes(`${variable}_FILE`);
    }
    return false;
  };
  for (const { variable, file } of rows.filter(({ who }) => who === 'all' || who === 'services')) {
    expect([variable, file]).toEqual([variable, isRead(variable) ? 'yes' : '–']);
  }
});

test('what is deployed is compared with the same names', () => {
  const read = readers.filter(({ who }) => who !== 'standalone').flatMap(({ fields }) => [...fields.keys()]);
  expect([...variables].sort()).toEqual([...new Set(read)].sort());
  for (const name of telemetryVariables) expect(page).toContain(`| \`${name}\` |`);
});
