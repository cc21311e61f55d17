import { setTimeout as delay } from 'node:timers/promises';
import type { ContextName } from '@faemban/contracts';
import type { EventLog, LoggedEvent } from '../ports';
import { anAppend } from '../testing/event-suite';
import { createMemoryEvents } from '../testing/memory-events';
import { createMemoryLogConsumer } from '../testing/memory-log-consumer';
import { createTestClock } from '../testing/test-clock';
import { createConsumedLog, type ConsumedLog, type ConsumedLogOptions } from './consumed-log';

const context = 'ingestion';
const household = 'b6e4f2c0-0000-4000-8000-000000000001';
const opened: ConsumedLog[] = [];

/** An owner whose log has one partition that matters, and a consumer of it in the hands of the test. */
async function consuming(overrides: Partial<ConsumedLogOptions> & { before?: number } = {}) {
  const { before = 0, ...options } = overrides;
  const clock = createTestClock();
  const { store, log: owned } = createMemoryEvents({ clock, partitionCount: 1 });
  const calls: string[] = [];
  const append = async (count: number) => {
    for (let at = 0; at < count; at += 1) await store(context).append(anAppend({ partitionOf: household }));
  };
  await append(before);
  const owner: EventLog = {
    ...owned,
    read: (...asked) => {
      calls.push(`read after ${asked[2]}`);
      return owned.read(...asked);
    },
  };
  const consumer = createMemoryLogConsumer([context]);
  const log = createConsumedLog({
    consumer,
    owners: () => owner,
    contexts: [context],
    partitionCount: 1,
    clock,
    ...options,
  });
  opened.push(log);
  await log.start();
  const event = async (seq: number) => (await owned.read(context, 0, seq - 1, 1))[0] as LoggedEvent;
  const some = (...seqs: number[]) => Promise.all(seqs.map(event));
  const seqs = async (after: number, limit = 100) => (await log.read(context, 0, after, limit)).map(({ seq }) => seq);
  const head = async () => (await log.heads(context))[0]?.seq;
  return { log, consumer, append, some, seqs, head, calls, owned };
}

afterEach(async () => {
  for (const log of opened.splice(0)) await log.stop();
});

