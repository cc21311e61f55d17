import type { mongo } from 'mongoose';
import type { ViewStore } from '@faemban/event-sourcing';
import { ensureIndexes } from '../connection/open-database';
import { insertOneUnlessThere } from '../connection/inserts';
import { withDatabase } from '../failures';

/** What was written down of a rebuild. `place` says when it was begun, among all. */
interface RebuildDocument extends mongo.Document {
  readonly _id: string;
  readonly place: number;
  readonly record: string;
}

/** Rebuilds written down beside the views, in the order they were begun. @throws MongoRefused */
export async function createRebuildRecords(db: mongo.Db): Promise<Pick<ViewStore, 'rebuilds' | 'saveRebuild'>> {
  const all = db.collection<RebuildDocument>('view-rebuilds');
  const place = { name: 'place', key: { place: 1 }, unique: true } as const;
  await withDatabase(() => ensureIndexes(all as unknown as mongo.Collection, [place]));
  return {
    async rebuilds() {
      const found = await withDatabase(() => all.find().sort({ place: 1 }).toArray());
      return found.map(({ record }) => record);
    },
    async saveRebuild(rebuildId, record) {
      for (;;) {
        const saved = await withDatabase(() => all.updateOne({ _id: rebuildId }, { $set: { record } }));
        if (saved.matchedCount > 0) return;
        const last = await withDatabase(() => all.findOne({}, { sort: { place: -1 } }));
        if (await insertOneUnlessThere(all, { _id: rebuildId, place: (last?.place ?? 0) + 1, record })) return;
      }
    },
  };
}
