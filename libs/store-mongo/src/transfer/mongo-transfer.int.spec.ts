import { createConnection, mongo } from 'mongoose';
import { anAppend, readAll } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { openMongoEvents } from '../events/mongo-events';
import { MongoRefused } from '../failures';
import { aForeignLog, type ForeignRecord, type TestForeignLog } from '../testing/foreign-log';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoTransfer, type MongoTransfer } from './mongo-transfer';
import { TransferDiffers } from './verify-partition';

jest.setTimeout(180_000);

const records: readonly ForeignRecord[] = Array.from({ length: 24 }, (_, n) => ({
  stream: n % 5,
  events: 1 + (n % 3),
  laterMs: n % 2,
}));

/** Stands for the death of the process: nothing after it is done. */
class Killed extends Error {}

describeOnMongo('taking a log over', (server, { name }) => {
  const capabilities = { replacesAtomically: name !== 'ferretdb' };
  let database: string;
  beforeEach(() => {
    database = freshDatabase();
  });
  afterEach(() => dropDatabase(server().url, database));

  const options = () => ({ url: server().url, database, capabilities, clock: Date.now });
  const opened = (source: TestForeignLog) =>
    openMongoTransfer(source, { ...options(), context: 'ingestion', partitionsAtOnce: 1 });
  const withTransfer = async <Result>(source: TestForeignLog, work: (one: MongoTransfer) => Promise<Result>) => {
    const transfer = await opened(source);
    try {
      return await work(transfer);
    } finally {
      await transfer.close();
    }
  };
  const openService = () => openMongoEvents({ ...options(), contexts: ['ingestion'] });
  const inDatabase = async (work: (db: mongo.Db) => Promise<unknown>) => {
    const connection = await createConnection(server().url, { dbName: database }).asPromise();
    try {
      await work(connection.db as mongo.Db);
    } finally {
      await connection.close();
    }
  };
  const moved = (source: TestForeignLog) =>
    withTransfer(source, async (transfer) => {
      await transfer.begin();
      await transfer.copy();
      const verified = await transfer.verify([]);
      await transfer.finish();
      return verified;
    });
  const expectSame = async (source: TestForeignLog) => {
    const events = await openService();
    try {
      expect(events.installationId).toBe(source.installationId);
      expect(events.log.partitionCount).toBe(source.partitionCount);
      expect(await events.log.heads('ingestion')).toEqual(await source.heads('ingestion'));
      const stored = source.partitions
        .flat()
        .map(({ body, ...event }) => ({ ...event, data: JSON.parse(body) as unknown }));
      expect(await readAll(events.log, 'ingestion')).toEqual(stored);
    } finally {
      await events.close();
    }
  };

  test('gives the same events, counts and installation, and a service that goes on behind them', async () => {
    const source = aForeignLog(records);
    const verified = await moved(source);
    expect(verified).toMatchObject({ events: source.partitions.flat().length, commands: records.length, streams: 5 });
    await expectSame(source);
    const events = await openService();
    try {
      const append = anAppend({ stream: 'household-1', partitionOf: '1', expectedVersion: 'any', values: ['next'] });
      const appended = await events.store('ingestion').append(append);
      const before = source.partitions[appended.partition] ?? [];
      expect(appended.lastSeq).toBe(before.length + 1);
      const versions = before.filter(({ stream }) => stream === 'household-1').map(({ version }) => version);
      expect(appended.firstVersion).toBe(Math.max(...versions) + 1);
    } finally {
      await events.close();
    }
  });

  test('answers a command that was accepted before with its recorded outcome', async () => {
    const source = aForeignLog(records);
    await moved(source);
    const events = await openService();
    try {
      for (const command of [...source.remembered.values()].slice(0, 3)) {
        const outcome = await events.store('ingestion').outcomeOf(command.commandId);
        const ids = source.partitions.flat().filter(({ commandId }) => commandId === command.commandId);
        const { digest, ...where } = command;
        expect(outcome).toMatchObject({ ...where, commandDigest: digest, eventIds: ids.map(({ id }) => id) });
      }
    } finally {
      await events.close();
    }
  });

  test('keeps services out until it is finished, and tells them what to do', async () => {
    const source = aForeignLog(records);
    await withTransfer(source, async (transfer) => {
      expect(await transfer.standing()).toBe('empty');
      await transfer.begin();
      await transfer.copy();
      expect(await transfer.standing()).toBe('begun');
      await expect(openService()).rejects.toThrow(/faemban migrate --resume/);
      await transfer.finish();
      expect(await transfer.standing()).toBe('finished');
    });
    await (await openService()).close();
  });

  test('killed before any one of its writes, it goes on from there and comes to the same', async () => {
    const source = aForeignLog(records);
    for (let write = 1, isDone = false; !isDone; write += 1) {
      await dropDatabase(server().url, database);
      let left = write;
      const beforeWrite = () => {
        left -= 1;
        if (left === 0) throw new Killed();
      };
      try {
        await withTransfer(source, async (transfer) => {
          await transfer.begin();
          await transfer.copy({ beforeWrite });
          isDone = true;
        });
      } catch (error) {
        expect(error).toBeInstanceOf(Killed);
      }
      expect(await moved(source)).toMatchObject({ commands: records.length });
    }
    await expectSame(source);
  });

  test('interrupted between commits and their segment, it takes what the source has recorded since as well', async () => {
    const source = aForeignLog(records.slice(0, 10));
    await withTransfer(source, async (transfer) => {
      await transfer.begin();
      const beforeWrite = (what: string) => {
        if (what === 'segments') throw new Killed();
      };
      await expect(transfer.copy({ beforeWrite })).rejects.toThrow(Killed);
    });
    for (const stream of [1, 2, 7]) source.record({ stream, events: 2, laterMs: 0 });
    await moved(source);
    await expectSame(source);
  });

  test.each<[string, (source: TestForeignLog) => Promise<unknown>]>([
    ['something of somebody else', () => inDatabase((db) => db.collection('theirs').insertOne({ n: 1 }))],
    ['an installation of its own', async () => (await openService()).close()],
    [
      'what was migrated from another installation',
      () => moved({ ...aForeignLog(records), installationId: 'another' }),
    ],
  ])('is refused where the database holds %s', async (_, prepare) => {
    const source = aForeignLog(records);
    await prepare(source);
    await withTransfer(source, async (transfer) => {
      await expect(transfer.standing()).rejects.toThrow(MongoRefused);
      await expect(transfer.standing()).rejects.toThrow(/--database-prefix/);
    });
  });

  test('does not go on behind another history', async () => {
    await withTransfer(aForeignLog(records), async (transfer) => {
      await transfer.begin();
      await transfer.copy();
    });
    await withTransfer(aForeignLog(records), (other) =>
      expect(other.copy()).rejects.toThrow(/is not the beginning of this data folder's/),
    );
  });

  test.each<[string, (db: mongo.Db) => Promise<unknown>, RegExp]>([
    [
      'a body that was altered',
      (db) => {
        const body = new mongo.Binary(Buffer.from('{"บ้าน":9}'));
        return db.collection('ingestion.commits').updateOne({}, { $set: { 'events.0.body': body } });
      },
      /altered/,
    ],
    [
      'a digest that was altered',
      (db) => db.collection('ingestion.commits').updateOne({}, { $set: { digest: 'other' } }),
      /its digest differs/,
    ],
    [
      'a mark that names another segment',
      (db) => db.collection('ingestion.commits').updateOne({}, { $set: { segment: mongo.Long.fromNumber(1_000) } }),
      /its mark names another segment/,
    ],
    [
      'a commit too many',
      (db) =>
        db
          .collection<{ _id: string }>('ingestion.commits')
          .insertOne({ _id: 'added', stream: 'x', firstVersion: 1 } as never),
      /the source has 24 commits, the database 25/,
    ],
    [
      'segments that are cut off',
      async (db) => {
        const [last] = await db.collection('ingestion.segments').find().sort({ lastSeq: -1 }).limit(1).toArray();
        return db.collection('ingestion.segments').deleteOne({ _id: last?._id as mongo.ObjectId });
      },
      /missing/,
    ],
  ])('finds %s', async (_, spoil, sentence) => {
    const source = aForeignLog(records);
    await withTransfer(source, async (transfer) => {
      await transfer.begin();
      await transfer.copy();
      await inDatabase(spoil);
      await expect(transfer.verify([])).rejects.toThrow(TransferDiffers);
      await expect(transfer.verify([])).rejects.toThrow(sentence);
    });
  });
});
