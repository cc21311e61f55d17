import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { ContextName } from '@faemban/contracts';
import {
  invariant,
  type EventLog,
  type LoggedEvent,
  type PublishedPage,
  type PublishedPlace,
} from '@faemban/event-sourcing';
import { disconnectMsMax, endedWithin } from '../connection/ended-within';
import { contextOfTopic, topicOf } from '../connection/topics';
import { KafkaUnavailable, withKafka } from '../failures';
import { PartitionReading } from './partition-reading';

const pace = { sessionTimeout: 10_000, heartbeatInterval: 2_000, maxWaitTimeInMs: 10 };
/** Bytes of one partition fetched at once. */
const partitionBytesMax = 1024 * 1024;
/** Partitions that are read ahead at the same time; the one that was read longest ago makes room. */
const readingsMax = 16;
/** Kafka has this long to bring something, in milliseconds; then it has nothing just now, and the owner is asked. */
const patienceMs = 5_000;

/** Published events from the beginning: for those far behind, and for building read models anew. */
export interface KafkaHistory extends Pick<EventLog, 'read'> {
  /**
   * As `read`, for who must know what is there and what is not: it looks for what is missing until the end of the topic, however long
   * that takes, as long as something comes.
   * @throws KafkaUnavailable where nothing came in time, or the client gave up
   */
  page(context: ContextName, partition: number, place: PublishedPlace): Promise<PublishedPage>;
  /** Ends the client, within a limit; reading is not available from then on. */
  close(): Promise<void>;
}

/**
 * Reads topics by offset, beside those who consume them live: an event stands at the offset of its seq or, where something was sent
 * twice, later. It begins with the first read, in a group of its own with one member, and reads ahead a little. A hole ends what it
 * answers; where it has nothing it answers nothing, and the owner is asked.
 */
export function createKafkaHistory(options: {
  readonly kafka: Kafka;
  readonly admin: () => Promise<Admin>;
  readonly clientId: string;
  readonly contexts: readonly ContextName[];
}): KafkaHistory {
  return new History(options);
}

class History implements KafkaHistory {
  private readonly readings = new Map<string, PartitionReading>();
  private opening: Promise<Consumer> | undefined;
  private isClosed = false;

  constructor(private readonly options: Parameters<typeof createKafkaHistory>[0]) {}

  async read(
    context: ContextName,
    partition: number,
    afterSeq: number,
    limit: number,
  ): Promise<readonly LoggedEvent[]> {
    if (!this.options.contexts.includes(context)) return [];
    const consumer = await this.opened();
    const reading = this.readingOf(context, partition);
    return reading.inTurn(async () => {
      // What is under way is waited for: seeking would throw it away and have it fetched once more.
      if (!reading.has(afterSeq) && !reading.isComing(afterSeq)) {
        await this.seek(consumer, reading, ({ high }) => {
          const from = reading.offsetBehind(afterSeq);
          reading.begin(afterSeq, high);
          return from;
        });
      }
      if (!reading.has(afterSeq) && !(await isInTime(reading))) reading.stop();
      const events = reading.take(afterSeq, limit);
      if (reading.wantsMore) resume(consumer, reading);
      return events;
    });
  }

  async page(
    context: ContextName,
    partition: number,
    { afterSeq, limit, fromOffset }: PublishedPlace,
  ): Promise<PublishedPage> {
    invariant(this.options.contexts.includes(context), `the topic of ${context} is read here`);
    const consumer = await this.opened();
    const reading = this.readingOf(context, partition);
    return reading.inTurn(async () => {
      if (!reading.isThorough(afterSeq, fromOffset)) {
        await this.seek(consumer, reading, ({ low, high }) => {
          reading.beginThoroughly(afterSeq, fromOffset, high);
          return Math.max(fromOffset, low);
        });
      }
      for (let before = reading.lookedAt; !reading.has(afterSeq) && !reading.isOver; before = reading.lookedAt) {
        if (!(await isInTime(reading)) && reading.lookedAt === before) reading.stop();
      }
      const page = reading.page(afterSeq, limit);
      if (reading.wantsMore) resume(consumer, reading);
      return page;
    });
  }

