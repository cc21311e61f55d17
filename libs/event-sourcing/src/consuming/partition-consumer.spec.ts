import type { EventLog, LoggedEvent } from '../ports';
import { anAppend } from '../testing/event-suite';
import { createMemoryEvents } from '../testing/memory-events';
import { createTestClock } from '../testing/test-clock';
import { createPartitionConsumer } from './partition-consumer';

const context = 'case-management';

/** A log of ten events, and a consumer that writes down what it is handed. */
async function consuming({ afterSeq = 0, log }: { afterSeq?: number; log?: (log: EventLog) => EventLog } = {}) {
  const events = createMemoryEvents({ clock: createTestClock(), partitionCount: 1 });
  for (let at = 0; at < 10; at += 1) await events.store(context).append(anAppend());
  const all = await events.log.read(context, 0, 0, 100);
  const taken: number[] = [];
  const consumer = await createPartitionConsumer({
    context,
    partition: 0,
    log: log?.(events.log) ?? events.log,
    afterSeq,
    take: async (batch) => void taken.push(...batch.map(({ seq }) => seq)),
  });
  return { all, taken, consumer, some: (...seqs: number[]) => seqs.map((seq) => all[seq - 1] as LoggedEvent) };
}

describe('a consumer of one partition', () => {
  test('hands each event on once and in order, however it was delivered', async () => {
    const { consumer, some, taken } = await consuming();
    await consumer.receive(some(2, 1, 1));
    await consumer.receive(some(5, 3, 4, 2));
    expect(taken).toEqual([1, 2, 3, 4, 5]);
  });

  test('notices a last message that was lost, by the head of the owner', async () => {
    const { consumer, some, taken } = await consuming({ afterSeq: 6 });
    await consumer.receive(some(7));
    await consumer.catchUp();
    expect(taken).toEqual([7, 8, 9, 10]);
  });

  test('does not count as taken what could not be taken', async () => {
    const { log, store } = createMemoryEvents({ clock: createTestClock(), partitionCount: 1 });
    await store(context).append(anAppend());
    let fails = true;
    const take = async () => {
      if (fails) throw new Error('full');
    };
    const consumer = await createPartitionConsumer({ context, partition: 0, log, afterSeq: 0, take });
    await expect(consumer.catchUp()).rejects.toThrow('full');
    expect(consumer.seq).toBe(0);
    fails = false;
    await consumer.catchUp();
    expect(consumer.seq).toBe(1);
  });

  test('stops where a seq comes again with another hash', async () => {
    const { consumer, some } = await consuming();
    await consumer.receive(some(1, 2));
    const other = { ...(some(2)[0] as LoggedEvent), chainHash: 'f'.repeat(64) };
    await expect(consumer.receive([other])).rejects.toThrow('another hash');
  });

  test('stops where an event was altered on its way', async () => {
    const { consumer, some } = await consuming();
    const altered = { ...(some(1)[0] as LoggedEvent), recordedAt: '2020-01-01T00:00:00.000Z' };
    await expect(consumer.receive([altered])).rejects.toThrow('chain is broken');
  });

  test('stops where the owner no longer reaches what was taken here', async () => {
    await expect(consuming({ afterSeq: 11 })).rejects.toThrow('does not have what was taken here');
    const { consumer } = await consuming({
      afterSeq: 10,
      log: (log) => ({ ...log, heads: async () => (await log.heads(context)).map((head) => ({ ...head, seq: 4 })) }),
    });
    await expect(consumer.catchUp()).rejects.toThrow('ends at 4');
  });
});
