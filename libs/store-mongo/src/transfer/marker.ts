import type { mongo } from 'mongoose';
import {
  format,
  installationKey,
  installationsOf,
  otherFormat,
  type InstallationDocument,
} from '../events/installation';
import { isDuplicateKey, MongoRefused, withDatabase } from '../failures';

/** What a database is to a migration: untouched, begun by it, or finished by it. */
export type TransferStanding = 'empty' | 'begun' | 'finished';

/** Whose events are taken over. */
export interface TransferInstallation {
  readonly installationId: string;
  readonly partitionCount: number;
}

/** Left by the check of what the server can do. */
const ownCollections = new Set(['probe']);

/** Says what the database is to a migration of this installation. @throws MongoRefused where it holds anything else */
export async function standingOf(db: mongo.Db, asked: TransferInstallation): Promise<TransferStanding> {
  const found = await withDatabase(() => installationsOf(db).findOne({ _id: installationKey }));
  if (found !== null) return standingOfMarker(db.databaseName, found, asked);
  const collections = await withDatabase(() => db.listCollections({}, { nameOnly: true }).toArray());
  for (const { name } of collections) {
    if (ownCollections.has(name) || name.startsWith('system.')) continue;
    if ((await withDatabase(() => db.collection(name).findOne())) !== null) throw notEmpty(db.databaseName, name);
  }
  return 'empty';
}

function standingOfMarker(
  database: string,
  found: InstallationDocument,
  { installationId, partitionCount }: TransferInstallation,
): TransferStanding {
  if (found.format !== format) throw otherFormat(found.format);
  const isSame = found.installationId === installationId && found.partitionCount === partitionCount;
  if (!isSame || found.state === undefined) throw otherInstallation(database, found.installationId);
  return found.state === 'migrating' ? 'begun' : 'finished';
}

/** Marks the database as being filled, so that nobody uses it; the first of several decides. @throws MongoRefused */
export async function markBegun(db: mongo.Db, asked: TransferInstallation, at: string): Promise<void> {
  try {
    const { installationId, partitionCount } = asked;
    const marker = { _id: installationKey, format, partitionCount, installationId };
    await withDatabase(() => installationsOf(db).insertOne({ ...marker, state: 'migrating', migratingSince: at }));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await standingOf(db, asked);
  }
}

/** Opens the database to its services. */
export async function markFinished(db: mongo.Db, at: string): Promise<void> {
  await withDatabase(() =>
    installationsOf(db).updateOne(
      { _id: installationKey, state: 'migrating' },
      { $set: { state: 'migrated', migratedAt: at } },
    ),
  );
}

const notEmpty = (database: string, collection: string): MongoRefused =>
  new MongoRefused({
    th: `ฐานข้อมูล ${database} มีข้อมูลอยู่แล้ว (${collection}) โปรดเลือกชื่ออื่นด้วย --database-prefix หรือลบฐานข้อมูลนั้นเองก่อน`,
    en: `The database ${database} has data already (${collection}). Choose other names with --database-prefix, or drop that database yourself first.`,
  });
const otherInstallation = (database: string, found: string): MongoRefused =>
  new MongoRefused({
    th: `ฐานข้อมูล ${database} เป็นของการติดตั้ง ${found} ไม่ได้มาจากโฟลเดอร์ข้อมูลนี้ โปรดเลือกชื่ออื่นด้วย --database-prefix`,
    en: `The database ${database} belongs to the installation ${found} and was not begun from this data folder. Choose other names with --database-prefix.`,
  });
