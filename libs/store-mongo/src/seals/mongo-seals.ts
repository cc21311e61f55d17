import type { mongo } from 'mongoose';
import type { ContextName } from '@faemban/contracts';
import {
  WrongExpectedVersion,
  type KeyChange,
  type Seal,
  type SealStore,
  type SignedDocument,
  type Signer,
  type VerifierKey,
} from '@faemban/event-sourcing';
import { insertOneUnlessThere } from '../connection/inserts';
import { ensureIndexes, openDatabase, type MongoOptions } from '../connection/open-database';
import { withDatabase } from '../failures';

/** A seal as the JSON that was signed. Unique by (context, n). */
interface SealDocument extends mongo.Document {
  readonly context: string;
  readonly n: number;
  readonly seal: string;
}

/** The public part of an installation's keys. */
interface KeysDocument extends mongo.Document {
  readonly _id: string;
  readonly keys: string;
}

const keysId = 'keys';

/** The public part of an installation's keys, as it lies beside its seals. */
export interface PublishedKeys {
  readonly keys: readonly VerifierKey[];
  readonly changes: readonly SignedDocument<KeyChange>[];
}

/** Seals in a database of their own, or beside the events where nothing else is at hand; copy them elsewhere. */
export interface MongoSeals extends SealStore {
  /** @throws WrongExpectedVersion where another process sealed the context under this number; the seal is made again behind it */
  append(seal: SignedDocument<Seal>): Promise<void>;
  publishKeys(signer: Pick<Signer, 'keys' | 'changes'>): Promise<void>;
  /** What was published; undefined where nothing was yet. */
  publishedKeys(): Promise<PublishedKeys | undefined>;
  close(): Promise<void>;
}

/**
 * Opens the seals of an installation. Any number of processes may append: the unique key (context, number) decides.
 * @throws MongoRefused where the server or the database is not what is needed; DatabaseUnavailable where it cannot be reached
 */
export async function openMongoSeals(options: MongoOptions): Promise<MongoSeals> {
  const { db, close } = await openDatabase(options);
  const seals = db.collection<SealDocument>('seals');
  const published = db.collection<KeysDocument>('seal-keys');
  const place = { name: 'place', key: { context: 1, n: 1 }, unique: true } as const;
  try {
    await withDatabase(() => ensureIndexes(seals as unknown as mongo.Collection, [place]));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async seals(context: ContextName) {
      const found = await withDatabase(() => seals.find({ context }).sort({ n: 1 }).toArray());
      return found.map(({ seal }) => JSON.parse(seal) as SignedDocument<Seal>);
    },
    async append(seal) {
      const { context, number: n } = seal.document;
      const text = JSON.stringify(seal);
      if (await insertOneUnlessThere(seals, { context, n, seal: text })) return;
      const there = await withDatabase(() => seals.findOne({ context, n }));
      // Its own, whose answer was lost.
      if (there?.seal !== text) throw new WrongExpectedVersion(`seals of ${context}`, n - 1, n);
    },
    async publishKeys({ keys, changes }) {
      const text = JSON.stringify({ keys, changes });
      const replaced = await withDatabase(() => published.updateOne({ _id: keysId }, { $set: { keys: text } }));
      if (replaced.matchedCount > 0) return;
      if (await insertOneUnlessThere(published, { _id: keysId, keys: text })) return;
      await withDatabase(() => published.updateOne({ _id: keysId }, { $set: { keys: text } }));
    },
    async publishedKeys() {
      const found = await withDatabase(() => published.findOne({ _id: keysId }));
      return found === null ? undefined : (JSON.parse(found.keys) as PublishedKeys);
    },
    close,
  };
}
