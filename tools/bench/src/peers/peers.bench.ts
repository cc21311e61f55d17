import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureOurs } from '../ours';
import { repeat, round, type Measured } from '../measure';
import { payload, payloadBytes } from '../payload';
import type { BenchResult } from '../result';
import { PeerAbsent, requireOfPeer } from './peer-package';
import { startPostgresql } from './postgresql';

const appends = { warmUp: 50, runs: 1_000 };
const loads = { warmUp: 5, runs: 50 };
const eventsPerStream = 1_000;
const eventsPerAppend = 100;

/** What the benchmark needs of Emmett's stores; both have it. */
interface EmmettStore {
  appendToStream(stream: string, events: readonly { type: string; data: unknown }[]): Promise<unknown>;
  aggregateStream<State>(
    stream: string,
    how: { evolve: (state: State, event: { data: typeof payload }) => State; initialState: () => State },
  ): Promise<{ state: State }>;
}

/** Appending one event, and loading a stream of 1,000, by ours and by Emmett's stores on the same disk. A peer that cannot be had says why. */
export async function benchPeers(): Promise<BenchResult[]> {
  const ours = await measureOurs({ appends, loads, eventsPerStream, eventsPerAppend });
  return [
    ...(await beside('emmett-sqlite', ours, emmettSqlite)),
    ...(await beside('emmett-postgresql', ours, emmettPostgresql)),
  ];
}

interface Figures {
  readonly append: Measured;
  readonly load: Measured;
  readonly what: string;
}

async function beside(
  name: string,
  ours: Omit<Figures, 'what'>,
  measure: () => Promise<Figures>,
): Promise<BenchResult[]> {
  try {
    const { append, load, what } = await measure();
    return [
      {
        work: `append-one-${name}`,
        unit: `1 event of ${payloadBytes} B awaited; ours with WAL, synchronous=FULL`,
        ours: { ...ours.append },
        floor: { what, figures: { ...append } },
        ratio: round(ours.append.perSecond / append.perSecond),
      },
      {
        work: `load-1000-${name}`,
        unit: `a stream of ${eventsPerStream} events of ${payloadBytes} B, loaded and folded`,
        ours: { ...ours.load },
        floor: { what, figures: { ...load } },
        ratio: round(ours.load.p50Ms / load.p50Ms),
        aim: 'below 1 (their published 14–17 ms)',
      },
    ];
  } catch (error) {
    if (!(error instanceof PeerAbsent)) throw error;
    console.log(`${name}: not measured here: ${error.message}`);
    return [];
  }
}

async function emmettSqlite(): Promise<Figures> {
  const { getSQLiteEventStore } = requireOfPeer('emmett-sqlite')('@event-driven-io/emmett-sqlite') as {
    getSQLiteEventStore: (options: object) => EmmettStore;
  };
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  try {
    const fileName = join(folder, 'emmett.sqlite');
    const store = getSQLiteEventStore({ fileName, schema: { autoMigration: 'CreateOrUpdate' } });
    return { ...(await measureStore(store)), what: 'Emmett 0.38.5 on SQLite, its own settings' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function emmettPostgresql(): Promise<Figures> {
  const { getPostgreSQLEventStore } = requireOfPeer('emmett-postgresql')('@event-driven-io/emmett-postgresql') as {
    getPostgreSQLEventStore: (connection: string) => EmmettStore & { close(): Promise<void> };
  };
  const server = await startPostgresql();
  try {
    const store = getPostgreSQLEventStore(server.connectionString);
    try {
      return { ...(await measureStore(store)), what: `Emmett 0.42.0 on ${server.version}, fsync on, over loopback` };
    } finally {
      await store.close();
    }
  } finally {
    await server.stop();
  }
}

async function measureStore(store: EmmettStore): Promise<Omit<Figures, 'what'>> {
  const event = { type: 'HouseholdSurveyed', data: payload };
  const append = await repeat((at) => store.appendToStream(`household-${at}`, [event]), appends);
  for (let version = 0; version < eventsPerStream; version += eventsPerAppend) {
    await store.appendToStream(
      'long',
      Array.from({ length: eventsPerAppend }, () => event),
    );
  }
  const load = await repeat(
    () =>
      store.aggregateStream('long', {
        evolve: (members: number, { data }) => members + data.members.length,
        initialState: () => 0,
      }),
    loads,
  );
  return { append, load };
}
