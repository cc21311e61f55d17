import { createConsumedLog } from '@faemban/event-sourcing';
import { describeWhere } from '@faemban/fixtures';
import { describeOnKafka, serverOfOurOwn, type ServerControl } from '@faemban/native-servers';
import { KafkaWorld, partitionCount, until } from './testing/on-kafka';

jest.setTimeout(120_000);

const context = 'ingestion';
/** A stop may take so long, in milliseconds: what is being sent, and then the connections. */
const stopMsMax = 9_000;

describeOnKafka('a broker of one', (cluster, { isOurs }) => {
  describeWhere(isOurs, serverOfOurOwn)('that does not answer any more', () => {
    test('keeps no process from stopping in time', async () => {
      const world = new KafkaWorld(cluster().brokers, context);
      await world.freshTopics();
      const [node] = cluster().nodes as [ServerControl];
      const kafka = world.open();
      const held = () => Array.from({ length: partitionCount }, (_, partition) => partition);
      const { log: owned } = world.events;
      const { progress } = world;
      const from = { log: owned, progress, held, installationId: 'i', clock: Date.now };
      const publisher = kafka.publisher({ context, ...from });
      publisher.start();
      const history = kafka.history([context]);
      const consumer = kafka.consumer({ group: 'faemban.stopping', contexts: [context] });
      const rest = { contexts: [context] as const, partitionCount, clock: Date.now, history };
      const log = createConsumedLog({ consumer, owners: () => owned, ...rest });
      await log.start();
      await until('all partitions are assigned', () => log.assigned().size === partitionCount);
      await world.append(40);
      await until('it is published', () => publisher.status().published === 80);
      await history.read(context, 0, 0, 100);
      await node.pause();
      try {
        await world.append(10);
        const begun = performance.now();
        await Promise.all([log.stop(), kafka.close()]);
        await kafka.close();
        expect(performance.now() - begun).toBeLessThan(stopMsMax);
      } finally {
        await node.resume();
      }
      await world.close();
    });
  });
});
