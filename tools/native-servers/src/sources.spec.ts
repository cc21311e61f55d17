import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDemanded, sourceOf } from './sources';

const noEngine = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };

describe('where a server comes from', () => {
  test('is the environment, when a variable names one', () => {
    const env = { ...noEngine, KAFKA_BROKERS: '10.0.0.1:9092', MONGODB_URL: 'mongodb://10.0.0.1/' };
    expect(sourceOf('kafka', env)).toEqual({ server: 'kafka', source: 'environment' });
    expect(sourceOf('mongodb', env)).toEqual({ server: 'mongodb', source: 'environment' });
  });

  test.each(['kafka-of-three', 'kafka-secured'] as const)(
    'is never the environment for %s, which is as it must be',
    (server) => {
      expect(sourceOf(server, { ...noEngine, KAFKA_BROKERS: '10.0.0.1:9092' }).source).not.toBe('environment');
    },
  );

  test('is nowhere for MongoDB itself without a variable and an engine, and it says so', () => {
    expect(sourceOf('mongodb', { ...noEngine, MONGODB_URL: '' })).toEqual({
      server: 'mongodb',
      lack: 'MongoDB itself (MONGODB_URL, or a container engine that answers)',
    });
  });

  describe('with an empty cache', () => {
    const before = process.env['FAEMBAN_SERVERS_CACHE'];
    let cache: string;
    beforeEach(() => {
      cache = mkdtempSync(join(tmpdir(), 'faemban-cache-'));
      process.env['FAEMBAN_SERVERS_CACHE'] = cache;
    });
    afterEach(() => {
      rmSync(cache, { recursive: true, force: true });
      if (before === undefined) delete process.env['FAEMBAN_SERVERS_CACHE'];
      else process.env['FAEMBAN_SERVERS_CACHE'] = before;
    });

    test.each(['kafka', 'kafka-of-three', 'kafka-secured', 'ferretdb', 'mongo-java-server', 'mongo-secured'] as const)(
      'is nowhere for %s, and it says how to get it',
      (server) => {
        const { source, lack } = sourceOf(server, noEngine);
        expect(source).toBeUndefined();
        expect(lack).toContain('npm test -- --install-servers');
      },
    );
  });
});

test('continuous integration demands what can run natively, and nothing else', () => {
  expect(isDemanded('kafka', { CI: 'true' })).toBe(true);
  expect(isDemanded('ferretdb', { CI: 'true' })).toBe(true);
  expect(isDemanded('mongodb', { CI: 'true' })).toBe(false);
  expect(isDemanded('kafka', {})).toBe(false);
});
