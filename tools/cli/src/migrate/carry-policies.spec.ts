import type { ParkedEvent } from '@faemban/event-sourcing';
import { createMemoryPolicies } from '@faemban/event-sourcing/testing';
import type { PolicyRecord } from '@faemban/store-sqlite';
import { carryPolicy, carryRebuilds, verifyPolicy } from './carry-policies';

const parkedEvent = (partition: number, seq: number, attempts = 1): ParkedEvent => ({
  view: 'tell-score',
  context: 'ingestion',
  partition,
  seq,
  id: `household-${partition}`,
  eventId: `event-${partition}-${seq}`,
  cause: 'poison',
  code: 'fails',
  message: 'fails',
  attempts,
  parkedAt: '2024-01-01T00:00:00.000Z',
});
const record: PolicyRecord = {
  key: 'tell-score',
  context: 'ingestion',
  checkpoint: { 'ingestion/0': 7, 'ingestion/1': 0, 'ingestion/12': 3 },
  refusals: [
    { eventId: 'a', rule: 'must-be-open', at: '2024-01-01T00:00:00.000Z' },
    { eventId: 'b', rule: 'must-be-open', at: '2024-01-02T00:00:00.000Z' },
  ],
  parked: [parkedEvent(0, 2), parkedEvent(0, 5), parkedEvent(12, 1)],
};
const inPartition = (eventId: string): number => (eventId === 'a' ? 0 : 12);
const counting = () => {
  let writes = 0;
  return { beforeWrite: () => void (writes += 1), writes: () => writes };
};

describe('a policy that is carried over', () => {
  test('stands where it stood, also at 0, with its refusals and parked events', async () => {
    const store = createMemoryPolicies();
    await carryPolicy(record, store, inPartition, counting());
    expect(await verifyPolicy(record, store)).toEqual({ key: 'tell-score', events: 10, refusals: 2, parked: 3 });
  });

  test('is written once: repeated, nothing is left to do', async () => {
    const store = createMemoryPolicies();
    const first = counting();
    await carryPolicy(record, store, inPartition, first);
    const again = counting();
    await carryPolicy(record, store, inPartition, again);
    expect([first.writes(), again.writes()]).toEqual([3, 0]);
    expect(await verifyPolicy(record, store)).toMatchObject({ refusals: 2, parked: 3 });
  });

  test('comes to what the folder has now where it went on in between', async () => {
    const store = createMemoryPolicies();
    await carryPolicy(record, store, inPartition, counting());
    const later: PolicyRecord = {
      ...record,
      checkpoint: { ...record.checkpoint, 'ingestion/1': 4 },
      parked: [parkedEvent(0, 5, 2), parkedEvent(1, 4)],
    };
    await carryPolicy(later, store, inPartition, counting());
    expect(await verifyPolicy(later, store)).toEqual({ key: 'tell-score', events: 14, refusals: 2, parked: 2 });
  });

  test.each<[string, Partial<PolicyRecord>]>([
    ['checkpoint', { checkpoint: { 'ingestion/0': 6 } }],
    ['refusals', { refusals: record.refusals.slice(1) }],
    ['parked events', { parked: record.parked.slice(1) }],
  ])('is found out where its %s differ', async (_, change) => {
    const store = createMemoryPolicies();
    await carryPolicy({ ...record, ...change }, store, inPartition, counting());
    await expect(verifyPolicy(record, store)).rejects.toThrow(/The policy tell-score does not stand/);
  });
});

describe('records of rebuilds', () => {
  test('are kept where the rebuild has ended, once, and left where it would be taken up', async () => {
    const kept = new Map<string, string>();
    const rebuilds = {
      rebuilds: async () => [...kept.values()],
      saveRebuild: async (id: string, text: string) => void kept.set(id, text),
    };
    const texts = ['switched', 'filling', 'refused', 'verified'].map((state) =>
      JSON.stringify({ rebuildId: `r-${state}`, state }),
    );
    const watch = counting();
    expect(await carryRebuilds(texts, rebuilds, watch)).toBe(2);
    expect(await carryRebuilds(texts, rebuilds, watch)).toBe(2);
    expect([...kept.keys()]).toEqual(['r-switched', 'r-refused']);
    expect(watch.writes()).toBe(2);
  });
});
