import { setTimeout as wait } from 'node:timers/promises';
import { commitAppend, createIds, partitionOfKey } from '@faemban/event-sourcing';
import { anAppend } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { createConnection } from 'mongoose';
import { connectionLost, overWrites } from '../testing/driver-writes';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { collectionsOf, prepareCollections } from './context-collections';
import type { CommitDocument } from './documents';
import { createCommitStore } from './mongo-commits';
import { openMongoEvents, type MongoEvents, type MongoEventsOptions } from './mongo-events';

jest.setTimeout(120_000);

const context = 'ingestion';
/** More commits than a process ever looks at in one query. */
const backlogCommits = 1_200;
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

    test('sequences what others recorded for it, however much waits in a partition that another holds', async () => {
      const connection = await createConnection(server().url, { dbName: database }).asPromise();
      try {
        const collections = collectionsOf(connection.getClient().db(database), context);
        await prepareCollections(collections);
        await collections.owners.insertOne({ _id: 'another', beat: 1 });
        await collections.epochs.insertOne({ partition: 0, epoch: 1, owner: 'another' });
        const waiting = Array.from({ length: backlogCommits }, (_, n): CommitDocument => {
          const place = { stream: `waiting-${n}`, partition: 0, firstVersion: 1, lastVersion: 1 };
          const shared = {} as CommitDocument['shared'];
          return { _id: `waiting-${n}`, digest: '', ...place, shared, events: [], isSequenced: false };
        });
        await collections.commits.insertMany(waiting);
        // The other process counts as well for as long as this test may take.
        const { sequencing, log } = await open({ partitionCount: 2, times: { leaseMs: 60_000 } });
        expect(await within(async () => sequencing(context).held === 1)).toBe(true);
        expect(sequencing(context).partitions).toEqual([1]);
        const partitionOf = ['a', 'b', 'c', 'd', 'e', 'f'].find((key) => partitionOfKey(key, 2) === 1) ?? '';
        const ids = createIds({ clock: Date.now });
        const place = { context, partitionCount: 2, ids } as const;
        await commitAppend(createCommitStore(collections), anAppend({ values: [1], partitionOf }), place);
        const headOfIts = async () => (await log.heads(context)).find(({ partition }) => partition === 1)?.seq;
        expect(await within(async () => (await headOfIts()) === 1)).toBe(true);
      } finally {
        await connection.close();
      }
    });
  },
  ['mongodb', 'mongo-java-server'],
);
