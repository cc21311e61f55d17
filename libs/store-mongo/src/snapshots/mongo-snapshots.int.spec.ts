import { snapshotStoreSuite, type SnapshotsUnderTest } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoSnapshots } from './mongo-snapshots';

jest.setTimeout(120_000);

describeOnMongo('snapshots', (server, { name }) => {
  const open = async (database: string): Promise<SnapshotsUnderTest> => {
    const { url } = server();
    const opened = await openMongoSnapshots({
      url,
      database,
      capabilities: { replacesAtomically: name !== 'ferretdb' },
    });
    return {
      store: opened.store,
      async close() {
        await opened.close();
        await dropDatabase(url, database);
      },
      async reopen() {
        await opened.close();
        return open(database);
      },
    };
  };

  snapshotStoreSuite(name, () => open(freshDatabase()));

  test('too large for a document are not kept, and the smaller one before stays', async () => {
    const snapshots = await open(freshDatabase());
    const store = snapshots.store('ingestion');
    const snapshot = { version: 100, eventId: 'event-100', state: '{}' };
    await store.save('household-a', 'fold', snapshot);
    await store.save('household-a', 'fold', { ...snapshot, version: 200, state: `"${'x'.repeat(16 * 1024 * 1024)}"` });
    expect(await store.find('household-a', 'fold')).toEqual(snapshot);
    await snapshots.close();
  });

  test('saved by several processes at once leave the latest', async () => {
    const database = freshDatabase();
    const [one, other] = [await open(database), await open(database)];
    const versions = [100, 200, 300, 400, 500, 600];
    for (const version of versions.sort(() => 1)) {
      const snapshot = { version, eventId: `event-${version}`, state: '{}' };
      await Promise.all([one, other].map((each) => each.store('ingestion').save('household-a', 'fold', snapshot)));
    }
    expect((await one.store('ingestion').find('household-a', 'fold'))?.version).toBe(600);
    await other.close();
    await one.close();
  });
});
