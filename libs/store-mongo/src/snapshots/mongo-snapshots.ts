import type { mongo } from 'mongoose';
import type { ContextName } from '@faemban/contracts';
import type { Snapshot, SnapshotStore } from '@faemban/event-sourcing';
import { insertOneUnlessThere } from '../connection/inserts';
import { openDatabase, type MongoOptions } from '../connection/open-database';
import { withDatabase } from '../failures';
import { Coalescer } from '../events/coalescer';

/** A stream's snapshot; its id is the stream. */
interface SnapshotDocument extends mongo.Document, Snapshot {
  readonly _id: string;
  readonly fold: string;
}

/** A document of MongoDB holds 16 MiB. A larger state is not kept: its stream is read whole. In bytes. */
const stateBytesMax = 15 * 1024 * 1024;
/** Streams asked for at once. */
const streamsAtOnce = 500;

/** Snapshots of every context in a service's database. */
export interface MongoSnapshots {
  store(context: ContextName): SnapshotStore;
  close(): Promise<void>;
}

/**
 * Opens the snapshots of a service. They hold nothing that cannot be made again: `<context>.snapshots` may be dropped at any time.
 * @throws MongoRefused where the server is not what was declared; DatabaseUnavailable where it cannot be reached
 */
export async function openMongoSnapshots(options: MongoOptions): Promise<MongoSnapshots> {
  const { db, close } = await openDatabase(options);
  return { store: (context) => storeOf(db.collection<SnapshotDocument>(`${context}.snapshots`)), close };
}

function storeOf(snapshots: mongo.Collection<SnapshotDocument>): SnapshotStore {
  const finds = new Coalescer<string, SnapshotDocument | undefined>(async (streams) => {
    const found = await withDatabase(() => snapshots.find({ _id: { $in: [...streams] } }).toArray());
    const byStream = new Map(found.map((one) => [one._id, one]));
    return streams.map((stream) => ({ ok: true, value: byStream.get(stream) }));
  }, streamsAtOnce);
  /** Replaces an earlier one, or another fold's; false where there is none to be replaced. */
  const replace = async (stream: string, fold: string, snapshot: Snapshot): Promise<boolean> => {
    const isOlder = { _id: stream, $or: [{ fold: { $ne: fold } }, { version: { $lt: snapshot.version } }] };
    const replaced = await withDatabase(() => snapshots.replaceOne(isOlder, { fold, ...snapshot }));
    return replaced.matchedCount > 0;
  };
  return {
    async find(stream, fold) {
      const found = await finds.ask(stream);
      if (found?.fold !== fold) return undefined;
      const { version, eventId, state } = found;
      return { version, eventId, state };
    },
    async save(stream, fold, { version, eventId, state }) {
      if (Buffer.byteLength(state) > stateBytesMax) return;
      const snapshot = { version, eventId, state };
      if (await replace(stream, fold, snapshot)) return;
      if (await insertOneUnlessThere(snapshots, { _id: stream, fold, ...snapshot })) return;
      // There is one after all: a later one, or another process was faster just now.
      await replace(stream, fold, snapshot);
    },
    async clear() {
      await withDatabase(() => snapshots.deleteMany({}));
    },
  };
}