describe('a consumed log', () => {
  test('has the heads of what is assigned, and wants it from where the owner ends', async () => {
    const { log, consumer, head } = await consuming({ before: 3 });
    expect(await log.heads(context)).toEqual([]);
    expect(await consumer.assign(0)).toEqual([{ context, partition: 0, afterSeq: 3 }]);
    expect([...log.assigned()]).toEqual([0]);
    expect(await head()).toBe(3);
  });

  test('serves what was brought without asking the owner, and wakes those who wait', async () => {
    const { log, consumer, append, some, seqs, head, calls } = await consuming();
    await consumer.assign(0);
    await append(3);
    const woken = new Promise<void>((resolve) => void log.onAppended(resolve));
    await consumer.bring(await some(1, 2, 3));
    await woken;
    expect(await head()).toBe(3);
    expect(await seqs(0)).toEqual([1, 2, 3]);
    expect(await seqs(1, 1)).toEqual([2]);
    expect(calls).toEqual([]);
  });

  test('puts late, doubled and missing deliveries right from the owner', async () => {
    const { consumer, append, some, seqs, calls } = await consuming();
    await consumer.assign(0);
    await append(6);
    await consumer.bring(await some(2, 1, 1));
    await consumer.bring(await some(6, 5));
    expect(await seqs(0)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(calls).toEqual(['read after 0', 'read after 2']);
  });

  test('serves what is older than its window from the owner, or from the history where that has it', async () => {
    const { consumer, seqs, calls, owned } = await consuming({ before: 4 });
    await consumer.assign(0);
    expect(await seqs(0, 2)).toEqual([1, 2]);
    expect(calls).toEqual(['read after 0']);

    const some = { read: async () => (await owned.read(context, 0, 0, 10)).slice(0, 1) };
    const other = await consuming({ before: 4, history: some });
    await other.consumer.assign(0);
    expect(await other.seqs(0)).toEqual([1]);
    expect(other.calls).toEqual([]);
  });

  test('asks the owner where the history has nothing or does not answer', async () => {
    const history = { read: () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' })) };
    const { consumer, seqs } = await consuming({ before: 2, history });
    await consumer.assign(0);
    expect(await seqs(0)).toEqual([1, 2]);
  });

  test('notices that a last message was lost, by comparing with the owner', async () => {
    const { log, consumer, append, seqs, head } = await consuming({ compareEveryMs: 20 });
    await consumer.assign(0);
    await append(1);
    await new Promise<void>((resolve) => void log.onAppended(resolve));
    while ((await head()) !== 1) await delay(5);
    expect(await seqs(0)).toEqual([1]);
    expect(log.status().contexts[0]).toMatchObject({ lagEvents: 0, deliveredAt: null });
  });

  test('knows at once what the owner has, when it is told to compare', async () => {
    const { log, consumer, append, head } = await consuming();
    await consumer.assign(0);
    await append(2);
    expect(await head()).toBe(0);
    await log.compareWithOwners();
    expect(await head()).toBe(2);
    expect(log.status().contexts[0]?.lagEvents).toBe(2);
  });

  test('stops a partition for good where a seq comes with another hash', async () => {
    const { log, consumer, append, some } = await consuming();
    await consumer.assign(0);
    await append(2);
    await consumer.bring(await some(1));
    const [second] = await some(2);
    await expect(consumer.bring([{ ...(second as LoggedEvent), chainHash: 'f'.repeat(64) }])).rejects.toThrow('chain');
    await expect(log.heads(context)).rejects.toThrow('chain');
    await expect(consumer.bring(await some(2))).rejects.toThrow('chain');
    expect(log.status().contexts[0]?.trouble).toContain('ingestion/0@2');
  });

  test('stops a partition where the owner ends before what was brought time and again, as after a restore', async () => {
    const { store, log: owned } = createMemoryEvents({ clock: createTestClock(), partitionCount: 1 });
    await store(context).append(anAppend({ values: [1, 2] }));
    let endsAt = 0;
    const owners = () => ({
      ...owned,
      heads: async () => (endsAt === 0 ? [] : (await owned.heads(context)).map((head) => ({ ...head, seq: endsAt }))),
    });
    const { log, consumer } = await consuming({ owners });
    await consumer.assign(0);
    await consumer.bring(await owned.read(context, 0, 0, 2));
    endsAt = 1;
    await log.compareWithOwners();
    // A new primary of the owner's database may say so once or twice.
    expect(await log.heads(context)).toMatchObject([{ seq: 2 }]);
    endsAt = 2;
    await log.compareWithOwners();
    endsAt = 1;
    for (let time = 0; time < 3; time += 1) await log.compareWithOwners();
    await expect(log.heads(context)).rejects.toThrow("the owner's log ends at 1");
  });

  test('holds deliveries back while a reader has not read what is here, and lets them go when it has', async () => {
    const { consumer, append, some, seqs } = await consuming({ windowEventsMax: 2 });
    await consumer.assign(0);
    await append(6);
    await consumer.bring(await some(1));
    expect(await seqs(0)).toEqual([1]);
    let isLetGo = false;
    const brought = consumer.bring(await some(2, 3, 4)).then(() => (isLetGo = true));
    await delay(20);
    expect(isLetGo).toBe(false);
    expect(await seqs(1)).toEqual([2, 3, 4]);
    await brought;
    await consumer.bring(await some(5));
    expect(await seqs(4)).toEqual([5]);
  });

  test('keeps no more than its window where nobody reads', async () => {
    const { consumer, append, some, seqs, calls } = await consuming({ windowEventsMax: 2 });
    await consumer.assign(0);
    await append(6);
    await consumer.bring(await some(1, 2, 3));
    await consumer.bring(await some(4, 5));
    expect(await seqs(3)).toEqual([4, 5]);
    expect(calls).toEqual([]);
    expect(await seqs(2, 1)).toEqual([3]);
    expect(calls).toEqual(['read after 2']);
  });

  test('says which owner does not answer, and goes on when it does', async () => {
    let isAway = true;
    const { owned } = await consuming({ before: 1 });
    const owners = () => ({
      ...owned,
      heads: async () => {
        if (isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return owned.heads(context);
      },
    });
    const { log, consumer } = await consuming({ owners });
    expect(await consumer.assign(0)).toEqual([]);
    await expect(log.heads(context)).rejects.toMatchObject({ name: 'OwnerUnavailable', code: 'EAGAIN' });
    expect(log.status().contexts[0]?.trouble).toContain('owner of ingestion');
    isAway = false;
    expect((await log.heads(context))[0]?.seq).toBe(1);
    expect(log.status().contexts[0]?.trouble).toBeUndefined();
  });

  test('tells who listens when other partitions are assigned, and forgets those that are not', async () => {
    const { log, consumer, append, some } = await consuming();
    const told: number[][] = [];
    log.onAssigned((partitions) => told.push([...partitions]));
    await consumer.assign(0);
    await consumer.assign();
    expect(told).toEqual([[0], []]);
    await append(1);
    await consumer.bring(await some(1));
    expect(await log.heads(context)).toEqual([]);
  });

  test('stops at once, however long an owner takes to answer', async () => {
    const contexts = ['ingestion', 'mpi-scoring', 'reporting'] as const;
    const { log: owned } = createMemoryEvents({ clock: createTestClock(), partitionCount: 1 });
    const asked: string[] = [];
    let answer: (() => void) | undefined;
    let isHanging = false;
    const heads = async (of: ContextName) => {
      if (isHanging) asked.push(of);
      if (isHanging) await new Promise<void>((resolve) => (answer = resolve));
      return owned.heads(of);
    };
    const consumer = createMemoryLogConsumer([...contexts]);
    const clock = createTestClock();
    const log = createConsumedLog({
      ...{ consumer, owners: () => ({ ...owned, heads }), contexts, partitionCount: 1, clock, compareEveryMs: 5 },
    });
    await log.start();
    await consumer.assign(0);
    isHanging = true;
    while (asked.length === 0) await delay(5);
    await log.stop();
    answer?.();
    await delay(50);
    expect(asked).toHaveLength(1);
  });
});
