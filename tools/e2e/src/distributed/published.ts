import type { Cluster } from '@faemban/cluster';
import { services } from '@faemban/cluster';
import { Kafka, logLevel } from 'kafkajs';

/** What an outside reader of the topics found. */
export interface Published {
  /** Events by `<context>/<partition>`: how many different ones. */
  readonly events: ReadonlyMap<string, number>;
  /** Places where a seq stands with two ids, an id with two seqs, or a seq is missing below the last. */
  readonly wrong: readonly string[];
  /** Records, with those that were sent again. */
  readonly records: number;
}

/** Reads every topic from its beginning to its end as somebody who knows only CloudEvents, and counts each (source, id) once. */
export async function readPublished({ kafka: { brokers } }: Cluster): Promise<Published> {
  const kafka = new Kafka({ clientId: 'outside', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const topics = services.map((context) => `faemban.${context}.events.v1`);
  const ends = new Map<string, number>();
  for (const topic of topics) {
    for (const { partition, high } of await admin.fetchTopicOffsets(topic))
      ends.set(`${topic} ${partition}`, Number(high));
  }
  await admin.disconnect();
  const waiting = new Set([...ends].filter(([, end]) => end > 0).map(([key]) => key));
  const seqs = new Map<string, Map<number, string>>();
  const wrong: string[] = [];
  let records = 0;
  const consumer = kafka.consumer({ groupId: `outside-${crypto.randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  const done = Promise.withResolvers<void>();
  if (waiting.size === 0) done.resolve();
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, partition, message }) => {
      records += 1;
      const text = (name: string): string => String(message.headers?.[name] ?? '');
      const key = `${topic.split('.')[1]}/${partition}`;
      const known = seqs.get(key) ?? new Map<number, string>();
      seqs.set(key, known);
      const [seq, id] = [Number(text('ce_seq')), `${text('ce_source')} ${text('ce_id')}`];
      if ((known.get(seq) ?? id) !== id) wrong.push(`${key} has two events at ${seq}`);
      known.set(seq, id);
      if (Number(message.offset) + 1 >= (ends.get(`${topic} ${partition}`) ?? 0))
        waiting.delete(`${topic} ${partition}`);
      if (waiting.size === 0) done.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  for (const [key, known] of seqs) {
    if (new Set(known.values()).size !== known.size) wrong.push(`${key} has an event at two places`);
    if (Math.max(...known.keys()) !== known.size) wrong.push(`${key} has a gap`);
  }
  return { events: new Map([...seqs].map(([key, known]) => [key, known.size])), wrong, records };
}
