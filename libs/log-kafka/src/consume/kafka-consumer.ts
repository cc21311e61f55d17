import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { ContextName } from '@faemban/contracts';
import {
  classify,
  invariant,
  retryDelayMs,
  type LogConsumer,
  type LogReceiver,
  type RetryPlan,
  type WantedFrom,
  unobserved,
  type ObserveBatch,
} from '@faemban/event-sourcing';
import { endedWithin } from '../connection/ended-within';
import { contextOfTopic, topicOf } from '../connection/topics';
import { messageOf } from '../failures';
import { coPartitioning } from './co-partitioning';
import { readableEvents } from './readable-events';

/** How a member of a group is paced. In milliseconds. */
const pace = {
  /** A member that is not heard of for so long is taken for dead, and its partitions go to the others. */
  sessionTimeout: 6_000,
  heartbeatInterval: 1_500,
  rebalanceTimeout: 10_000,
  /** How long a broker may wait for something to arrive; also what a partition that was held back waits at most. */
  maxWaitTimeInMs: 100,
  /** How often places are committed: for those who watch the group from outside. */
  commitEveryMs: 5_000,
};
/** Leaving the group may take so long, in milliseconds. */
const stopMsMax = 5_000;
/** Bytes of one partition fetched at once. */
const partitionBytesMax = 1024 * 1024;
const retry: RetryPlan = { attemptsMax: Infinity, delayMs: 200, delayMsMax: 5_000 };

/** What a consumer of Kafka is made of. */
export interface KafkaConsumerOptions {
  readonly kafka: Kafka;
  readonly admin: () => Promise<Admin>;
  readonly group: string;
  readonly contexts: readonly ContextName[];
  readonly partitionCount: number;
  /** Stands round the handing on of each delivery. */
  readonly observe?: ObserveBatch;
}

/** Makes a member of a consumer group. */
export function createKafkaConsumer(options: KafkaConsumerOptions): LogConsumer {
  return new KafkaConsumer(options);
}

class KafkaConsumer implements LogConsumer {
  readonly contexts: readonly ContextName[];
  /** What keeps it from working, by what that is about: the connection, or a partition of a topic. */
  private readonly troubles = new Map<string, string>();
  private readonly notes = new Map<'records' | 'members', string>();
  private leftOut = 0;
  private receiver: LogReceiver | undefined;
  private consumer: Consumer | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopping = new AbortController();
  private ending: Promise<void> | undefined;
  private assigned: readonly number[] = [];
  /** Goes up with every assignment; what belongs to an earlier one is over. */
  private generation = 0;
  /** The assignment of which it is known from where it is fetched. */
  private begun = 0;
  /** Partitions of which a delivery is under way, by topic and number, whichever client brought it: the next one is not brought meanwhile. */
  private readonly delivering = new Set<string>();
  private readonly next = new Map<
    string,
    { readonly topic: string; readonly partition: number; readonly offset: string }
  >();
  private failures = 0;

  constructor(private readonly options: KafkaConsumerOptions) {
    this.contexts = options.contexts;
  }

  async start(receiver: LogReceiver): Promise<void> {
    invariant(this.receiver === undefined, 'a consumer is started once before it is stopped');
    this.receiver = receiver;
    this.ending = undefined;
    this.stopping = new AbortController();
    this.running = this.keepRunning(this.stopping.signal);
  }

  stop(): Promise<void> {
    // Both whoever reads it and whoever opened the connection end it.
    this.ending ??= this.end();
    return this.ending;
  }

  private async end(): Promise<void> {
    this.stopping.abort();
    // A client that waits for a broker that does not answer is left to itself: the group takes its partitions back by itself.
    await endedWithin(stopMsMax, this.running);
    this.receiver = undefined;
    this.generation += 1;
    this.assigned = [];
  }

  status(): ReturnType<LogConsumer['status']> {
    const troubles = [...this.troubles.values()];
    const notes = [...this.notes.values()];
    return troubles.length === 0 ? { notes } : { trouble: troubles.join('; '), notes };
  }

