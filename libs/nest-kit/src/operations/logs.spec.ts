import { EventEmitter } from 'node:events';
import { createLogger, logWarnings, scrubbed } from './logs';

const linesOf = (write: (log: ReturnType<typeof createLogger>) => void): string => {
  const lines: string[] = [];
  write(createLogger('test', 'info', { write: (line) => void lines.push(line) }));
  return lines.join('');
};

describe('a log line', () => {
  test('does not hold personal fields', () => {
    const text = linesOf((log) =>
      log.info({ number: '1101700203451', person: { firstName: 'สมหญิง', lastName: 'ใจดี' }, rows: 3 }, 'read'),
    );
    expect(text).not.toMatch(/1101700203451|สมหญิง|ใจดี/);
    expect(text).toContain('"rows":3');
  });

  test('does not hold 13-digit numbers that an error or its cause speaks of', () => {
    const cause = new Error('duplicate 1-1017-00203-45-1');
    const text = linesOf((log) => log.error({ err: new Error('row ๑๑๐๑๗๐๐๒๐๓๔๕๑', { cause }) }, 'fault'));
    expect(text).toContain('duplicate [number]');
    expect(text).toContain('row [number]');
  });
});

test('warnings of Node are lines of the log, but for the one that the Kafka client causes at every start', () => {
  const node = new EventEmitter().on('warning', () => {
    throw new Error('Node prints no more of its own');
  });
  const warning = (name: string, by: string) =>
    Object.assign(new Error(`${name} of ${by}`), { name, stack: `at new Timeout\n at node_modules/${by}/index.js` });
  const lines = linesOf((log) => {
    logWarnings(log, node);
    node.emit('warning', warning('TimeoutNegativeWarning', 'kafkajs'));
    node.emit('warning', warning('TimeoutNegativeWarning', 'other'));
    node.emit('warning', warning('DeprecationWarning', 'kafkajs'));
  });
  expect(lines).not.toContain('TimeoutNegativeWarning of kafkajs');
  expect(lines).toContain('"message":"TimeoutNegativeWarning of other"');
  expect(lines).toContain('"message":"DeprecationWarning of kafkajs"');
});

test('ids, times and hashes are not taken for numbers', () => {
  const text = 'household 01931234-5678-7123-8123-456789012345 at 2018-06-01T00:00:00.000Z, partition 12, seq 41202';
  expect(scrubbed(text)).toBe(text);
});
