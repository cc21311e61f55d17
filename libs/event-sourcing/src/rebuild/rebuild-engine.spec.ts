import { randomBytes } from 'node:crypto';
import { createMemoryPlatform } from '../testing';
import { seeded } from '../testing/seeded';
import type { RecordedEvent } from '../events';
import type { ViewHandle } from '../ports';
import { defineTally, defineView, type Tally, type View } from '../views/define-view';
import { asViewShape } from '../views/view-shape';
import { createViewRunner } from '../views/view-runner';
import { compareCodePoints, compareGenerations } from './compare';
import { cancelWork, createSharedControl, obeying } from './control';
import { LocalRebuildEngine, RebuildCancelled, type RebuildJob } from './rebuild-engine';

interface Noted {
  readonly householdId: string;
  readonly amount: number;
}
const dataOf = ({ data }: RecordedEvent): Noted => data as Noted;
const householdOf = (event: RecordedEvent): string => dataOf(event).householdId;

const noteSums = defineView<{ householdId: string; amount: number; scores: number }>({
  name: 'note-sums',
  version: 1,
  idOf: householdOf,
  slices: {
    ingestion: (sum: number | undefined, event) => {
      if (dataOf(event).amount === 13) throw new Error('cannot be folded');
      return (sum ?? 0) + dataOf(event).amount;
    },
    'mpi-scoring': (count: number | undefined) => (count ?? 0) + 1,
  },
  show: (slices: { ingestion?: number; 'mpi-scoring'?: number }, householdId) => ({
    householdId,
    amount: slices.ingestion ?? 0,
    scores: slices['mpi-scoring'] ?? 0,
  }),
  indexes: { byAmount: ['amount'] },
});
const noteCounts = defineTally<number>({
  name: 'note-counts',
  version: 1,
  context: 'ingestion',
  idOf: householdOf,
  measures: ['households', 'amount'],
  fold: (sum, event) => (sum ?? 0) + dataOf(event).amount,
  contributions: (sum) => [
    {
      areas: { village: `84170101${String(10 + (sum % 7))}` },
      round: '2561',
      ruleset: 'r',
      from: '2018-02-14',
      add: new Map([
        [0, 1],
        [1, sum],
      ]),
    },
  ],
});

const setUp = (seed: number) => {
  const platform = createMemoryPlatform({ partitionCount: 4 });
  const random = seeded(seed);
  const actor = { accountId: 'a', office: 'o', role: 'r', channel: 'online' } as const;
  const note = async (amount = random(30)): Promise<void> => {
    const householdId = `h${random(12)}`;
    const context = random(10) < 7 ? 'ingestion' : 'mpi-scoring';
    const commandId = platform.ids.next();
    await platform.store(context).append({
      stream: `${context}-${householdId}`,
      partitionOf: householdId,
      expectedVersion: 'any',
      events: [{ type: 'Noted', data: { householdId, amount } }],
      context: { commandId, actor, area: '', occurredAt: '2026-01-01T00:00:00.000Z', correlationId: commandId },
      commandDigest: commandId,
    });
  };
  const store = platform.views('reporting').views;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each read model knows its own slices
  const readModels: readonly (View<any> | Tally<any>)[] = [noteSums, noteCounts];
  const engine = new LocalRebuildEngine({ log: platform.log, store, clock: platform.clock, readModels });
  const runnerOf = (readModel: View | Tally) => {
    const what = 'contributions' in readModel ? { tally: readModel } : { view: readModel };
    return createViewRunner({ ...what, log: platform.log, store, clock: platform.clock });
  };
  const jobOf = async (view: View | Tally): Promise<RebuildJob> => {
    const shape = asViewShape(view);
    const target: Record<string, number> = {};
    for (const context of shape.contexts) {
      for (const { partition, seq } of await platform.log.heads(context)) target[`${context}/${partition}`] = seq;
    }
    return { view: view.name, before: 0, generation: await (await store.generations(shape)).begin(), target };
  };
  return { platform, note, store, engine, runnerOf, jobOf };
};
const free = obeying(createSharedControl());
const quiet = (): void => undefined;

