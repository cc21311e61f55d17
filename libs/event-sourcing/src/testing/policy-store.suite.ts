import { CheckpointFenced } from '../errors';
import type { ParkedEvent, PolicyHandle, PolicyStore } from '../ports';

/** What a policy suite runs on: an empty store, opened anew for every test. */
export interface PoliciesUnderTest {
  readonly policies: PolicyStore;
  close(): Promise<void>;
  /** Closes and opens the same data again; absent where nothing outlives closing. */
  reopen?(): Promise<PoliciesUnderTest>;
}

const policy = { key: 'tell-score-of-survey', context: 'ingestion' } as const;

/** The behaviour of every {@link PolicyStore}: run it on each adapter. Registers jest tests. */
export function policyStoreSuite(factory: () => Promise<PoliciesUnderTest>): void {
  let under: PoliciesUnderTest;
  beforeEach(async () => {
    under = await factory();
  });
  afterEach(async () => {
    await under.close();
  });

  const step = (partition: number, toSeq: number, rest: Partial<Parameters<PolicyHandle['advance']>[0]> = {}) => {
    return { partition, toSeq, refusals: [], parked: [], ...rest };
  };

  test('moves the checkpoint of a partition, never back', async () => {
    const handle = await under.policies.open(policy);
    expect(await handle.checkpoint()).toEqual({});
    await handle.advance(step(2, 5));
    await handle.advance(step(2, 5));
    await handle.advance(step(2, 9));
    await expect(handle.advance(step(2, 8))).rejects.toBeInstanceOf(CheckpointFenced);
    expect(await handle.checkpoint()).toEqual({ 'ingestion/2': 9 });
  });

  test('remembers that it began before the first event', async () => {
    const handle = await under.policies.open(policy);
    await handle.advance(step(0, 0));
    expect(await handle.checkpoint()).toEqual({ 'ingestion/0': 0 });
  });

  test('keeps policies apart', async () => {
    const handle = await under.policies.open(policy);
    await handle.advance(step(0, 5));
    const other = await under.policies.open({ ...policy, key: 'another' });
    expect(await other.checkpoint()).toEqual({});
    await other.advance(step(0, 1));
    expect(await handle.checkpoint()).toEqual({ 'ingestion/0': 5 });
  });

  test('stores refusals with the checkpoint, each once, newest first', async () => {
    const handle = await under.policies.open(policy);
    const first = { eventId: 'event-1', rule: 'case-must-be-open', at: '2021-03-01T02:00:00.000Z' };
    const second = { eventId: 'event-2', rule: 'case-must-be-open', at: '2021-03-01T03:00:00.000Z' };
    const third = { eventId: 'event-2', rule: 'another-rule', at: '2021-03-01T04:00:00.000Z' };
    expect(await handle.refusals(10)).toEqual({ total: 0, latest: [] });
    await handle.advance(step(0, 1, { refusals: [first] }));
    await handle.advance(step(0, 2, { refusals: [first, second, third] }));
    expect(await handle.refusals(10)).toEqual({ total: 3, latest: [third, second, first] });
    expect(await handle.refusals(1)).toEqual({ total: 3, latest: [third] });
    await expect(handle.advance(step(0, 1, { refusals: [{ ...first, eventId: 'event-9' }] }))).rejects.toBeInstanceOf(
      CheckpointFenced,
    );
    expect((await handle.refusals(10)).total).toBe(3);
  });

  test('keeps what is parked and knows whose it is', async () => {
    const handle = await under.policies.open(policy);
    const parked = (seq: number, id: string): ParkedEvent => ({
      view: policy.key,
      context: 'ingestion',
      partition: 0,
      seq,
      id,
      eventId: `event-${seq}`,
      cause: 'poison',
      message: 'Error: …',
      parkedAt: `2021-03-01T0${seq}:00:00.000Z`,
    });
    expect(await handle.parked(10)).toEqual({ total: 0, oldestAt: null, events: [] });
    await handle.advance(step(0, 3, { parked: [parked(2, 'b'), parked(1, 'a')] }));
    expect(await handle.parked(10)).toEqual({
      total: 2,
      oldestAt: '2021-03-01T01:00:00.000Z',
      events: [parked(1, 'a'), parked(2, 'b')],
    });
    expect((await handle.parked(1)).events).toEqual([parked(1, 'a')]);
    const many = Array.from({ length: 3000 }, (_, index) => `id-${index}`);
    expect(await handle.parkedIds([...many, 'a', 'c'])).toEqual(new Set(['a']));
  });

  test('keeps everything when it is closed and opened again', async () => {
    const handle = await under.policies.open(policy);
    await handle.advance(step(1, 4, { refusals: [{ eventId: 'e', rule: 'r', at: '2021-03-01T02:00:00.000Z' }] }));
    if (under.reopen === undefined) return;
    under = await under.reopen();
    const again = await under.policies.open(policy);
    expect(await again.checkpoint()).toEqual({ 'ingestion/1': 4 });
    expect((await again.refusals(1)).total).toBe(1);
  });
}
