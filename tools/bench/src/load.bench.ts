import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIds, createStateLoader, defineAggregate } from '@faemban/event-sourcing';
import { openSqliteEvents, openSqliteSnapshots } from '@faemban/store-sqlite';
import { repeat, round } from './measure';
import { payload, payloadBytes } from './payload';
import type { BenchResult } from './result';

const eventsPerStream = 1_000;

/** What a household's stream comes to here: how many members its surveys told of, and the last of them. */
interface Counted {
  readonly members: number;
  readonly last?: typeof payload;
}
const counted = defineAggregate<
  Counted,
  { readonly type: 'None' },
  { readonly type: string; readonly data: typeof payload }
>({
  name: 'household',
  context: 'ingestion',
  events: [],
  streamOf: () => '',
  partitionOf: () => 'self',
  snapshots: { foldVersion: 1 },
  decider: {
    initialState: { members: 0 },
    decide: () => [],
    evolve: ({ members }, { data }) => ({ members: members + data.members.length, last: data }),
  },
});

const runs = { warmUp: 20, runs: 200 };

/** Loads and folds a stream of 1,000 events, beside parsing the same bytes that are already in memory. */
export async function benchLoad(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  const ids = createIds({ clock: Date.now });
  try {
    const events = await openSqliteEvents({ file: join(folder, 'events.sqlite'), clock: Date.now });
    const store = events.store('ingestion');
    const householdId = ids.next();
    const stream = `household-${householdId}`;
    for (let version = 0; version < eventsPerStream; version += 100) {
      const commandId = ids.next();
      await store.append({
        stream,
        partitionOf: householdId,
        expectedVersion: version === 0 ? 'none' : version,
        events: Array.from({ length: 100 }, () => ({ type: 'HouseholdSurveyed', data: payload })),
        commandDigest: '0'.repeat(64),
        context: {
          commandId,
          actor: { accountId: 'bench', office: 'bench', role: 'SYS', channel: 'import' },
          area: '8417',
          occurredAt: new Date().toISOString(),
          correlationId: commandId,
        },
      });
    }
    await events.close();
    const reopened = await openSqliteEvents({ file: join(folder, 'events.sqlite'), clock: Date.now });
    const cold = reopened.store('ingestion');
    const ours = await repeat(async () => {
      let folded = 0;
      for (const event of await cold.load(stream)) folded += (event.data as typeof payload).members.length;
      return folded;
    }, runs);
    const snapshots = openSqliteSnapshots(join(folder, 'cache', 'snapshots.sqlite'));
    const failed = (error: Error): void => {
      throw error;
    };
    const load = createStateLoader({
      aggregate: counted,
      store: cold,
      snapshots: { store: snapshots.store('ingestion'), failed },
    });
    const { state: whole } = await load(stream);
    const fromSnapshot = await repeat(async () => {
      const { state, version } = await load(stream);
      if (version !== eventsPerStream || state.members !== whole.members)
        throw new Error('A snapshot tells otherwise.');
    }, runs);
    snapshots.close();
    await reopened.close();
    const texts = Array.from({ length: eventsPerStream }, () => JSON.stringify(payload));
    const envelope = JSON.stringify({
      commandId: ids.next(),
      actor: { accountId: 'bench', office: 'bench', role: 'SYS', channel: 'import' },
    });
    const floor = await repeat(() => {
      let folded = 0;
      for (const text of texts) {
        JSON.parse(envelope);
        folded += (JSON.parse(text) as typeof payload).members.length;
      }
      return folded;
    }, runs);
    return [
      {
        work: 'load-1000',
        unit: `a stream of ${eventsPerStream} events of ${payloadBytes} B, loaded and folded, page cache warm`,
        ours: { ...ours },
        floor: { what: 'JSON.parse of the same bodies and envelopes, already in memory', figures: { ...floor } },
        ratio: round(ours.p50Ms / floor.p50Ms),
        aim: '≤ 1.3 × scan + parse (the floor here leaves out the scan)',
      },
      {
        work: 'load-1000-snapshot',
        unit: `the same stream loaded from a snapshot of its end, with the event it was taken at checked`,
        ours: { ...fromSnapshot },
        floor: { what: 'the whole stream loaded and folded, as above', figures: { ...ours } },
        ratio: round(fromSnapshot.p50Ms / ours.p50Ms),
        aim: '≤ 0.3 ms',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
