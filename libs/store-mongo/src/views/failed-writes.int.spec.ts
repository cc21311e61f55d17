import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { ContextName } from '@faemban/contracts';
import {
  asViewShape,
  createViewRunner,
  defineView,
  type Runner,
  type ViewHandle,
  type ViewStore,
} from '@faemban/event-sourcing';
import { commandContext, createMemoryPlatform, ParkingWorld } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { mongo } from 'mongoose';
import { DatabaseUnavailable } from '../failures';
import { connectionLost, failingOnceAt, overWrites } from '../testing/driver-writes';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoViews, type MongoViews } from './mongo-views';

jest.setTimeout(120_000);

const householdId = 'h1';
type Values = readonly number[];
const valueOf = (data: unknown): number => (data as { readonly value: number }).value;

/** A row that has, of each of two contexts, the values of all its events in order. */
const history = defineView({
  name: 'history',
  version: 1,
  idOf: () => householdId,
  slices: {
    ingestion: (values: Values | undefined, { data }) => [...(values ?? []), valueOf(data)],
    'mpi-scoring': (values: Values | undefined, { data }) => [...(values ?? []), valueOf(data)],
  },
  show: (values: object, id) => ({ id, ...values }),
  indexes: {},
});

/** What the driver throws of a bulk write whose server has gone: its own error, wrapped, without any code. */
async function bulkWriteWithoutServer(url: string): Promise<Error> {
  const [, host, port] = /\/\/([^:/]+):(\d+)/.exec(url) ?? [];
  const sockets: Socket[] = [];
  const between = createServer((near) => {
    const far = connect(Number(port), host);
    sockets.push(near, far);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy()).pipe(other);
    }
  });
  await once(between.listen(0, '127.0.0.1'), 'listening');
  const { port: portBetween } = between.address() as AddressInfo;
  const options = { directConnection: true, serverSelectionTimeoutMS: 200 };
  const client = await mongo.MongoClient.connect(`mongodb://127.0.0.1:${portBetween}`, options);
  between.close();
  for (const socket of sockets) socket.destroy();
  const operation = { replaceOne: { filter: { n: 0 }, replacement: { n: 1 } } };
  try {
    return await client
      .db('none')
      .collection('none')
      .bulkWrite([operation], { ordered: false })
      .then(() => new Error('there was a server'))
      .catch((error: Error) => error);
  } finally {
    await client.close();
  }
}

describeOnMongo(
  'a view one of whose writes failed',
  (server) => {
    const databases: string[] = [];
    const opened: MongoViews[] = [];
    const started: Runner[] = [];
    const open = async (): Promise<ViewStore> => {
      const database = freshDatabase();
      databases.push(database);
      const views = await openMongoViews({ url: server().url, database });
      opened.push(views);
      return views.views;
    };
    afterEach(async () => {
      await Promise.all(started.splice(0).map((runner) => runner.stop()));
      await Promise.all(opened.splice(0).map((views) => views.close()));
      for (const database of databases.splice(0)) await dropDatabase(server().url, database);
    });
    const settled = async (runner: Runner): Promise<Runner> => {
      if (!started.includes(runner)) started.push(runner);
      await runner.start();
      await runner.settled();
      return runner;
    };
    const rowsOf = async (world: ParkingWorld, what: 'view' | 'tally', store: ViewStore) => {
      const { documents, counters } = await world.rows(what, store);
      return { documents, counters };
    };
    /** The rows of a fold of the whole log. */
    const expectedRows = async (world: ParkingWorld, what: 'view' | 'tally') => {
      const fresh = await open();
      await (await settled(await world.runner(what, fresh))).stop();
      return rowsOf(world, what, fresh);
    };

    test('has what that write was to change and what another context says meanwhile', async () => {
      const platform = createMemoryPlatform({ partitionCount: 1 });
      const record = async (context: ContextName, value: number): Promise<void> => {
        const events = [{ type: 'NoteTaken', data: { householdId, value } }];
        const place = { stream: `note-${context}`, partitionOf: householdId, expectedVersion: 'any', events } as const;
        await platform.store(context).append({ ...place, context: commandContext(), commandDigest: `${value}` });
      };
      const handle = await (await open()).open(asViewShape(history));
      const retry = { attemptsMax: 5, delayMs: 1, delayMsMax: 2 };
      const { log, clock } = platform;
      const runner = await settled(createViewRunner({ view: history, log, clock, handle, retry }));
      await record('ingestion', 1);
      await runner.settled();
      // The batch of one context is written down and not done, and the other context is the first in the next pass.
      const failing = failingOnceAt('.documents', connectionLost(), () => record('ingestion', 2));
      await overWrites(failing, async () => {
        await record('mpi-scoring', 10);
        await runner.settled();
      });
      const shown = { id: householdId, ingestion: [1, 2], 'mpi-scoring': [10] };
      expect((await handle.get([householdId])).get(householdId)).toEqual(shown);
      await record('mpi-scoring', 11);
      await runner.settled();
      expect((await handle.get([householdId])).get(householdId)).toEqual({ ...shown, 'mpi-scoring': [10, 11] });
    });

    test.each(['view', 'tally'] as const)(
      'of a replay that was given up then: a %s has what it replayed and what the household did next',
      async (what) => {
        const world = new ParkingWorld();
        const store = await open();
        let isAway = false;
        const parkedSequences = (handle: ViewHandle): Pick<ViewHandle, 'parkedSequences'> => ({
          parkedSequences: async (find) => {
            if (isAway) throw new DatabaseUnavailable('away');
            return handle.parkedSequences(find);
          },
        });
        const runner = await settled(await world.runner(what, store, parkedSequences));
        world.broken.add('fold-2');
        await world.note('a', 1);
        await world.note('a', 2);
        await runner.settled();
        expect(runner.status().parkedTotal).toBe(1);
        world.broken.clear();
        const failing = failingOnceAt('.documents', connectionLost(), async () => void (isAway = true));
        await overWrites(failing, async () => {
          await expect(runner.replay({ select: {}, isDryRun: false })).rejects.toBeInstanceOf(DatabaseUnavailable);
        });
        await world.note('a', 3);
        await runner.settled();
        await runner.stop();
        expect(await rowsOf(world, what, store)).toEqual(await expectedRows(world, what));
        expect(runner.status().parkedTotal).toBe(0);
      },
    );

    test('since no server was found goes on once there is one', async () => {
      const world = new ParkingWorld();
      const store = await open();
      const runner = await settled(await world.runner('view', store));
      await world.note('a', 1);
      await runner.settled();
      const failure = await bulkWriteWithoutServer(server().url);
      expect(failure).toBeInstanceOf(mongo.MongoBulkWriteError);
      await overWrites(failingOnceAt('.documents', failure), async () => {
        await world.note('a', 2);
        await runner.settled();
      });
      expect(runner.status()).toMatchObject({ state: 'live', lagEvents: 0, parkedTotal: 0 });
      await runner.stop();
      expect(await rowsOf(world, 'view', store)).toEqual(await expectedRows(world, 'view'));
    });
  },
  ['mongodb', 'mongo-java-server'],
);
