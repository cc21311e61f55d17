import { setTimeout as wait } from 'node:timers/promises';
import { describeOnMongo } from '@faemban/native-servers';
import { connectionLost, overWrites } from '../testing/driver-writes';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoEvents, type MongoEvents, type MongoEventsOptions } from './mongo-events';

jest.setTimeout(120_000);

const context = 'ingestion';
/** Many times as long as a look at what others hold takes, in milliseconds. */
const patienceMs = 15_000;

describeOnMongo(
  'a process that sequences',
  (server) => {
    let database: string;
    let events: MongoEvents | undefined;
    const open = async (options: Pick<MongoEventsOptions, 'partitionCount' | 'times'>): Promise<MongoEvents> => {
      events = await openMongoEvents({
        url: server().url,
        database,
        contexts: [context],
        clock: Date.now,
        ...options,
      });
      return events;
    };
    beforeEach(() => {
      database = freshDatabase();
    });
    afterEach(async () => {
      await events?.close();
      events = undefined;
      await dropDatabase(server().url, database);
    });
    const within = async (condition: () => Promise<boolean>): Promise<boolean> => {
      for (const since = performance.now(); performance.now() - since < patienceMs;) {
        if (await condition()) return true;
        await wait(50);
      }
      return false;
    };

    test.each([
      ['that it takes', true],
      ['that it took, while it removes what it overtook', false],
    ])('holds a partition %s, where the answer is lost', async (_, isInsert) => {
      let hasFailed = false;
      await overWrites(
        async (_at, write, collection) => {
          const answer = (await write()) as object;
          if (hasFailed || !collection.endsWith('.epochs') || 'insertedId' in answer !== isInsert) return answer;
          hasFailed = true;
          throw connectionLost();
        },
        async () => {
          const { sequencing } = await open({ partitionCount: 4 });
          const isWell = await within(async () => {
            const { held, trouble } = sequencing(context);
            return hasFailed && held === 4 && trouble === undefined;
          });
          expect([isWell, sequencing(context)]).toMatchObject([true, { held: 4, trouble: undefined }]);
        },
      );
    });
  },
  ['mongodb', 'mongo-java-server'],
);