  /** Runs one client after another: one that gave up is ended, its partitions are let go, and another begins. */
  private async keepRunning(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const crashed = await this.runOnce(signal).catch((error: unknown) => error);
      if (signal.aborted) return;
      this.failures += 1;
      this.troubles.set(connection, `Kafka's group ${this.options.group} cannot be joined: ${messageOf(crashed)}`);
      await this.assign([]);
      await delay(retryDelayMs(retry, this.failures), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Answers what the client gave up for; resolves as well when it is to stop. */
  private async runOnce(signal: AbortSignal): Promise<unknown> {
    const { kafka, group, contexts, partitionCount } = this.options;
    const consumer = kafka.consumer({
      groupId: group,
      partitionAssigners: [
        coPartitioning({
          partitionCount,
          held: () => this.assigned,
          onDifferentTopics: (topics) => this.toldOfTopics(topics),
        }),
      ],
      sessionTimeout: pace.sessionTimeout,
      heartbeatInterval: pace.heartbeatInterval,
      rebalanceTimeout: pace.rebalanceTimeout,
      maxWaitTimeInMs: pace.maxWaitTimeInMs,
      maxBytesPerPartition: partitionBytesMax,
      allowAutoTopicCreation: false,
      // A client that gives up is replaced here, whatever it gave up for.
      retry: { restartOnFailure: async () => false },
    });
    try {
      const over = new Promise<unknown>((resolve) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
        signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(consumer, payload.memberAssignment));
      await consumer.connect();
      await consumer.subscribe({ topics: contexts.map(topicOf) });
      this.consumer = consumer;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (batch) => this.take(consumer, batch),
      });
      const committing = setInterval(() => void this.commit(consumer), pace.commitEveryMs).unref();
      const cause = await over.finally(() => clearInterval(committing));
      if (signal.aborted) await this.commit(consumer);
      return cause;
    } finally {
      this.consumer = undefined;
      await consumer.disconnect().catch(() => undefined);
    }
  }

  /** Called at once when the group has shared: nothing is fetched before it is known from where. */
  private joined(consumer: Consumer, assignment: Readonly<Record<string, readonly number[]>>): void {
    const partitions = [...(Object.values(assignment)[0] ?? [])];
    consumer.pause(topicPartitions(this.contexts, partitions));
    this.failures = 0;
    this.troubles.delete(connection);
    void this.beginFrom(consumer, partitions);
  }

  private async beginFrom(consumer: Consumer, partitions: readonly number[]): Promise<void> {
    const wanted = await this.assign(partitions);
    const { generation } = this;
    const ends = await this.endsOf().catch(() => undefined);
    if (generation !== this.generation || this.consumer !== consumer) return;
    for (const { context, partition, afterSeq } of wanted) {
      const topic = topicOf(context);
      // The event behind a seq stands at that offset or, where something was sent twice, later; never beyond the end.
      const end = ends?.get(keyOf(topic, partition));
      const offset = end === undefined ? afterSeq : Math.min(afterSeq, end);
      consumer.seek({ topic, partition, offset: String(offset) });
    }
    for (const { topic, partitions: all } of topicPartitions(this.contexts, partitions)) {
      const free = all.filter((partition) => !this.delivering.has(keyOf(topic, partition)));
      consumer.resume([{ topic, partitions: free }]);
    }
    this.begun = generation;
  }

  private async assign(partitions: readonly number[]): Promise<readonly WantedFrom[]> {
    this.generation += 1;
    this.assigned = partitions;
    this.next.clear();
    for (const about of this.troubles.keys()) if (about !== connection) this.troubles.delete(about);
    return (await this.receiver?.assign(new Set(partitions))) ?? [];
  }

