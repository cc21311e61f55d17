import { partitionCountDefault, type Ids } from '@faemban/event-sourcing';
import type { mongo } from 'mongoose';
import { isDuplicateKey, MongoRefused, withDatabase } from '../failures';

/** Raised when what is stored changes in a way that an older release cannot read. */
export const format = 1;
export const installationKey = 'events';

/** What a database says of itself. */
export interface InstallationDocument {
  readonly _id: string;
  readonly format: number;
  readonly partitionCount: number;
  readonly installationId: string;
  /** Where the events were recorded elsewhere: whether all of them have been taken over. Nobody may use it before. */
  readonly state?: 'migrating' | 'migrated';
  /** When taking over began, and when it was found complete (ISO 8601, UTC). */
  readonly migratingSince?: string;
  readonly migratedAt?: string;
}

/** The collection that holds the one {@link InstallationDocument}. */
export const installationsOf = (db: mongo.Db): mongo.Collection<InstallationDocument> =>
  db.collection<InstallationDocument>('installation');

/** What was decided when the database was first used, for good. The first of several that come at once decides. @throws MongoRefused */
export async function openInstallation(
  db: mongo.Db,
  { partitionCount, ids }: { readonly partitionCount?: number; readonly ids: Ids },
): Promise<{ readonly partitionCount: number; readonly installationId: string }> {
  const installations = installationsOf(db);
  const made: InstallationDocument = {
    _id: installationKey,
    format,
    partitionCount: partitionCount ?? partitionCountDefault,
    installationId: ids.next(),
  };
  const found = await withDatabase(async () => {
    const before = await installations.findOne({ _id: installationKey });
    if (before !== null) return before;
    try {
      await installations.insertOne(made);
      return made;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return (await installations.findOne({ _id: installationKey })) ?? made;
    }
  });
  if (found.format !== format) throw otherFormat(found.format);
  if (found.state === 'migrating') throw unfinishedMigration(db.databaseName, found.migratingSince ?? '–');
  if (partitionCount !== undefined && found.partitionCount !== partitionCount) {
    throw otherPartitions(found.partitionCount, partitionCount);
  }
  return found;
}

export function otherFormat(found: number): MongoRefused {
  return new MongoRefused({
    th: `ฐานข้อมูลนี้เก็บเหตุการณ์ในรูปแบบที่ ${found} แต่โปรแกรมรุ่นนี้ใช้รูปแบบที่ ${format} โปรดใช้โปรแกรมรุ่นที่ตรงกัน`,
    en: `This database holds events in format ${found}; this release reads format ${format}. Use the release that fits.`,
  });
}

function unfinishedMigration(database: string, since: string): MongoRefused {
  return new MongoRefused({
    th: `กำลังย้ายข้อมูลเข้าฐานข้อมูล ${database} (เริ่ม ${since}) และยังไม่เสร็จ โปรดสั่ง faemban migrate --resume ให้จบก่อน หรือลบฐานข้อมูลนี้เพื่อเริ่มใหม่`,
    en: `Events are being migrated into the database ${database} (begun ${since}), and that is not finished. Finish it with: faemban migrate --resume, or drop the database to begin anew.`,
  });
}

function otherPartitions(found: number, asked: number): MongoRefused {
  return new MongoRefused({
    th: `ฐานข้อมูลนี้แบ่งเป็น ${found} พาร์ทิชัน ไม่ใช่ ${asked} จำนวนนี้กำหนดครั้งเดียวเมื่อติดตั้ง โปรดแก้การตั้งค่าเป็น ${found}`,
    en: `This database has ${found} partitions, not ${asked}. The number is fixed at installation: set it to ${found}.`,
  });
}
