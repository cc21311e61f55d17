import { setTimeout as wait } from 'node:timers/promises';
import { describeWhere } from '@faemban/fixtures';
import {
  contentHashOf,
  serializeData,
  verifyPartition,
  type EventStore,
  type LoggedEvent,
} from '@faemban/event-sourcing';
import { anAppend, readAll } from '@faemban/event-sourcing/testing';
import { describeOnMongo, serverOfOurOwn, type ServerControl } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoEvents, type MongoEvents } from './mongo-events';

jest.setTimeout(120_000);
const partitionCount = 4;

/** Sends a command until it is answered, as whoever gave it would: under its id. Answers the id and how often it was sent. */
async function sendUntilAnswered(store: EventStore, value: number): Promise<string> {
  const append = anAppend({ values: [value, 'second'] });
  for (;;) {
    try {
      return (await store.append(append)).commandId;
    } catch (error) {
      if ((error as Error).name !== 'OutcomeUnknown') throw error;
      await wait(100);
    }
  }
}

/** What was promised of every event: dense, chained, each acknowledged command there once and whole. */
async function expectPromisesKept(events: MongoEvents, acknowledged: readonly string[]): Promise<void> {
  const logged: LoggedEvent[] = await readAll(events.log, 'ingestion');
  for (let partition = 0; partition < partitionCount; partition += 1) {
    await verifyPartition(events.log, 'ingestion', partition);
  }
  for (const event of logged) expect(event.contentHash).toBe(contentHashOf(event, serializeData(event.data)));
  const versions = Map.groupBy(logged, ({ commandId }) => commandId);
  for (const commandId of acknowledged) {
    expect([commandId, versions.get(commandId)?.map(({ version }) => version)]).toEqual([commandId, [1, 2]]);
  }
  expect(versions.size).toBe(acknowledged.length);
}

describeOnMongo(
  'two processes on one database',
  (server, { name, isOurs }) => {
    let database: string;
    const opened: MongoEvents[] = [];
    const open = async (): Promise<MongoEvents> => {
      const events = await openMongoEvents({
        url: server().url,
        database,
        contexts: ['ingestion'],
        clock: Date.now,
        partitionCount,
        times: { pollMs: 200, beatMs: 500, leaseMs: 2_000, patienceMs: 10_000 },
      });
      opened.push(events);
      return events;
    };
    beforeEach(() => {
      database = freshDatabase();
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((events) => events.close()));
      await dropDatabase(server().url, database);
    });
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) await wait(50);
    };
    const heldBy = (events: MongoEvents): number => events.sequencing('ingestion').held;

    test('share the partitions, and one that leaves gives its own to the other', async () => {
      const [one, other] = [await open(), await open()];
      await until(() => heldBy(one) === 2 && heldBy(other) === 2);
      await opened.shift()?.close();
      await until(() => heldBy(other) === partitionCount);
      expect(await sendUntilAnswered(other.store('ingestion'), 1)).toBeDefined();
    });

    test('keep every promise while both append and sequence', async () => {
      const stores = [await open(), await open()].map((events) => events.store('ingestion'));
      const acknowledged = await Promise.all(
        Array.from({ length: 40 }, (_, index) => sendUntilAnswered(stores[index % 2] as EventStore, index)),
      );
      await expectPromisesKept(await open(), acknowledged);
    });

    describeWhere(isOurs && name === 'mongodb', `MongoDB itself, as ${serverOfOurOwn}`)(
      'whose server is killed',
      () => {
        test('keep every promise across two kills', async () => {
          const control = server().control as ServerControl;
          const stores = [await open(), await open()].map((events) => events.store('ingestion'));
          const acknowledged: string[] = [];
          let isOver = false;
          const senders = stores.map(async (store) => {
            for (let value = 0; !isOver; value += 1) acknowledged.push(await sendUntilAnswered(store, value));
          });
          for (let kill = 0; kill < 2; kill += 1) {
            const before = acknowledged.length;
            await until(() => acknowledged.length >= before + 6);
            await control.kill();
            await wait(300);
            await control.start();
          }
          const before = acknowledged.length;
          await until(() => acknowledged.length >= before + 6);
          isOver = true;
          await Promise.all(senders);
          await expectPromisesKept(await open(), acknowledged);
        });
      },
    );
  },
  ['mongodb', 'mongo-java-server'],
);
