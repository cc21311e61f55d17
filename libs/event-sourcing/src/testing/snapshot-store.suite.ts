import type { ContextName } from '@faemban/contracts';
import type { Snapshot, SnapshotStore } from '../snapshots/snapshots';

/** What a snapshot suite runs on: empty snapshots, opened anew for every test. */
export interface SnapshotsUnderTest {
  store(context: ContextName): SnapshotStore;
  close(): Promise<void>;
  /** Closes and opens the same again; absent where nothing outlives closing. */
  reopen?(): Promise<SnapshotsUnderTest>;
}

const at = (version: number): Snapshot => ({ version, eventId: `event-${version}`, state: `{"at":${version}}` });

/** The promises of a {@link SnapshotStore}, for every adapter. */
export function snapshotStoreSuite(name: string, open: () => Promise<SnapshotsUnderTest>): void {
  describe(`${name} as a snapshot store`, () => {
    let snapshots: SnapshotsUnderTest;
    beforeEach(async () => {
      snapshots = await open();
    });
    afterEach(() => snapshots.close());

    test('finds nothing of a stream it has kept nothing of', async () => {
      expect(await snapshots.store('ingestion').find('household-a', 'fold')).toBeUndefined();
    });

    test('gives back what it kept, stream by stream and context by context', async () => {
      await snapshots.store('ingestion').save('household-a', 'fold', at(100));
      expect(await snapshots.store('ingestion').find('household-a', 'fold')).toEqual(at(100));
      expect(await snapshots.store('ingestion').find('household-b', 'fold')).toBeUndefined();
      expect(await snapshots.store('mpi-scoring').find('household-a', 'fold')).toBeUndefined();
    });

    test('never gives what another fold took, and keeps the new fold’s in its place, whatever its version', async () => {
      const store = snapshots.store('ingestion');
      await store.save('household-a', 'old', at(200));
      expect(await store.find('household-a', 'new')).toBeUndefined();
      await store.save('household-a', 'new', at(100));
      expect(await store.find('household-a', 'new')).toEqual(at(100));
      expect(await store.find('household-a', 'old')).toBeUndefined();
    });

    test('keeps the later one, in whatever order they come', async () => {
      const store = snapshots.store('ingestion');
      await store.save('household-a', 'fold', at(200));
      await store.save('household-a', 'fold', at(100));
      expect(await store.find('household-a', 'fold')).toEqual(at(200));
      await store.save('household-a', 'fold', at(300));
      expect(await store.find('household-a', 'fold')).toEqual(at(300));
    });

    test('forgets everything when told to', async () => {
      const store = snapshots.store('ingestion');
      await store.save('household-a', 'fold', at(100));
      await store.clear();
      expect(await store.find('household-a', 'fold')).toBeUndefined();
      await store.save('household-a', 'fold', at(50));
      expect(await store.find('household-a', 'fold')).toEqual(at(50));
    });

    test('has it still after closing and opening, where anything outlives that', async () => {
      await snapshots.store('ingestion').save('household-a', 'fold', at(100));
      if (snapshots.reopen === undefined) return;
      snapshots = await snapshots.reopen();
      expect(await snapshots.store('ingestion').find('household-a', 'fold')).toEqual(at(100));
    });
  });
}
