import { Kafka, logLevel, Partitioners, type Admin, type Producer } from 'kafkajs';
import type { ContextName } from '@faemban/contracts';
import {
  createConsumedLog,
  type ConsumedLog,
  type ConsumedLogOptions,
  type LoggedEvent,
  type PublishProgress,
} from '@faemban/event-sourcing';
import { anAppend, createMemoryEvents, createMemoryProgress, type MemoryEvents } from '@faemban/event-sourcing/testing';
import { openKafka, type KafkaOptions, type PublishedKafka } from '../connection/open-kafka';
import { topicOf } from '../connection/topics';
import { recordOf, sourceOf } from '../format/cloud-events';
import type { Publisher } from '../publish/publisher';

export const partitionCount = 8;
const installationId = '0198b2d0-0000-7000-8000-00000000abcd';
const clock = () => Date.now();

/** A world of one owner, its topics on a real broker, and as many processes as a test wants. Everything is closed with it. */
export class KafkaWorld {
  readonly events: MemoryEvents = createMemoryEvents({ clock, partitionCount });
  readonly progress: PublishProgress = createMemoryProgress();
  private readonly opened: { close(): Promise<void> }[] = [];
  private readonly raw: Kafka;

  constructor(
    private readonly brokers: readonly string[],
    readonly context: ContextName,
    private readonly replicationFactor = 1,
    /** How processes come in, where that is otherwise than how the test does. */
    private readonly as: Partial<KafkaOptions> = {},
  ) {
    const retry = { initialRetryTime: 100, retries: 10, maxRetryTime: 2_000 };
    this.raw = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry });
  }

  /** A process's Kafka. */
  open(overrides: Partial<KafkaOptions> = {}): PublishedKafka {
    const { brokers, replicationFactor, as } = this;
    const kafka = openKafka({ brokers, clientId: 'test', partitionCount, replicationFactor, ...as, ...overrides });
    this.opened.unshift(kafka);
    return kafka;
  }

  /** Begins with topics that hold nothing. */
  async freshTopics(contexts: readonly ContextName[] = [this.context]): Promise<void> {
    const admin = await this.admin();
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith('faemban.'));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    for (let left = topics.length; left > 0;) {
      left = (await admin.listTopics()).filter((topic) => topic.startsWith('faemban.')).length;
    }
    await this.open().ensureTopics(contexts);
  }

  publisher(overrides: Partial<Parameters<PublishedKafka['publisher']>[0]> = {}): Publisher {
    const { context, progress, events } = this;
    const held = () => Array.from({ length: partitionCount }, (_, partition) => partition);
    const options = { context, log: events.log, progress, held, installationId, clock, pollMs: 50, ...overrides };
    return this.open().publisher(options);
  }

  /** A member of a group, as one process of a service has it. */
  async member(group: string, overrides: Partial<ConsumedLogOptions> = {}): Promise<ConsumedLog> {
    const contexts = overrides.contexts ?? [this.context];
    const kafka = this.open();
    const log = createConsumedLog({
      consumer: kafka.consumer({ group, contexts }),
      owners: () => this.events.log,
      contexts,
      partitionCount,
      clock,
      ...overrides,
    });
    this.opened.unshift({ close: () => log.stop() });
    await log.start();
    return log;
  }

  async append(count: number, context = this.context, th = 'บ้าน'): Promise<void> {
    const appends = Array.from({ length: count }, (_, index) => anAppend({ values: [index, { th }] }));
    const results = await this.events.store(context).appendMany(appends);
    for (const result of results) if (!result.ok) throw result.error;
  }

  /** Sends what a test wants to one partition, as no publisher would. */
  async send(
    events: readonly LoggedEvent[],
    more: readonly { value: string; headers?: Record<string, string> }[] = [],
  ) {
    const producer = await this.producer();
    const partition = events[0]?.partition ?? 0;
    const records = [...events.map((event) => recordOf(event, sourceOf(installationId, this.context))), ...more];
    const messages = records.map((record) => ({ ...record, headers: { ...record.headers }, partition }));
    await producer.send({ topic: topicOf(this.context), acks: -1, messages });
  }

  async admin(): Promise<Admin> {
    const admin = this.raw.admin();
    await admin.connect();
    this.opened.push({ close: () => admin.disconnect() });
    return admin;
  }

  async producer(): Promise<Producer> {
    const producer = this.raw.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    this.opened.push({ close: () => producer.disconnect() });
    return producer;
  }

  get client(): Kafka {
    return this.raw;
  }

  async close(): Promise<void> {
    for (const one of this.opened) await one.close();
  }
}

/** Waits until something holds. @throws Error saying what did not come to hold */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patienceMs = 40_000): Promise<void> {
  const begun = performance.now();
  while (!(await holds())) {
    if (performance.now() - begun > patienceMs)
      throw new Error(`After ${patienceMs} ms it still does not hold: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
