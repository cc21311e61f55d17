import { createLogger, scrubbed } from './logs';

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

test('ids, times and hashes are not taken for numbers', () => {
  const text = 'household 01931234-5678-7123-8123-456789012345 at 2018-06-01T00:00:00.000Z, partition 12, seq 41202';
  expect(scrubbed(text)).toBe(text);
});