  private async endsOf(): Promise<ReadonlyMap<string, number>> {
    const admin = await this.options.admin();
    const ends = new Map<string, number>();
    for (const topic of this.contexts.map(topicOf)) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        ends.set(keyOf(topic, partition), Number(high));
      }
    }
    return ends;
  }

  /** Hands a batch on and lets others have their turn: while it is not taken, nothing more of its partition is fetched. */
  private async take(
    consumer: Consumer,
    { batch, resolveOffset, isStale, isRunning }: EachBatchPayload,
  ): Promise<void> {
    const { topic, partition, messages } = batch;
    const context = contextOfTopic(topic);
    const first = messages[0];
    if (context === undefined || first === undefined || isStale() || !isRunning()) return;
    const key = keyOf(topic, partition);
    const { generation } = this;
    const events = readableEvents(messages, { context, partition }, (what) => {
      this.leftOut += 1;
      this.notes.set('records', `${this.leftOut} records were left out, the last: ${what}`);
    });
    this.delivering.add(key);
    let isTaken = false;
    const taken = this.deliver(context, partition, events).then(
      () => {
        isTaken = true;
        if (generation === this.generation) this.troubles.delete(key);
      },
      (error: unknown) => {
        const isFatal = classify(error) === 'fatal';
        const how = isFatal ? 'stands still until it is assigned anew' : 'is brought again';
        if (generation === this.generation) this.troubles.set(key, `${key} ${how}: ${messageOf(error)}`);
        return error ?? new Error('a delivery was refused');
      },
    );
    await nextTurn();
    resolveOffset(batch.lastOffset());
    this.next.set(key, { topic, partition, offset: String(BigInt(batch.lastOffset()) + 1n) });
    if (isTaken) {
      this.delivering.delete(key);
      return;
    }
    consumer.pause([{ topic, partitions: [partition] }]);
    void this.resumeWhenTaken(consumer, { topic, partition, offset: first.offset, generation }, taken);
  }

  private async deliver(
    context: ContextName,
    partition: number,
    events: ReturnType<typeof readableEvents>,
  ): Promise<void> {
    const { receiver } = this;
    if (events.length === 0 || receiver === undefined) return;
    const { observe = unobserved } = this.options;
    const batch = { what: 'consume', name: topicOf(context), context, partition, events } as const;
    await observe(batch, () => receiver.deliver({ context, partition, events }));
  }

  private async resumeWhenTaken(
    consumer: Consumer,
    from: { readonly topic: string; readonly partition: number; readonly offset: string; readonly generation: number },
    taken: Promise<unknown>,
  ): Promise<void> {
    const { topic, partition, offset, generation } = from;
    const failure = await taken;
    const isFatal = classify(failure) === 'fatal';
    if (failure !== undefined && !isFatal) {
      const { signal } = this.stopping;
      await delay(retryDelayMs(retry, 3), undefined, { signal, ref: false }).catch(() => undefined);
    }
    this.delivering.delete(keyOf(topic, partition));
    const isOfNow = generation === this.generation;
    // What can never be taken is not brought again and again; the partition stands still until it is assigned anew.
    if (isFatal && isOfNow) return;
    // Where another assignment is beginning, that goes on with it, from where it is wanted.
    const { consumer: current } = this;
    if (current === undefined || this.begun !== this.generation || !this.assigned.includes(partition)) return;
    if (failure !== undefined && isOfNow && current === consumer) {
      this.next.delete(keyOf(topic, partition));
      current.seek({ topic, partition, offset });
    }
    // Another client may have come meanwhile, which has been keeping this partition back.
    current.resume([{ topic, partitions: [partition] }]);
  }

  private async commit(consumer: Consumer): Promise<void> {
    const offsets = [...this.next.values()];
    this.next.clear();
    if (offsets.length === 0 || this.consumer !== consumer) return;
    // Nothing depends on it: where a member stands, its stored checkpoints say. A rebalance refuses it now and then.
    await consumer.commitOffsets(offsets).catch(() => undefined);
  }

  private toldOfTopics(topics: readonly string[]): void {
    if (topics.length === 0) this.notes.delete('members');
    else this.notes.set('members', `not every member of ${this.options.group} reads ${topics.join(', ')}`);
  }
}

/** What the trouble with the group itself is kept under. */
const connection = 'connection';

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;

const topicPartitions = (contexts: readonly ContextName[], partitions: readonly number[]) =>
  contexts.map((context) => ({ topic: topicOf(context), partitions: [...partitions] }));
