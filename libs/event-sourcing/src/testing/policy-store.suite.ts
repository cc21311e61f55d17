import { CheckpointFenced } from '../errors';
import type { PolicyHandle, PolicyStore } from '../ports';
import { parkedEvent } from './view-store.parking';

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

  const parkedOf = (seq: number, id: string) =>
    parkedEvent({ view: policy.key, seq, id, parkedAt: `2021-03-01T0${seq}:00:00.000Z` });

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
    expect(await handle.parked(10)).toEqual({ total: 0, oldestAt: null, events: [] });
    await handle.advance(step(0, 3, { parked: [parkedOf(2, 'b'), parkedOf(1, 'a')] }));
    expect(await handle.parked(10)).toEqual({
      total: 2,
      oldestAt: '2021-03-01T01:00:00.000Z',
      events: [parkedOf(1, 'a'), parkedOf(2, 'b')],
    });
    expect((await handle.parked(1)).events).toEqual([parkedOf(1, 'a')]);
    const many = Array.from({ length: 3000 }, (_, index) => `id-${index}`);
    expect(await handle.parkedIds([...many, 'a', 'c'])).toEqual(new Set(['a']));
  });

  test('lets parked events go with the refusals they met, once, and keeps what is said of those that stay', async () => {
    const handle = await under.policies.open(policy);
    await handle.advance(step(0, 3, { parked: [parkedOf(1, 'a'), parkedOf(2, 'a'), parkedOf(3, 'b')] }));
    const refusal = { eventId: 'event-1', rule: 'case-must-be-open', at: '2021-03-01T05:00:00.000Z' };
    const again = { ...parkedOf(2, 'a'), attempts: 2, code: 'other' };
    const taken = [1, 2].map((seq) => ({ id: 'a', seq }));
    const release = { partition: 0, taken, refusals: [refusal], parked: [again] };
    await handle.release(release);
    expect(await handle.parkedOf({ context: 'ingestion', id: 'a', partition: 0 }, 9)).toEqual([again]);
    expect(await handle.refusals(9)).toEqual({ total: 1, latest: [refusal] });
    expect((await handle.parkedSequences({ cause: 'other', limit: 9 })).map(({ id }) => id)).toEqual(['a']);
    expect((await handle.parkedCauses()).map(({ code, events }) => [code, events])).toEqual([
      ['other', 1],
      ['type-error-00000000', 1],
    ]);
    const late = { ...refusal, eventId: 'event-9' };
    await expect(handle.release({ ...release, refusals: [late] })).rejects.toBeInstanceOf(CheckpointFenced);
    expect((await handle.refusals(9)).total).toBe(1);
    expect((await handle.parked(0)).total).toBe(2);
    expect(await handle.checkpoint()).toEqual({ 'ingestion/0': 3 });
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
