import { z } from 'zod';
import { readConfig, StartRefused, variableOf } from './config';

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
