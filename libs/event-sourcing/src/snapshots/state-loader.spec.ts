import { commandContext } from '../testing/command-context';
import { exampleHousehold } from '../testing/example-household';
import { createMemoryPlatform } from '../testing/memory-platform';
import { createMemorySnapshots } from '../testing/memory-snapshots';
import { snapshotStoreSuite } from '../testing/snapshot-store.suite';
import { createCommandHandler } from '../commands/command-handler';
import { foldKeyOf, type SnapshotStore } from './snapshots';
import { createStateLoader } from './state-loader';

snapshotStoreSuite('memory', async () => {
  const stores = new Map<string, SnapshotStore>();
  return {
    store(context) {
      const store = stores.get(context) ?? createMemorySnapshots();
      stores.set(context, store);
      return store;
    },
    close: async () => undefined,
  };
});

const everyEvents = 10;
const aggregate = { ...exampleHousehold, snapshots: { foldVersion: 1, everyEvents } };
const stream = 'household-a';

async function setUp({ notes = 25 }: { readonly notes?: number } = {}) {
  const store = createMemoryPlatform().store('case-management');
  const snapshots = createMemorySnapshots();
  const faults: Error[] = [];
  let eventsRead = 0;
  const counting: typeof store = {
    ...store,
    async load(name) {
      const events = await store.load(name);
      eventsRead += events.length;
      return events;
    },
    async *read(name, range) {
      for await (const event of store.read(name, range)) {
        eventsRead += 1;
        yield event;
      }
    },
  };
  const kept = { store: snapshots, failed: (error: Error) => void faults.push(error) };
  const handler = createCommandHandler({ aggregate, store: counting, snapshots: kept });
  await handler.handle({ type: 'OpenHousehold', householdId: 'a', area: '8417' }, commandContext());
  for (let value = 1; value <= notes; value += 1) {
    await handler.handle({ type: 'TakeNotes', householdId: 'a', values: [value] }, commandContext());
  }
  const plain = createStateLoader({ aggregate, store });
  const load = createStateLoader({ aggregate, store: counting, snapshots: kept });
  const reads = async (work: () => Promise<unknown>): Promise<number> => {
    const before = eventsRead;
    await work();
    return eventsRead - before;
  };
  return { store, snapshots, faults, kept, plain, load, reads, handler };
}
const fold = foldKeyOf(aggregate) ?? '';

describe('loading with snapshots', () => {
  test('gives the same as without, and reads only what came behind the last one', async () => {
    const { plain, load, reads, snapshots } = await setUp();
    expect(await load(stream)).toEqual(await plain(stream));
    expect((await snapshots.find(stream, fold))?.version).toBeGreaterThanOrEqual(everyEvents);
    expect(await reads(() => load(stream))).toBeLessThanOrEqual(everyEvents + 1);
  });

  test('as of an earlier version knows nothing of what came later, at every version', async () => {
    const { plain, load } = await setUp();
    for (let version = 0; version <= 26; version += 1) {
      const asOf = await load(stream, version);
      expect(asOf).toEqual(await plain(stream, version));
      expect([asOf.version, asOf.state.notes.length]).toEqual([version, Math.max(0, version - 1)]);
    }
  });

  test('takes no snapshot of short streams, nor of aggregates that ask for none', async () => {
    const { snapshots } = await setUp({ notes: everyEvents - 2 });
    expect(await snapshots.find(stream, fold)).toBeUndefined();
    expect(foldKeyOf(exampleHousehold)).toBeUndefined();
  });

  test('never reads what another fold took: other version, other schemas, other beginning', async () => {
    const { kept, store, snapshots } = await setUp();
    const changed = { ...aggregate, snapshots: { foldVersion: 2, everyEvents } };
    const [first, ...others] = aggregate.events;
    const raised = { ...aggregate, events: [{ ...first, version: 9 } as (typeof aggregate.events)[number], ...others] };
    const begun = {
      ...aggregate,
      decider: { ...aggregate.decider, initialState: { ...aggregate.decider.initialState, notes: [0] } },
    };
    expect(new Set([aggregate, changed, raised, begun].map(foldKeyOf)).size).toBe(4);
    const poisoned = { version: 20, eventId: 'none', state: '{"notes":["not mine"]}' };
    await snapshots.save(stream, fold, { ...poisoned, version: 1_000 });
    const loaded = await createStateLoader({ aggregate: changed, store, snapshots: kept })(stream);
    expect(loaded.state.notes).toHaveLength(25);
  });

  test('finds out a snapshot of another history, as after a restore, and folds the stream instead', async () => {
    const { plain, load, snapshots } = await setUp();
    await snapshots.clear();
    const state = JSON.stringify({ status: 'open', notes: [666] });
    await snapshots.save(stream, fold, { version: 12, eventId: 'of-another-history', state });
    expect(await load(stream)).toEqual(await plain(stream));
    await snapshots.clear();
    await snapshots.save(stream, fold, { version: 900, eventId: 'beyond-the-end', state });
    expect(await load(stream)).toEqual(await plain(stream));
  });

  test('may lose all of them at any time', async () => {
    const { plain, load, snapshots, handler } = await setUp();
    await snapshots.clear();
    expect(await load(stream)).toEqual(await plain(stream));
    await snapshots.clear();
    await handler.handle({ type: 'TakeNotes', householdId: 'a', values: [26] }, commandContext());
    expect((await load(stream)).state.notes.at(-1)).toBe(26);
  });

  test('goes on without them where they cannot be read or kept, and says so', async () => {
    const { store, plain } = await setUp();
    const faults: string[] = [];
    const broken: SnapshotStore = {
      find: () => Promise.reject(new Error('cannot be read')),
      save: () => Promise.reject(new Error('cannot be kept')),
      clear: () => Promise.resolve(),
    };
    const snapshots = { store: broken, failed: ({ message }: Error) => void faults.push(message) };
    expect(await createStateLoader({ aggregate, store, snapshots })(stream)).toEqual(await plain(stream));
    expect(faults).toEqual(['cannot be read', 'cannot be kept']);
  });
});