describe('a rebuilt read model', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'equals the live one at the same vector, parked events and all, and goes on in its place (seed %i)',
    async (seed) => {
      const { note, store, engine, runnerOf, jobOf } = setUp(seed);
      const view = (seed % 2 === 0 ? noteSums : noteCounts) as View | Tally;
      for (let n = 0; n < 120; n += 1) await note();
      const runner = runnerOf(view);
      await runner.start();
      await runner.settled();
      const job = await jobOf(view);
      for (let n = 0; n < 20; n += 1) await note();
      await engine.fill(job, free, quiet);
      const writing = (async () => {
        for (let n = 0; n < 30; n += 1) await note();
      })();
      const comparison = await engine.compare(job, free);
      expect(comparison).toMatchObject({ differencesTotal: 0, differences: [] });
      expect(comparison.documents).toBeGreaterThan(5);
      if (view === noteSums) expect(comparison.parked).toBeGreaterThan(0);
      else expect(comparison.counters).toBeGreaterThan(0);
      await engine.switch(job);
      await writing;
      await note(3);
      await runner.settled();
      const handle: ViewHandle = await store.open(asViewShape(view));
      const second = await jobOf(view);
      await engine.fill({ ...second, before: job.generation }, free, quiet);
      expect(await engine.compare({ ...second, before: job.generation }, free)).toMatchObject({ differencesTotal: 0 });
      expect(Object.values(await handle.checkpoint()).reduce((sum, seq) => sum + seq, 0)).toBeGreaterThan(100);
      await runner.stop();
    },
  );

  test('waits for a live one that is behind what it was filled with', async () => {
    const { note, store, engine, runnerOf, jobOf } = setUp(31);
    const first = runnerOf(noteSums as View);
    for (let n = 0; n < 30; n += 1) await note(2);
    await first.start();
    await first.settled();
    await first.stop();
    for (let n = 0; n < 30; n += 1) await note(2);
    const job = await jobOf(noteSums as View);
    await engine.fill(job, free, quiet);
    const comparing = engine.compare(job, free);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = runnerOf(noteSums as View);
    await second.start();
    expect(await comparing).toMatchObject({ differencesTotal: 0 });
    await engine.switch(job);
    await second.stop();
    const handle: ViewHandle = await store.open(asViewShape(noteSums));
    expect(Object.values(await handle.checkpoint()).reduce((sum, seq) => sum + seq, 0)).toBe(60);
  });

  test('does not wait for a live one that stands still', async () => {
    const { note, platform, store, jobOf } = setUp(32);
    const { log, clock } = platform;
    const engine = new LocalRebuildEngine({ log, store, clock, readModels: [noteSums], standsStillMs: 100 });
    await store.open(asViewShape(noteSums));
    for (let n = 0; n < 5; n += 1) await note(2);
    const job = await jobOf(noteSums as View);
    await engine.fill(job, free, quiet);
    await expect(engine.compare(job, free)).rejects.toThrow('has not moved for 0.1 s');
  });

  test('is refused where the live one was altered; the rows are named with the events that made them', async () => {
    const { note, store, engine, runnerOf, jobOf } = setUp(21);
    for (let n = 0; n < 60; n += 1) await note(2);
    const runner = runnerOf(noteSums as View);
    await runner.start();
    await runner.settled();
    await runner.stop();
    const job = await jobOf(noteSums as View);
    await engine.fill(job, free, quiet);
    const live = await (await store.generations(asViewShape(noteSums))).open(0);
    const stored = (await live.slices(['h3'])).get('h3');
    const forged = { ...stored, ingestion: { lastSeq: stored?.['ingestion']?.lastSeq ?? 0, state: 1_000_000 } };
    const added = { ingestion: { lastSeq: 1, state: 5 } };
    await live.fill({
      partition: 0,
      puts: [
        { id: 'h3', slices: forged, indexed: { amount: 1_000_000 } },
        { id: 'h-invented', slices: added, indexed: { amount: 5 } },
      ],
      counters: [],
      parked: [],
    });
    const { differencesTotal, differences } = await engine.compare(job, free);
    expect(differencesTotal).toBe(2);
    expect(differences).toMatchObject([
      { part: 'documents', key: 'h-invented', kind: 'only-live', events: [], eventsTotal: 0 },
      { part: 'documents', key: 'h3', kind: 'altered', live: expect.any(String), rebuilt: expect.any(String) },
    ]);
    expect(differences[1]?.events?.length).toBe(differences[1]?.eventsTotal);
    expect(differences[1]?.events?.every(({ type }) => type === 'Noted')).toBe(true);
    expect(JSON.stringify(differences)).not.toContain('1000000');
  });

  test('interrupted at any step goes on with the partitions it has, and comes to the same', async () => {
    const { note, engine, runnerOf, jobOf } = setUp(5);
    for (let n = 0; n < 80; n += 1) await note();
    const runner = runnerOf(noteSums as View);
    await runner.start();
    await runner.settled();
    const job = await jobOf(noteSums as View);
    for (let limit = 1; (await engine.unfilled(job)).length > 0; limit += 1) {
      const before = (await engine.unfilled(job)).length;
      let steps = 0;
      const interrupted = {
        shared: free.shared,
        async betweenSteps() {
          steps += 1;
          if (steps > limit) throw new Error('the power went');
        },
      };
      await engine.fill(job, interrupted, quiet).catch((error: unknown) => expect(String(error)).toContain('power'));
      expect((await engine.unfilled(job)).length).toBeLessThanOrEqual(before);
    }
    expect(await engine.compare(job, free)).toMatchObject({ differencesTotal: 0 });
    await runner.stop();
  });

  test('is ended by who cancels it', async () => {
    const { note, engine, jobOf } = setUp(6);
    await note();
    const control = createSharedControl();
    cancelWork(control);
    await expect(engine.fill(await jobOf(noteSums as View), obeying(control), quiet)).rejects.toThrow(RebuildCancelled);
  });
});

describe('a comparison', () => {
  test('takes keys in the order of code points, also beyond U+FFFF', async () => {
    expect(compareCodePoints('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
    expect(['\u{1F600}', 'ก', '\uFFFD', 'a', 'ab'].sort(compareCodePoints)).toEqual([
      'a',
      'ab',
      'ก',
      '\uFFFD',
      '\u{1F600}',
    ]);
    const rows = (keys: readonly string[]) => keys.map((key) => ({ key, content: key }));
    const pinned = {
      vector: async () => ({}),
      rows: async (generation: number, part: string, after: string) =>
        part === 'documents' && after === ''
          ? rows(generation === 0 ? ['a', '\uFFFD'] : ['a', '\uFFFD', '\u{1F600}'])
          : [],
      close: async () => undefined,
    };
    const common = { pinned, live: 0, rebuilt: 1, vector: {}, partitionCount: 2, betweenPages: async () => undefined };
    const comparison = await compareGenerations({ ...common, key: randomBytes(8), differencesMax: 5 });
    expect(comparison.differences).toMatchObject([{ key: '\u{1F600}', kind: 'only-rebuilt' }]);
  });
});
