import { createTestClock } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openDatabase } from '../connection/open-database';
import { seqOf, type PublishedDocument } from './documents';
import { openMongoEvents } from './mongo-events';

jest.setTimeout(120_000);

describeOnMongo('the record of what was published', (server, { name }) => {
  let database: string;
  beforeEach(() => {
    database = freshDatabase();
  });
  afterEach(() => dropDatabase(server().url, database));

  const clock = createTestClock();
  const capabilities = { replacesAtomically: name !== 'ferretdb' };
  const open = () =>
    openMongoEvents({
      url: server().url,
      database,
      capabilities,
      contexts: ['ingestion'],
      clock,
      partitionCount: 4,
      serverTime: async () => clock(),
      times: { pollMs: 1_000 },
    });

  test('moves on per partition, stays where it is further, and is there after a restart', async () => {
    const first = await open();
    const progress = first.progress('ingestion');
    expect(await progress.published()).toEqual(new Map());
    const far = { seq: 2 ** 40, endOffset: 2 ** 41, resends: 0 };
    await Promise.all([progress.advance(0, { seq: 5, endOffset: 5, resends: 0 }), progress.advance(3, far)]);
    expect(await progress.advance(0, { seq: 7, endOffset: 9, resends: 0 })).toBe(true);
    expect(await progress.advance(0, { seq: 6, endOffset: 15, resends: 0 })).toBe(true);
    await first.close();
    const second = await open();
    expect(await second.progress('ingestion').published()).toEqual(
      new Map([
        [0, { seq: 7, endOffset: 9, resends: 0 }],
        [3, far],
      ]),
    );
    await second.close();
  });

  test('is set back once for each loss, and is not moved on by what was sent before that', async () => {
    const events = await open();
    const progress = events.progress('ingestion');
    await progress.advance(1, { seq: 600, endOffset: 650, resends: 0 });
    await Promise.all([progress.setBack(1, 1), progress.setBack(1, 1), progress.setBack(2, 1)]);
    expect(await progress.advance(1, { seq: 900, endOffset: 300, resends: 0 })).toBe(false);
    expect(await progress.advance(2, { seq: 1, endOffset: 1, resends: 0 })).toBe(false);
    expect(await progress.advance(1, { seq: 500, endOffset: 800, resends: 1 })).toBe(true);
    await progress.setBack(1, 1);
    expect(await progress.advance(1, { seq: 700, endOffset: 1_000, resends: 2 })).toBe(false);
    expect(await progress.published()).toEqual(
      new Map([
        [1, { seq: 500, endOffset: 800, resends: 1 }],
        [2, { seq: 0, endOffset: 0, resends: 1 }],
      ]),
    );
    await events.close();
  });

  test('is read where it was recorded before offsets were, and goes on from there', async () => {
    const events = await open();
    const { db, close } = await openDatabase({ url: server().url, database, capabilities });
    await db.collection<PublishedDocument>('ingestion.published').insertOne({ _id: 1, seq: seqOf(40) });
    await close();
    const progress = events.progress('ingestion');
    expect((await progress.published()).get(1)).toEqual({ seq: 40, resends: 0 });
    await progress.advance(1, { seq: 41, endOffset: 60, resends: 0 });
    expect((await progress.published()).get(1)).toEqual({ seq: 41, endOffset: 60, resends: 0 });
    await events.close();
  });
});
