import { setTimeout as delay } from 'node:timers/promises';
import {
  asViewShape,
  createSharedControl,
  createWholeLog,
  LocalRebuildEngine,
  obeying,
  vectorKey,
  type EventLog,
} from '@faemban/event-sourcing';
import { createMemoryEvents, createMemoryProgress } from '@faemban/event-sourcing/testing';
import { openKafka, recordOf, sourceOf, topicOf, type PublishedKafka } from '@faemban/log-kafka';
import type { MongoProtocolServer } from '@faemban/native-servers';
import { reportingReadModels } from '@faemban/reporting';
import { openMongoViews } from '@faemban/store-mongo';
import { createIds } from '@faemban/event-sourcing';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { measured, round } from '../measure';
import { appendOf } from '../ours';
import type { BenchResult } from '../result';

const contexts = ['ingestion', 'mpi-scoring'] as const;
const batchEvents = 500;
const freshness = { eventsPerSecond: 200, seconds: 8 };

interface Given {
  readonly brokers: readonly string[];
  readonly mongo: MongoProtocolServer;
  readonly owner: EventLog;
  readonly servers: string;
}

/** Publishing a log, reading it back, being told of new events, and a view built from it, beside kafkajs alone. */
export async function benchPublished({ brokers, mongo, owner, servers }: Given): Promise<BenchResult[]> {
  const { partitionCount } = owner;
  const kafka = openKafka({ brokers, clientId: 'bench', partitionCount });
  try {
    await kafka.ensureTopics([...contexts, 'reporting']);
    const published = await publishAll(kafka, owner);
    const rawSent = await sendRaw(brokers, owner);
    const history = kafka.history(contexts);
    const read = await readAll(history, owner);
    const rawRead = await readRaw(brokers, published.events);
    const rebuilt = await rebuildFrom(createWholeLog({ owners: () => owner, partitionCount, history }), mongo);
    return [
      rated(
        'publish',
        `events of ${contexts.join(' and ')} in ${partitionCount} partitions, acks=all; ${servers}`,
        published,
        {
          what: 'raw kafkajs: the same records, one send a partition, batches of 500, 8 at once',
          ...rawSent,
        },
      ),
      rated('consume', `the same events read back by offset, decoded, hashes and chains verified; ${servers}`, read, {
        what: 'raw kafkajs: eachBatch, nothing decoded',
        ...rawRead,
      }),
      rated('rebuild-from-kafka', `household-list from Kafka into ${mongo.name}; ${servers}`, rebuilt, {
        what: 'reading the same events back and nothing else',
        events: read.events,
        seconds: read.seconds,
      }),
      await benchFreshness(kafka, partitionCount, servers),
    ];
  } finally {
    await kafka.close();
  }
}

interface Took {
  readonly events: number;
  readonly seconds: number;
}

function rated(work: string, unit: string, ours: Took, floor: Took & { readonly what: string }): BenchResult {
  const rate = ({ events, seconds }: Took): number => Math.round(events / seconds);
  return {
    work,
    unit,
    ours: { events: ours.events, seconds: round(ours.seconds), eventsPerSecond: rate(ours) },
    floor: { what: floor.what, figures: { events: floor.events, eventsPerSecond: rate(floor) } },
    ratio: round(rate(ours) / rate(floor)),
  };
}

async function publishAll(kafka: PublishedKafka, log: EventLog): Promise<Took> {
  const begun = performance.now();
  let events = 0;
  for (const context of contexts) {
    const heads = await log.heads(context);
    const total = heads.reduce((sum, { seq }) => sum + seq, 0);
    const progress = createMemoryProgress();
    const publisher = kafka.publisher({
      ...{ context, log, progress, installationId: 'bench', clock: Date.now },
      held: () => heads.map(({ partition }) => partition),
    });
    publisher.start();
    while (publisher.status().published < total) await delay(2);
    await publisher.stop();
    events += total;
  }
  return { events, seconds: (performance.now() - begun) / 1000 };
}

