import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createConnection, type Connection } from 'mongoose';
import { describeWhere } from '@faemban/fixtures';
import { describeOnMongo, serverOfOurOwn } from '../describe-on';
import { isAlive } from '../processes/server-folders';
import type { ServerControl } from '../server-control';
import { startMongo } from './mongo';

const durably = { writeConcern: { w: 'majority', j: true } } as const;

/** Runs with a connection that is closed afterwards. */
async function connected<Result>(url: string, body: (connection: Connection) => Promise<Result>): Promise<Result> {
  const connection = createConnection(url, { directConnection: true, dbName: 'native-servers-spec' });
  try {
    await connection.asPromise();
    return await body(connection);
  } finally {
    await connection.close();
  }
}

describeOnMongo('a server of MongoDB’s protocol', (server, { name, isOurs }) => {
  const count = () => connected(server().url, (connection) => connection.collection('notes').countDocuments({}));

  test('answers, and decides by a unique index', async () => {
    await connected(server().url, async (connection) => {
      const notes = connection.collection('notes');
      await notes.drop().catch(() => undefined);
      await notes.createIndex({ place: 1 }, { unique: true });
      const racing = Array.from({ length: 20 }, (_, index) => notes.insertOne({ place: 'first', index }, durably));
      const outcomes = await Promise.allSettled(racing);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 11000 });
    });
    expect(await count()).toBe(1);
  });

  describeWhere(isOurs, serverOfOurOwn)('in the hands of a test', () => {
    const control = (): ServerControl => server().control as ServerControl;

    describeWhere(name !== 'mongo-java-server', 'a server that is durable, which mongo-java-server is not')(
      'killed',
      () => {
        test('keeps what it acknowledged', async () => {
          const before = await count();
          await connected(server().url, (connection) =>
            connection.collection('notes').insertOne({ place: 'x' }, durably),
          );
          await control().kill();
          expect(control().isRunning).toBe(false);
          await expect(count()).rejects.toThrow();
          await control().start();
          expect(await count()).toBe(before + 1);
        }, 90_000);
      },
    );

    test('serves again on the same address when it was stopped', async () => {
      const before = await count();
      await control().stop();
      await control().start();
      expect(await count()).toBe(before);
    });

    test('stands still while it is paused, and goes on', async () => {
      await connected(server().url, async (connection) => {
        const counted = () => connection.collection('notes').countDocuments({});
        const before = await counted();
        await control().pause();
        let isAnswered = false;
        const late = counted().then((found) => {
          isAnswered = true;
          return found;
        });
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(isAnswered).toBe(false);
        await control().resume();
        expect(await late).toBe(before);
      });
    });
  });
});

describeOnMongo(
  'what is left of a server',
  () => {
    test('that was removed is nothing: no process, no folder', async () => {
      const folders = () => readdirSync(tmpdir()).filter((entry) => entry.startsWith(`faemban-server-${process.pid}-`));
      const before = folders();
      const server = await startMongo('ferretdb');
      const { pid } = server.control as unknown as { pid: number };
      expect(isAlive(pid)).toBe(true);
      expect(folders()).toHaveLength(before.length + 1);
      await server.remove();
      expect(isAlive(pid)).toBe(false);
      expect(folders()).toEqual(before);
    });
  },
  ['ferretdb'],
);
