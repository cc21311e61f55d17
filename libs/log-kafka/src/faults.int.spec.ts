import type { ConsumedLog, LoggedEvent } from '@faemban/event-sourcing';
import { describeWhere } from '@faemban/fixtures';
import { describeOnKafka, serverOfOurOwn, type ServerControl } from '@faemban/native-servers';
import { topicOf } from './connection/topics';
import { eventOf } from './format/cloud-events';
import { KafkaWorld, partitionCount, until } from './testing/on-kafka';

jest.setTimeout(240_000);

const context = 'ingestion';
const topic = topicOf(context);
const everything = Array.from({ length: partitionCount }, (_, partition) => partition);
let groups = 0;
const aGroup = () => `faemban.faults-${(groups += 1)}`;

const total = async (log: Pick<ConsumedLog, 'heads'>) =>
  (await log.heads(context)).reduce((sum, { seq }) => sum + seq, 0);
const isAssigned = (log: ConsumedLog) => log.assigned().size === partitionCount;

/** Follows a log as a runner does, and keeps what it was given in the order it came. */
function follower(log: ConsumedLog) {
  const seqs = new Map<number, number>();
  const given: LoggedEvent[] = [];
  return {
    given,
    async catchUp() {
      for (const { partition, seq } of await log.heads(context)) {
        for (let after = seqs.get(partition) ?? 0; after < seq;) {
          const page = await log.read(context, partition, after, 200);
          given.push(...page);
          after += page.length;
          seqs.set(partition, after);
        }
      }
      return given.length;
    },
  };
}

/** The events of every partition in the order in which they were given. */
const byPartition = (events: readonly LoggedEvent[]) =>
  everything.map((partition) => events.filter((event) => event.partition === partition));

/** All records of the topic as they stand there, by partition. */
async function recordsOf(world: KafkaWorld): Promise<LoggedEvent[][]> {
  const ends = await (await world.admin()).fetchTopicOffsets(topic);
  const wanted = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const consumer = world.client.consumer({ groupId: aGroup(), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const all: LoggedEvent[] = [];
  await consumer.run({ eachMessage: async ({ message }) => void all.push(eventOf(message)) });
  await until('every record was read', () => all.length >= wanted);
  await consumer.disconnect();
  return byPartition(all);
}

describeOnKafka('a broker of one', (cluster, { isOurs }) => {
  describeWhere(isOurs, serverOfOurOwn)('in the hands of a test', () => {
    let world: KafkaWorld;
    beforeAll(async () => {
      world = new KafkaWorld(cluster().brokers, context);
      await world.freshTopics();
    });
    afterAll(() => world.close());

    test('that is killed, started again and paused loses nothing and doubles nothing', async () => {
      const [node] = cluster().nodes as [ServerControl];
      const log = await world.member(aGroup());
      const publisher = world.publisher();
      publisher.start();
      const following = follower(log);
      await until('all partitions are assigned', () => isAssigned(log));
      await world.append(40);
      await until('everything was brought', async () => (await following.catchUp()) === 80);

      await node.kill();
      await world.append(40);
      await until('the publisher says so', () => publisher.status().trouble !== undefined);
      expect(publisher.status().trouble).toContain('Events of ingestion are not published just now');
      // It looks again for what waits whenever it tries again.
      await until('all that waits is counted', () => publisher.status().lagEvents === 80);
      await node.start();
      await until('everything was brought', async () => (await following.catchUp()) === 160, 90_000);
      await until('the publisher has recovered', () => publisher.status().trouble === undefined);

      await node.pause();
      await world.append(40);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await node.resume();
      await until('it was brought', async () => isAssigned(log) && (await following.catchUp()) === 240, 90_000);
      const owned = await Promise.all(everything.map((each) => world.events.log.read(context, each, 0, 10_000)));
      expect(byPartition(following.given)).toEqual(owned);
      await until('all is published', () => publisher.status().lagEvents === 0);
      expect(publisher.status().lastError?.message).toContain('not published');
    });
  });
});

describeOnKafka(
  'three brokers',
  (cluster) => {
    let world: KafkaWorld;
    beforeAll(async () => {
      world = new KafkaWorld(cluster().brokers, context, 3);
      await world.freshTopics();
    });
    afterAll(() => world.close());

    test('lose nothing that was acknowledged, and nothing comes out of order, though leaders are killed', async () => {
      const { nodes } = cluster();
      const log = await world.member(aGroup());
      const publisher = world.publisher();
      publisher.start();
      const following = follower(log);
      await until('all partitions are assigned', () => isAssigned(log));
      let appended = 0;
      let isOver = false;
      const appending = (async () => {
        while (!isOver) {
          await world.append(5);
          appended += 10;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      const admin = await world.admin();
      for (let kill = 0; kill < 3; kill += 1) {
        const before = publisher.status().published;
        await until('it publishes', () => publisher.status().published > before + 20, 60_000);
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const leader =
          topics[0]?.partitions.find(({ partitionId }) => partitionId === kill % partitionCount)?.leader ?? 1;
        const killed = nodes[leader - 1] as ServerControl;
        await killed.kill();
        const without = publisher.status().published;
        await until('it publishes without it', () => publisher.status().published > without + 20, 60_000);
        await killed.start();
      }
      isOver = true;
      await appending;
      await until('all is published', () => publisher.status().lagEvents === 0, 60_000);
      await until('it was brought', async () => isAssigned(log) && (await following.catchUp()) === appended, 60_000);

      const owned = await Promise.all(everything.map((each) => world.events.log.read(context, each, 0, 100_000)));
      expect(byPartition(following.given)).toEqual(owned);
      for (const [partition, records] of (await recordsOf(world)).entries()) {
        // First appearances are in order; what was sent again after a failure stands again behind.
        const first = records.filter(({ seq }, at) => records.findIndex((each) => each.seq === seq) === at);
        expect(first).toEqual(owned[partition]);
      }
      expect(await total(log)).toBe(appended);
    });
  },
  { nodeCount: 3 },
);
