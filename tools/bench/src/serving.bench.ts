import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from '@faemban/acceptance';
import { Client } from '@faemban/cli';
import autocannon from 'autocannon';
import { makeLog } from './made-log';
import { round } from './measure';
import type { BenchResult } from './result';

const requestsPerSecond = 100;
const secondsIdle = 10;
const secondsMax = 3_600;
const connections = 10;
const householdsMade = 20_000;
const ends = ['switched', 'refused', 'failed', 'cancelled'];

interface Rebuilt {
  readonly rebuildId: string;
  readonly view: string;
  readonly state: string;
  readonly eventsTotal: number;
  readonly secondsFilling: number;
  readonly differencesTotal?: number;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

/**
 * Reads over HTTP at a steady rate, first undisturbed, then while every read model is rebuilt, compared and switched by the same process.
 * @param dataDir an installation to copy, not in use; made of invented households where absent
 */
export async function benchServing(dataDir?: string): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  try {
    const data = join(folder, 'data');
    if (dataDir === undefined) await makeData(data);
    else cpSync(dataDir, data, { recursive: true });
    const system = await System.start(data, Date.now());
    await system.settled();
    const client = new Client({ url: system.url, operator: 'somchai' });
    const paths = await pathsToRead(client);
    const undisturbed = await readSteadily(system.url, paths, secondsIdle);
    const names = (await client.get<{ runners: { name: string; kind: string }[] }>('/status')).runners
      .filter(({ kind }) => kind !== 'policy')
      .map(({ name }) => name);
    const rebuilding = rebuildAll(client, names);
    const whileRebuilding = await readSteadily(system.url, paths, rebuilding);
    const rebuilt = await rebuilding;
    const { peakRssMb } = await system.measure();
    await system.stop();
    const what =
      dataDir === undefined
        ? `${householdsMade.toLocaleString('en-US')} invented households`
        : 'the installation named';
    const unit = `${requestsPerSecond} requests/s over ${paths.length} routes (figures, lists, histories) on ${what}`;
    const aim = 'p50 / p95 / p99 ≤ 20 / 60 / 150 ms';
    return [
      { work: 'http-reads', unit, ours: undisturbed, aim },
      {
        work: 'http-reads-while-rebuilding',
        unit,
        ours: { ...whileRebuilding, peakRssMb },
        floor: { what: 'the same reads, nothing else going on', figures: undisturbed },
        aim,
      },
      ...rebuilt.map(({ view, eventsTotal, secondsFilling, differencesTotal = 0, startedAt, finishedAt }) => {
        const seconds = (Date.parse(finishedAt ?? startedAt) - Date.parse(startedAt)) / 1000;
        return {
          work: `rebuild-served-${view}`,
          unit: `rebuilt in threads, compared row by row, switched, while ${requestsPerSecond} requests/s are answered; ${what}`,
          ours: {
            events: eventsTotal,
            secondsFilling: round(secondsFilling),
            secondsInAll: round(seconds),
            eventsPerSecondFilling: Math.round(eventsTotal / secondsFilling),
            differences: differencesTotal,
          },
        };
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeData(data: string): Promise<void> {
  mkdirSync(data, { recursive: true });
  await makeLog(data, householdsMade);
  // Once, so that the read models are there and warm.
  const first = await System.start(data, Date.now());
  await first.settled();
  await first.stop();
}

async function pathsToRead(client: Client): Promise<readonly string[]> {
  const { items } = await client.get<{ items: { householdId: string }[] }>('/households?under=84&limit=20');
  return [
    '/figures?level=district&under=84&round=2561&ruleset=tpmap-2561',
    '/figures?level=tambon&under=8417&round=2561&ruleset=tpmap-2561',
    '/households?under=8417&limit=50',
    '/households?under=84&poor=true&limit=50',
    ...items.map(({ householdId }) => `/households/${householdId}/history`),
  ];
}

/** Reads the paths in turn, for a number of seconds or until something has ended. Latencies in milliseconds. */
async function readSteadily(
  url: string,
  paths: readonly string[],
  until: number | Promise<unknown>,
): Promise<Record<string, number>> {
  const { latency, requests, non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url,
        requests: paths.map((path) => ({ path })),
        connections,
        overallRate: requestsPerSecond,
        duration: typeof until === 'number' ? until : secondsMax,
      },
      (error: Error | null, result) => (error ? reject(error) : resolve(result)),
    );
    // What ends badly is told where it is awaited.
    if (typeof until !== 'number')
      void until.then(
        () => running.stop(),
        () => running.stop(),
      );
  });
  return {
    requests: requests.total,
    failed: non2xx + errors,
    p50Ms: latency.p50,
    p97_5Ms: latency.p97_5,
    p99Ms: latency.p99,
    maxMs: latency.max,
  };
}

async function rebuildAll(client: Client, views: readonly string[]): Promise<readonly Rebuilt[]> {
  const all: Rebuilt[] = [];
  for (const view of views) {
    let status = await client.post<Rebuilt>('/rebuilds', { view, switch: true });
    while (!ends.includes(status.state)) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      status = await client.get<Rebuilt>(`/rebuilds/${status.rebuildId}`);
    }
    if (status.state !== 'switched') throw new Error(`${view} was not switched to but ${status.state}.`);
    all.push(status);
  }
  return all;
}
