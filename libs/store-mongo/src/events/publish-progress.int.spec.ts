import { createTestClock } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoEvents } from './mongo-events';

jest.setTimeout(120_000);

describeOnMongo('the record of what was published', (server, { name }) => {
  test('moves on per partition, never goes back, and is there after a restart', async () => {
    const { url } = server();
    const database = freshDatabase();
    const clock = createTestClock();
    const open = () =>
      openMongoEvents({
        url,
        database,
        capabilities: { replacesAtomically: name !== 'ferretdb' },
        contexts: ['ingestion'],
        clock,
        partitionCount: 4,
        serverTime: async () => clock(),
        times: { pollMs: 1_000 },
      });
    const first = await open();
    const progress = first.progress('ingestion');
    expect(await progress.published()).toEqual(new Map());
    await Promise.all([progress.advance(0, 5), progress.advance(3, 2 ** 40)]);
    await progress.advance(0, 7);
    await progress.advance(0, 6);
    await first.close();
    const second = await open();
    expect(await second.progress('ingestion').published()).toEqual(
      new Map([
        [0, 7],
        [3, 2 ** 40],
      ]),
    );
    await second.close();
    await dropDatabase(url, database);
  });
});