  async close(): Promise<void> {
    const { opening } = this;
    this.isClosed = true;
    this.opening = undefined;
    this.forget();
    if (opening === undefined) return;
    const ended = opening.then((consumer) => consumer.disconnect());
    await endedWithin(disconnectMsMax, ended);
  }

  private readingOf(context: ContextName, partition: number): PartitionReading {
    const topic = topicOf(context);
    const key = `${topic}/${partition}`;
    const reading = this.readings.get(key) ?? new PartitionReading(context, topic, partition);
    this.readings.delete(key);
    this.readings.set(key, reading);
    for (const [old, idle] of this.readings) {
      if (this.readings.size <= readingsMax) break;
      if (!idle.isBusy) this.readings.delete(old);
    }
    return reading;
  }

  /** Has a partition fetched from the offset at which `begin` begins, which is told where the topic begins and ends. */
  private async seek(
    consumer: Consumer,
    reading: PartitionReading,
    begin: (topic: { readonly low: number; readonly high: number }) => number,
  ): Promise<void> {
    const { topic, partition } = reading;
    const admin = await this.options.admin();
    const ends = await withKafka(() => admin.fetchTopicOffsets(topic));
    const found = ends.find((one) => one.partition === partition);
    if (found === undefined) throw new KafkaUnavailable(`Nobody says where ${topic}/${partition} ends.`);
    const from = begin({ low: Number(found.low), high: Number(found.high) });
    if (reading.isOver) return;
    consumer.seek({ topic, partition, offset: String(from) });
    resume(consumer, reading);
  }

  private async opened(): Promise<Consumer> {
    if (this.isClosed) throw new KafkaUnavailable('The published history has been closed.');
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  private async open(): Promise<Consumer> {
    const { kafka, clientId, contexts } = this.options;
    const consumer = kafka.consumer({
      // Begins as every group and topic does, so that one permission covers them.
      groupId: `faemban.history.${clientId}.${randomUUID()}`,
      ...pace,
      maxBytesPerPartition: partitionBytesMax,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: async () => false },
    });
    return withKafka(async () => {
      try {
        const joined = new Promise<void>((resolve, reject) => {
          consumer.on(consumer.events.GROUP_JOIN, () => {
            consumer.pause(contexts.map((context) => ({ topic: topicOf(context) })));
            this.forget();
            resolve();
          });
          consumer.on(consumer.events.CRASH, ({ payload }) => {
            // The next read begins anew.
            this.opening = undefined;
            this.forget();
            reject(payload.error);
          });
        });
        joined.catch(() => undefined);
        await consumer.connect();
        await consumer.subscribe({ topics: contexts.map(topicOf), fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: async (payload) => this.take(consumer, payload),
        });
        await joined;
        return consumer;
      } catch (error) {
        await consumer.disconnect().catch(() => undefined);
        throw error;
      }
    });
  }

  /** Nothing of what is under way comes any more. */
  private forget(): void {
    for (const reading of this.readings.values()) reading.stop();
    this.readings.clear();
  }

  private take(consumer: Consumer, { batch, resolveOffset, isStale }: EachBatchPayload): void {
    const { topic, partition } = batch;
    const reading = this.readings.get(`${topic}/${partition}`);
    if (reading === undefined || contextOfTopic(topic) === undefined) {
      consumer.pause([{ topic, partitions: [partition] }]);
      return;
    }
    if (isStale()) return;
    reading.bring(batch.messages);
    resolveOffset(batch.lastOffset());
    if (!reading.wantsMore) consumer.pause([{ topic, partitions: [partition] }]);
  }
}

/** Waits until something came, or it is known that nothing does; answers whether that was in time. */
async function isInTime(reading: PartitionReading): Promise<boolean> {
  const patience = new AbortController();
  const late = delay(patienceMs, false, { ref: false, signal: patience.signal }).catch(() => false);
  const inTime = await Promise.race([reading.arrival().then(() => true), late]);
  patience.abort();
  return inTime;
}

function resume(consumer: Consumer, { topic, partition }: PartitionReading): void {
  consumer.resume([{ topic, partitions: [partition] }]);
}
