import { Kafka, logLevel, type Admin, type Message, type Producer } from 'kafkajs';
import { describeWhere } from '@faemban/fixtures';
import { describeOnKafka, serverOfOurOwn } from '../describe-on';
import type { ServerControl } from '../server-control';
import type { KafkaCluster } from './kafka';

const patiently = { initialRetryTime: 100, retries: 12, maxRetryTime: 5_000 };

/** Clients of a cluster that are ended with the test. */
async function withClients(
  { brokers }: KafkaCluster,
  body: (clients: { readonly admin: Admin; readonly producer: Producer; readonly kafka: Kafka }) => Promise<void>,
): Promise<void> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: patiently,
    requestTimeout: 10_000,
  });
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    await body({ admin, producer, kafka });
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

/** The values of a partition from its beginning; resolves when `count` of them came. */
async function valuesOf(kafka: Kafka, topic: string, count: number): Promise<readonly string[]> {
  const consumer = kafka.consumer({ groupId: `reader-${topic}-${count}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => {
      values.push(message.value?.toString() ?? '');
      if (values.length === count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return values;
}

const message = (value: string): Message => ({ value, partition: 0 });
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => String(from + index));

describeOnKafka('a Kafka of one node', (cluster, { isOurs }) => {
  test('takes and gives back', async () => {
    await withClients(cluster(), async ({ admin, producer, kafka }) => {
      await admin.createTopics({ topics: [{ topic: 'one', numPartitions: 1 }], waitForLeaders: true });
      await producer.send({ topic: 'one', acks: -1, messages: numbers(0, 100).map(message) });
      expect(await valuesOf(kafka, 'one', 100)).toEqual(numbers(0, 100));
    });
  }, 120_000);

  describeWhere(isOurs, serverOfOurOwn)('in the hands of a test', () => {
    test('keeps what it acknowledged when it is killed, and makes no topic by accident', async () => {
      const [node] = cluster().nodes as [ServerControl];
      await node.kill();
      expect(node.isRunning).toBe(false);
      await node.start();
      await withClients(cluster(), async ({ admin, producer, kafka }) => {
        await producer.send({ topic: 'one', acks: -1, messages: numbers(100, 110).map(message) });
        expect(await valuesOf(kafka, 'one', 110)).toEqual(numbers(0, 110));
        await expect(producer.send({ topic: 'other', messages: [message('x')] })).rejects.toThrow();
        expect(await admin.listTopics()).not.toContain('other');
      });
    }, 180_000);

    test('stands still while it is paused, and goes on', async () => {
      const [node] = cluster().nodes as [ServerControl];
      await withClients(cluster(), async ({ producer }) => {
        await node.pause();
        let isAnswered = false;
        const late = producer.send({ topic: 'one', acks: -1, messages: [message('late')] }).then(() => {
          isAnswered = true;
        });
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(isAnswered).toBe(false);
        await node.resume();
        await late;
        expect(isAnswered).toBe(true);
      });
    }, 120_000);
  });
});

describeOnKafka(
  'a Kafka of three nodes',
  (cluster) => {
    test('goes on when the leader of a partition is killed, and takes it back', async () => {
      await withClients(cluster(), async ({ admin, producer, kafka }) => {
        const topics = [{ topic: 'three', numPartitions: 1, replicationFactor: 3 }];
        await admin.createTopics({ topics, waitForLeaders: true });
        const partitionOfTopic = async () => {
          const { topics: found } = await admin.fetchTopicMetadata({ topics: ['three'] });
          return found[0]?.partitions[0] ?? { leader: -1, isr: [] };
        };
        await producer.send({ topic: 'three', acks: -1, messages: numbers(0, 10).map(message) });
        const { leader } = await partitionOfTopic();
        const killed = cluster().nodes[leader - 1];
        await killed?.kill();
        await producer.send({ topic: 'three', acks: -1, messages: numbers(10, 20).map(message) });
        // Whichever broker is asked for it may hear of the new leader a moment after that took the records.
        for (let now = leader; now === leader; now = (await partitionOfTopic()).leader) {
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        await killed?.start();
        for (let isr: readonly number[] = []; isr.length < 3; isr = (await partitionOfTopic()).isr) {
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
        expect(await valuesOf(kafka, 'three', 20)).toEqual(numbers(0, 20));
      });
    }, 240_000);
  },
  { nodeCount: 3 },
);