async function sendRaw(brokers: readonly string[], log: EventLog): Promise<Took> {
  const client = new Kafka({ brokers: [...brokers], clientId: 'bench-raw', logLevel: logLevel.NOTHING });
  const topic = topicOf('reporting');
  const producer = client.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  const batches: { partition: number; messages: object[] }[] = [];
  for (const context of contexts) {
    for (const { partition, seq } of await log.heads(context)) {
      for (let after = 0; after < seq; after += batchEvents) {
        const events = await log.read(context, partition, after, batchEvents);
        const source = sourceOf('bench', context);
        batches.push({ partition, messages: events.map((event) => ({ ...recordOf(event, source), partition })) });
      }
    }
  }
  const byPartition = [...Map.groupBy(batches, ({ partition }) => partition).values()];
  const begun = performance.now();
  let events = 0;
  const worker = async () => {
    for (let some = byPartition.pop(); some; some = byPartition.pop()) {
      for (const { messages } of some) {
        await producer.send({ topic, acks: -1, messages: messages as never });
        events += messages.length;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const seconds = (performance.now() - begun) / 1000;
  await producer.disconnect();
  return { events, seconds };
}

async function readAll(history: Pick<EventLog, 'read'>, owner: EventLog): Promise<Took> {
  const whole = createWholeLog({ owners: () => owner, partitionCount: owner.partitionCount, history });
  const begun = performance.now();
  let events = 0;
  for (const context of contexts) {
    for (const { partition, seq } of await owner.heads(context)) {
      for (let after = 0; after < seq;) {
        const page = await whole.read(context, partition, after, batchEvents);
        after = page.at(-1)?.seq ?? seq;
        events += page.length;
      }
    }
  }
  return { events, seconds: (performance.now() - begun) / 1000 };
}

async function readRaw(brokers: readonly string[], wanted: number): Promise<Took> {
  const client = new Kafka({ brokers: [...brokers], clientId: 'bench-raw', logLevel: logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `bench-${process.pid}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics: contexts.map(topicOf), fromBeginning: true });
  const done = Promise.withResolvers<void>();
  let events = 0;
  let begun = 0;
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      begun ||= performance.now();
      events += batch.messages.length;
      if (events >= wanted) done.resolve();
    },
  });
  await done.promise;
  const seconds = (performance.now() - begun) / 1000;
  await consumer.disconnect();
  return { events, seconds };
}

async function rebuildFrom(log: EventLog, mongo: MongoProtocolServer): Promise<Took> {
  const view = reportingReadModels.views.find(({ name }) => name === 'household-list');
  if (view === undefined) throw new Error('There is no view household-list.');
  const shape = asViewShape(view);
  const { views, close } = await openMongoViews({
    ...{ url: mongo.url, database: `faemban-bench-views-${process.pid}` },
    capabilities: { replacesAtomically: mongo.name !== 'ferretdb' },
  });
  try {
    await views.open(shape);
    const generations = await views.generations(shape);
    const target: Record<string, number> = {};
    for (const context of shape.contexts) {
      for (const { partition, seq } of await log.heads(context)) target[vectorKey(context, partition)] = seq;
    }
    const job = { view: view.name, before: 0, generation: await generations.begin(), target };
    const engine = new LocalRebuildEngine({ log, store: views, clock: Date.now, readModels: [view] });
    const begun = performance.now();
    await engine.fill(job, obeying(createSharedControl()), () => undefined);
    await (await generations.open(job.generation)).finishFilling();
    const seconds = (performance.now() - begun) / 1000;
    return { events: Object.values(target).reduce((sum, seq) => sum + seq, 0), seconds };
  } finally {
    await close();
  }
}

/** From an append that was answered until the transport has brought the event to a consumer, which keeps its own time. */
async function benchFreshness(kafka: PublishedKafka, partitionCount: number, servers: string): Promise<BenchResult> {
  const ids = createIds({ clock: Date.now });
  const { store, log } = createMemoryEvents({ clock: Date.now, partitionCount, ids });
  const context = 'case-management';
  await kafka.ensureTopics([context]);
  const publisher = kafka.publisher({
    ...{ context, log, progress: createMemoryProgress(), installationId: 'bench', clock: Date.now },
    held: () => Array.from({ length: partitionCount }, (_, partition) => partition),
  });
  publisher.start();
  const asked = new Map<string, number>();
  const latencies: number[] = [];
  const consumer = kafka.consumer({ group: `bench-freshness-${process.pid}`, contexts: [context] });
  await consumer.start({
    assign: async () => [],
    deliver: async ({ events }) => {
      const now = performance.now();
      for (const { id } of events) {
        const at = asked.get(id);
        if (at !== undefined) latencies.push(now - at);
      }
    },
  });
  await delay(5_000);
  const count = freshness.eventsPerSecond * freshness.seconds;
  const begun = performance.now();
  for (let at = 0; at < count; at += 1) {
    const early = (at / freshness.eventsPerSecond) * 1000 - (performance.now() - begun);
    if (early > 0) await delay(early);
    const askedAt = performance.now();
    const { eventIds } = await store(context).append(appendOf());
    for (const id of eventIds) asked.set(id, askedAt);
  }
  await delay(2_000);
  const took = performance.now() - begun;
  await consumer.stop();
  await publisher.stop();
  const { runs, p50Ms, p95Ms, p99Ms } = measured(latencies, took);
  return {
    work: 'publish-freshness',
    unit: `event appended → brought to a consumer over Kafka, ${freshness.eventsPerSecond} events/s for ${freshness.seconds} s; ${servers}`,
    ours: { asked: count, runs, p50Ms, p95Ms, p99Ms },
  };
}
