import { z } from 'zod';
import { readConfig, StartRefused, variableOf, readSecretFiles } from './config';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const schema = z.strictObject({
  dataDir: z.string().default('.data'),
  drainMsMax: z.coerce.number().int().max(1000).default(10),
  pepper: z.string().min(8).optional(),
});

test('a field is read from its variable, and what is given comes first', () => {
  expect(variableOf('drainMsMax')).toBe('FAEMBAN_DRAIN_MS_MAX');
  expect(
    readConfig(
      schema,
      { FAEMBAN_DATA_DIR: '/a', FAEMBAN_DRAIN_MS_MAX: '20' },
      { dataDir: { value: '/b', from: '--data' } },
    ),
  ).toEqual({
    dataDir: '/b',
    drainMsMax: 20,
  });
  expect(readConfig(schema, { FAEMBAN_DATA_DIR: '' }, { dataDir: { value: undefined, from: '--data' } })).toEqual({
    dataDir: '.data',
    drainMsMax: 10,
  });
});

test('everything that does not parse is named, and no value is repeated', () => {
  const refused = (): unknown =>
    readConfig(schema, { FAEMBAN_PEPPER: 'hunter2' }, { drainMsMax: { value: 'soon', from: '--drain' } });
  expect(refused).toThrow(StartRefused);
  expect(refused).toThrow(/--drain: .*FAEMBAN_PEPPER: /);
  expect(refused).not.toThrow(/hunter2|soon/);
});

describe('a value kept in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-config-'));
  const file = join(folder, 'token');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is read without the end of its line, unless the value itself is given', () => {
    writeFileSync(file, 'secret\n');
    expect(readSecretFiles({ TOKEN_FILE: file }, ['TOKEN'])['TOKEN']).toBe('secret');
    expect(readSecretFiles({ TOKEN_FILE: file, TOKEN: 'given' }, ['TOKEN'])['TOKEN']).toBe('given');
    expect(readSecretFiles({ OTHER_FILE: file }, ['TOKEN'])['OTHER']).toBeUndefined();
  });

  test('that is not there is refused in a sentence, all such at once', () => {
    const none = join(folder, 'none');
    const refused = () => readSecretFiles({ TOKEN_FILE: none, KEY_FILE: folder }, ['TOKEN', 'KEY']);
    expect(refused).toThrow(/TOKEN_FILE \(ENOENT\), KEY_FILE \(EISDIR\)/);
  });
});
