import { createConnection, type Connection, type mongo } from 'mongoose';
import { MongoRefused, withDatabase } from '../failures';
import { requireCapabilities, type Capabilities } from './capabilities';
import { readAfterAnswers } from './causal-reads';
import { promisedOptions, requirePromisedOptions } from './promised-options';

/** The database has this long to be found, in milliseconds; whoever asks later tries again. */
const selectionMs = 5_000;
/** An answer that takes longer counts as lost, in milliseconds. */
const answerMs = 20_000;

/** Which database, and what its server can do. */
export interface MongoOptions {
  /** `mongodb://…`, with credentials where they are needed; never printed. */
  readonly url: string;
  /** One database per service. */
  readonly database: string;
  /** What the server can do; MongoDB itself unless told otherwise. */
  readonly capabilities?: Capabilities;
}

/** A connection with its database, checked. */
export interface OpenDatabase {
  readonly db: mongo.Db;
  close(): Promise<void>;
}

/**
 * Connects and checks the server. Writes are acknowledged by a majority and in its journal; reads see what a majority has,
 * and everything that this process was told before.
 * @throws MongoRefused where the URL takes that back, or the server is not what was declared; DatabaseUnavailable where it cannot be reached
 */
export async function openDatabase(options: MongoOptions): Promise<OpenDatabase> {
  const { url, database, capabilities = { replacesAtomically: true } } = options;
  requirePromisedOptions(url);
  const connection: Connection = createConnection(url, {
    dbName: database,
    ...promisedOptions,
    serverSelectionTimeoutMS: selectionMs,
    socketTimeoutMS: answerMs,
    maxPoolSize: 20,
  });
  try {
    await withDatabase(() => connection.asPromise());
    const { db } = connection;
    if (db === undefined) throw new Error('a connection that is open has a database');
    readAfterAnswers(connection.getClient(), url);
    await withDatabase(() => requireCapabilities(db, capabilities));
    return { db, close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** An index that a collection must have. */
export interface WantedIndex {
  readonly name: string;
  readonly key: Readonly<Record<string, 1 | -1>>;
  readonly unique?: boolean;
}

/** Creates the indexes that are missing and checks those that are there. @throws MongoRefused where one is there in another shape */
export async function ensureIndexes(collection: mongo.Collection, wanted: readonly WantedIndex[]): Promise<void> {
  if (wanted.length === 0) return;
  for (const { name, key, unique = false } of wanted) {
    await collection.createIndex({ ...key }, unique ? { name, unique } : { name }).catch((error: unknown) => {
      // Another shape under this name: told below, in words.
      if (![85, 86].includes(Number((error as { code?: unknown }).code))) throw error;
    });
  }
  const found = new Map((await collection.indexes()).map((index) => [index.name, index]));
  for (const { name, key, unique = false } of wanted) {
    const index = found.get(name);
    const isSame = index !== undefined && JSON.stringify(index.key) === JSON.stringify(key);
    if (!isSame || (index.unique ?? false) !== unique) throw otherIndex(collection.collectionName, name);
  }
}

function otherIndex(collection: string, name: string): MongoRefused {
  return new MongoRefused({
    th: `ดัชนี ${name} ของ ${collection} ไม่ตรงกับที่โปรแกรมรุ่นนี้ใช้ โปรดลบดัชนีนั้นเพื่อให้สร้างใหม่ หรือใช้ฐานข้อมูลอื่น`,
    en: `The index ${name} of ${collection} is not the one this release uses. Remove it, so that it is made again, or use another database.`,
  });
}
