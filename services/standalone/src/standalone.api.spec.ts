import type { ServerStatus } from '@faemban/nest-kit';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStandalone, type Standalone } from './standalone';
import type { StandaloneConfig } from './config';

let dataDir: string;
const opened: Standalone[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'faemban-standalone-'));
});
afterEach(async () => {
  for (const system of opened.splice(0)) await system.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const create = async (config: Partial<StandaloneConfig> = {}): Promise<Standalone> => {
  const system = await createStandalone({ dataDir, port: 0, logLevel: 'error', ...config });
  opened.push(system);
  return system;
};
const startOne = async (): Promise<Standalone> => {
  const system = await create();
  await system.start();
  return system;
};
const statusOf = async ({ url }: Standalone): Promise<ServerStatus> =>
  (await (await fetch(`${url}/status`)).json()) as ServerStatus;

describe('the whole system in one process', () => {
  test('becomes ready, with every view and policy live', async () => {
    const system = await startOne();
    await system.settled();
    const ready = await fetch(`${system.url}/health/ready`);
    expect(await ready.json()).toMatchObject({ status: 'ready' });
    const { runners, profile } = await statusOf(system);
    expect(profile).toBe('embedded');
    expect(runners.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'area-figures',
        'household-history',
        'household-scores',
        'tell-score-of-survey',
        'tell-score-of-welfare',
      ]),
    );
    expect(runners.filter(({ state }) => state !== 'live')).toEqual([]);
  });

  test('serves the routes of every context under one address', async () => {
    const system = await startOne();
    const { paths } = (await (await fetch(`${system.url}/docs/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes).toEqual(
      expect.arrayContaining([
        'POST /imports',
        'PUT /imports/{importId}/files/{part}',
        'POST /imports/{importId}/validation',
        'POST /imports/{importId}/approval',
        'POST /persons/lookups',
        'GET /rulesets',
        'GET /households/{householdId}/score',
        'GET /figures',
        'GET /households/{householdId}/history',
        'GET /status',
        'GET /parked',
      ]),
    );
  });

  test('takes a command, and has it still after a restart', async () => {
    const first = await startOne();
    const response = await fetch(`${first.url}/imports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'faemban-operator': 'somchai' },
      body: JSON.stringify({ kind: 'bmn-survey', source: 'cdd-bmn', round: 2561 }),
    });
    expect(response.status).toBe(201);
    const { importId } = (await response.json()) as { importId: string };
    expect(await first.stop()).toBe('drained');
    const second = await startOne();
    expect(await (await fetch(`${second.url}/imports/${importId}`)).json()).toMatchObject({
      importId,
      state: 'receiving',
    });
  });

  test('keeps its files to itself, and its keys in a folder of their own', async () => {
    await startOne();
    expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['events.sqlite', 'keys', 'reporting.sqlite']));
    expect(statSync(join(dataDir, 'keys')).mode & 0o077).toBe(0);
  });
});

describe('starting is refused in a plain sentence', () => {
  test('on a data folder in use', async () => {
    await startOne();
    await expect(create()).rejects.toMatchObject({
      sentence: { en: expect.stringContaining('--data'), th: expect.any(String) },
    });
  });

  test('on a taken port, and the data folder is free again', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const system = await create({ port: (other.address() as AddressInfo).port });
    await expect(system.start()).rejects.toMatchObject({ sentence: { en: expect.stringContaining('--port') } });
    await startOne();
    other.close();
  });

  test('on an address outside this machine', async () => {
    await expect(create({ host: '0.0.0.0' })).rejects.toMatchObject({
      sentence: { en: expect.stringContaining('no accounts yet') },
    });
    await startOne();
  });

  test('on another number of partitions', async () => {
    await (await startOne()).stop();
    await expect(create({ partitionCount: 8 })).rejects.toThrow(/partition/i);
  });
});
