import type { Snapshot, SnapshotStore } from '../snapshots/snapshots';

/** Snapshots of one context, in memory, keeping the promises that `snapshotStoreSuite` checks. */
export function createMemorySnapshots(): SnapshotStore {
  const kept = new Map<string, Snapshot & { readonly fold: string }>();
  return {
    async find(stream, fold) {
      const found = kept.get(stream);
      if (found?.fold !== fold) return undefined;
      const { version, eventId, state } = found;
      return { version, eventId, state };
    },
    async save(stream, fold, snapshot) {
      const before = kept.get(stream);
      if (before?.fold === fold && before.version >= snapshot.version) return;
      kept.set(stream, { fold, ...snapshot });
    },
    async clear() {
      kept.clear();
    },
  };
}
