import type { Admin, Producer, ProducerRecord, RecordMetadata } from 'kafkajs';
import { partitionOfKey } from '@faemban/event-sourcing';
import { anAppend, createMemoryEvents, createMemoryProgress, createTestClock } from '@faemban/event-sourcing/testing';
import { topicOf } from '../connection/topics';
import { batchBytesMax } from './batches';
import { createPublisher } from './publisher';

const context = 'ingestion';
const topic = topicOf(context);
const partitionCount = 4;
/** One household of each partition. */
const households = Array.from({ length: partitionCount }, (_, partition) => {
  for (let n = 0; ; n += 1) if (partitionOfKey(`h${n}`, partitionCount) === partition) return `h${n}`;
});

/** A topic that takes what it is sent, and answers as a test wants. */
function aTopic(answer: (record: ProducerRecord, usual: RecordMetadata) => RecordMetadata[] = (_, usual) => [usual]) {
  const sent: ProducerRecord[] = [];
  const ends = new Map<number, number>();
  const producer = {
    async send(record: ProducerRecord) {
      sent.push(record);
      const partition = record.messages[0]?.partition ?? 0;
      const baseOffset = String(ends.get(partition) ?? 0);
      ends.set(partition, Number(baseOffset) + record.messages.length);
      return answer(record, { topicName: record.topic, partition, errorCode: 0, baseOffset });
    },
  } as unknown as Producer;
  const admin = {
    fetchTopicOffsets: async () =>
      households.map((_, partition) => {
        const high = String(ends.get(partition) ?? 0);
        return { partition, offset: high, high, low: '0' };
      }),
  } as unknown as Admin;
  const seqs = (partition: number) =>
    sent
      .filter(({ messages }) => messages[0]?.partition === partition)
      .flatMap(({ messages }) => messages.map(({ headers }) => Number(headers?.['ce_seq'])));
  return { sent, ends, seqs, to: { producer: async () => producer, admin: async () => admin } };
}

function publishing(to: ReturnType<typeof aTopic>['to'], held: () => readonly number[] = () => [0, 1, 2, 3]) {
  const clock = createTestClock();
  const { store, log } = createMemoryEvents({ clock, partitionCount });
  const progress = createMemoryProgress();
  const publisher = createPublisher(
    { context, log, progress, held, installationId: 'installation', clock, pollMs: 5 },
    to,
  );
  const append = (partition: number, ...values: unknown[]) =>
    store(context).append(anAppend({ partitionOf: households[partition] as string, values }));
  return { publisher, append, progress, clock };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('a publisher', () => {
  test('sends one partition a request, named and acknowledged by all, and records how far it came', async () => {
    const { to, sent, seqs } = aTopic();
    const { publisher, append, progress } = publishing(to);
    await append(0, 1, 2);
    await append(2, 3);
    publisher.start();
    await until(() => publisher.status().published === 3);
    await append(0, 4);
    await until(() => publisher.status().published === 4);
    await publisher.stop();
    for (const { acks, messages, topic: to_ } of sent) {
      expect(acks).toBe(-1);
      expect(to_).toBe(topic);
      expect(new Set(messages.map(({ partition }) => partition)).size).toBe(1);
    }
    expect([seqs(0), seqs(2)]).toEqual([[1, 2, 3], [1]]);
    expect([...(await progress.published())].sort()).toEqual([
      [0, { seq: 3, endOffset: 3, resends: 0 }],
      [2, { seq: 1, endOffset: 1, resends: 0 }],
    ]);
  });

  test('keeps a request below what a broker takes, in events and in bytes', async () => {
    const { to, sent, seqs } = aTopic();
    const { publisher, append } = publishing(to);
    for (let at = 0; at < 12; at += 1) await append(1, 'น'.repeat(80_000));
    await append(3, ...Array.from({ length: 1_100 }, (_, index) => index));
    publisher.start();
    await until(() => publisher.status().published === 1_112);
    await publisher.stop();
    for (const { messages } of sent) {
      const bytes = messages.reduce((sum, { value }) => sum + Buffer.byteLength(value as string), 0);
      expect(bytes).toBeLessThan(batchBytesMax);
      expect(messages.length).toBeLessThanOrEqual(500);
    }
    expect(seqs(1)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(seqs(3)).toHaveLength(1_100);
  });

  test.each([
    ['nothing', () => []],
    ['another partition', (_: ProducerRecord, usual: RecordMetadata) => [{ ...usual, partition: 3 }]],
    ['an error', (_: ProducerRecord, usual: RecordMetadata) => [{ ...usual, errorCode: 7 }]],
  ])('does not count as published what is answered with %s, and sends it again', async (_, wrong) => {
    let answers = 0;
    const { to, seqs } = aTopic((record, usual) => ((answers += 1) === 1 ? wrong(record, usual) : [usual]));
    const { publisher, append, progress } = publishing(to);
    await append(0, 1);
    publisher.start();
    await until(() => publisher.status().trouble !== undefined);
    expect(await progress.published()).toEqual(new Map());
    expect(publisher.status()).toMatchObject({ lagEvents: 1, published: 0 });
    await until(() => publisher.status().published === 1);
    await until(() => publisher.status().trouble === undefined);
    expect(seqs(0)).toEqual([1, 1]);
    expect(publisher.status().lastError?.message).toContain('did not acknowledge');
    await publisher.stop();
  });

  test('sends everything again to a topic that has lost it', async () => {
    const { to, seqs, ends } = aTopic();
    const { publisher, append } = publishing(to);
    await append(0, 1, 2, 3);
    publisher.start();
    await until(() => publisher.status().published === 3);
    ends.clear();
    await append(0, 4);
    await until(() => seqs(0).at(-1) === 4 && publisher.status().lagEvents === 0 && publisher.status().published > 4);
    await publisher.stop();
    expect(seqs(0).slice(-4)).toEqual([1, 2, 3, 4]);
    expect(seqs(0).filter((seq) => seq === 1)).toHaveLength(2);
  });

  test('leaves partitions that it no longer holds, and takes up others from what is recorded', async () => {
    let held: readonly number[] = [0];
    const { to, seqs } = aTopic();
    const { publisher, append } = publishing(to, () => held);
    await append(0, 1);
    await append(1, 1, 2);
    publisher.start();
    await until(() => publisher.status().published === 1);
    held = [1];
    await until(() => publisher.status().published === 3);
    await append(0, 2);
    await append(1, 3);
    await until(() => publisher.status().published === 4);
    held = [0, 1];
    await until(() => publisher.status().published === 5);
    await publisher.stop();
    expect([seqs(0), seqs(1)]).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
  });

  test('says how long the oldest event has been waiting', async () => {
    const { to } = aTopic(() => []);
    const { publisher, append, clock } = publishing(to);
    await append(0, 1);
    clock.advance(90_000);
    publisher.start();
    await until(() => publisher.status().trouble !== undefined);
    expect(publisher.status()).toMatchObject({ lagEvents: 1, lagSeconds: 90 });
    await publisher.stop();
  });
});
