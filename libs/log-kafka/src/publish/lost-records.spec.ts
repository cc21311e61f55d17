import type { Admin, Producer, ProducerRecord, RecordMetadata } from 'kafkajs';
import { anAppend, createMemoryEvents, createMemoryProgress, createTestClock } from '@faemban/event-sourcing/testing';
import { createPublisher, type Publisher } from './publisher';

const context = 'ingestion';
const partitionCount = 1;
const household = 'h0';
const patienceMs = 20_000;

/** A topic of one partition, as the seqs of its records, that loses what a test takes from it and answers as long as the test lets it. */
function aTopic() {
  const seqs: number[] = [];
  let requests = Infinity;
  const producer = {
    async send({ topic, messages }: ProducerRecord): Promise<RecordMetadata[]> {
      if (requests <= 0) throw new Error('away');
      requests -= 1;
      const baseOffset = String(seqs.length);
      seqs.push(...messages.map(({ headers }) => Number(headers?.['ce_seq'])));
      return [{ topicName: topic, partition: 0, errorCode: 0, baseOffset }];
    },
  } as unknown as Producer;
  const admin = {
    async fetchTopicOffsets() {
      if (requests <= 0) throw new Error('away');
      return [{ partition: 0, offset: String(seqs.length), high: String(seqs.length), low: '0' }];
    },
  } as unknown as Admin;
  return {
    seqs,
    /** So many batches are taken from now on. */
    takes: (batches: number) => (requests = batches),
    /** Which of the first events it does not have. */
    lacks: (ofFirst: number) => Array.from({ length: ofFirst }, (_, at) => at + 1).filter((seq) => !seqs.includes(seq)),
    to: { producer: async () => producer, admin: async () => admin },
  };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const begun = performance.now(); !(await holds());) {
    if (performance.now() - begun > patienceMs) throw new Error(`After ${patienceMs} ms it still does not hold.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A log of one partition and its topic, and as many publishers of it, one after the other or at once, as a test wants. */
function world() {
  const clock = createTestClock();
  const { store, log } = createMemoryEvents({ clock, partitionCount });
  const progress = createMemoryProgress();
  const topic = aTopic();
  const publisher = (): Publisher => {
    const options = { context, log, progress, held: () => [0], installationId: 'i', clock, pollMs: 5 } as const;
    const made = createPublisher(options, topic.to);
    made.start();
    return made;
  };
  const append = (count: number) =>
    store(context).append(anAppend({ partitionOf: household, values: Array.from({ length: count }, (_, at) => at) }));
  const publishedTo = (seq: number, one: Publisher) => until(() => one.status().partitions[0]?.publishedSeq === seq);
  /** Publishes to the end of the log and stops. */
  const publishTo = async (seq: number) => {
    const one = publisher();
    await publishedTo(seq, one);
    await one.stop();
    return one;
  };
  return { topic, progress, publisher, append, publishedTo, publishTo };
}

describe('a topic that has lost what was acknowledged', () => {
  test('has it all again, though its publisher ends in the middle of sending it again', async () => {
    const { topic, progress, publisher, append, publishedTo, publishTo } = world();
    await append(600);
    const first = publisher();
    await publishedTo(600, first);
    topic.seqs.length = 0;
    // The first of these batches is noticed to stand where it cannot, the second is the first of those sent again.
    topic.takes(2);
    await append(200);
    await until(() => topic.seqs.length === 700);
    await first.stop();
    expect((await progress.published()).get(0)?.resends).toBe(1);
    topic.takes(Infinity);
    await append(1);
    await publishTo(801);
    expect(topic.lacks(801)).toEqual([]);
  });

  test('has it all again, though the publisher in which it was noticed ends before it has recorded that', async () => {
    const { topic, publisher, append, publishedTo, publishTo } = world();
    await append(600);
    const first = publisher();
    await publishedTo(600, first);
    topic.seqs.length = 0;
    topic.takes(1);
    await append(200);
    await until(() => first.status().trouble !== undefined);
    await first.stop();
    topic.takes(Infinity);
    await publishTo(800);
    expect(topic.lacks(800)).toEqual([]);
  });

  test('has it all again, though sending it again is handed over twice', async () => {
    const { topic, publisher, append, publishTo } = world();
    await append(1_700);
    await publishTo(1_700);
    topic.seqs.length = 0;
    for (const batches of [2, 1]) {
      topic.takes(batches);
      const one = publisher();
      await until(() => topic.seqs.length > 0 && one.status().trouble !== undefined);
      await one.stop();
      topic.takes(Infinity);
    }
    await append(1);
    await publishTo(1_701);
    expect(topic.lacks(1_701)).toEqual([]);
  });

  test('has its end again, though earlier duplicates make it longer than its events are many', async () => {
    const { topic, publisher, append, publishedTo, publishTo } = world();
    await append(100);
    await publishTo(100);
    topic.seqs.push(...Array.from({ length: 50 }, (_, at) => 51 + at));
    await append(30);
    const second = publisher();
    await publishedTo(130, second);
    topic.seqs.length -= 30;
    await append(5);
    await publishedTo(135, second);
    await second.stop();
    expect(topic.lacks(135)).toEqual([]);
    expect(second.status()).toMatchObject({ resends: 1, lastError: { message: expect.stringContaining('has lost') } });
    topic.seqs.length -= 3;
    const third = await publishTo(135);
    expect(topic.lacks(135)).toEqual([]);
    expect(third.status().resends).toBe(1);
  });

  test('has its end again where only seqs were recorded, as long as it was noticed', async () => {
    const { topic, progress, publisher, append, publishedTo } = world();
    await append(100);
    await progress.advance(0, { seq: 100, resends: 0 });
    topic.seqs.push(...Array.from({ length: 150 }, (_, at) => 1 + (at % 100)));
    const one = publisher();
    await publishedTo(100, one);
    topic.seqs.length -= 60;
    await append(1);
    await until(() => topic.seqs.includes(101) && one.status().resends === 1);
    await publishedTo(101, one);
    await one.stop();
    expect(topic.seqs.slice(-101)).toEqual(Array.from({ length: 101 }, (_, at) => at + 1));
  });

  test('is sent again once, though two publish it and the other does not know', async () => {
    const { topic, progress, publisher, append, publishedTo } = world();
    await append(400);
    const both = [publisher(), publisher()];
    for (const one of both) await publishedTo(400, one);
    topic.seqs.length = 0;
    await append(1);
    await until(async () => (await progress.published()).get(0)?.seq === 401);
    for (const one of both) await publishedTo(401, one);
    await append(1);
    await until(async () => (await progress.published()).get(0)?.seq === 402);
    for (const one of both) await one.stop();
    expect(topic.lacks(402)).toEqual([]);
  });
});

describe('what waits', () => {
  test('is counted from what was recorded while it is not known where the topic ends', async () => {
    const { topic, publisher, append, publishTo } = world();
    await append(90);
    await publishTo(90);
    await append(3);
    topic.takes(0);
    const one = publisher();
    await until(() => one.status().trouble !== undefined);
    expect(one.status()).toMatchObject({ lagEvents: 3, partitions: [{ publishedSeq: 90 }] });
    await one.stop();
  });
});
