import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { isSqliteError, SqliteRefused } from './failures';
import { upgradeTables, type Upgrades } from './file-format';

/** 'Faem' in ASCII: how a file says that it is one of ours. */
const applicationId = 0x4661656d;
const pageBytes = 4096;
/** Pages of write-ahead log after which it is copied into the file: 40 MB. */
const checkpointPages = 10_000;
/** What the write-ahead log is cut back to once it was copied. */
const walBytesKept = 64 * 1024 * 1024;
const busyTimeoutMs = 5000;

/**
 * What a file is for, which decides how it is written.
 * - `events`: the truth; every commit is on the disk before it is answered.
 * - `views`: read models; a power cut may lose the last steps together with their checkpoints, never one without the other.
 * - `private`: a service's own tables (vault, staging); durable like events, and what is deleted is overwritten.
 */
export type SqliteKind = 'events' | 'views' | 'private';

const settings: Readonly<Record<SqliteKind, { readonly synchronous: string; readonly cacheKiB: number }>> = {
  events: { synchronous: 'FULL', cacheKiB: 32 * 1024 },
  views: { synchronous: 'NORMAL', cacheKiB: 32 * 1024 },
  private: { synchronous: 'FULL', cacheKiB: 16 * 1024 },
};

/**
 * Opens a SQLite file with the project's settings (write-ahead log, pages of 4096 bytes, no memory map), made if it is not there.
 * Statements must not be left open between turns of the event loop: an open iterator keeps the write-ahead log growing.
 *
 * A service that keeps tables of its own names their `version` (0 until there was a change) and the SQL that leads there from each
 * earlier one; an older file is brought up to date in one transaction, a newer one is refused. Without a version nothing is checked:
 * events and views do that themselves.
 * @throws SqliteRefused where the folder is missing, the file is no database, belongs to another program, or is newer than this one
 */
export function openSqlite(
  file: string,
  kind: SqliteKind,
  {
    readonly = false,
    version = kind === 'private' ? 0 : undefined,
    upgrades = {},
  }: {
    readonly readonly?: boolean;
    readonly version?: number | undefined;
    readonly upgrades?: Upgrades;
  } = {},
): Database.Database {
  const folder = dirname(file);
  if (!existsSync(folder)) {
    throw new SqliteRefused({
      th: `ไม่มีโฟลเดอร์ ${folder} โปรดสร้างโฟลเดอร์นี้ก่อน หรือเลือกโฟลเดอร์อื่น`,
      en: `The folder ${folder} does not exist. Create it, or choose another one.`,
    });
  }
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly, fileMustExist: readonly, timeout: busyTimeoutMs });
    if (!readonly) prepareFile(db);
    refuseForeign(db, file);
    const { synchronous, cacheKiB } = settings[kind];
    db.pragma(`synchronous = ${synchronous}`);
    db.pragma(`cache_size = -${cacheKiB}`);
    db.pragma('mmap_size = 0');
    db.pragma('temp_store = MEMORY');
    db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    db.pragma(`journal_size_limit = ${walBytesKept}`);
    if (kind === 'private' && !readonly) db.pragma('secure_delete = ON');
    if (version !== undefined) upgradeService(db, file, version, upgrades);
    return db;
  } catch (error) {
    db?.close();
    throw isSqliteError(error) ? unusable(file, error) : error;
  }
}

/** What can only be decided while the file is empty, and the write-ahead log. */
export function prepareFile(db: Database.Database): void {
  if (db.pragma('page_count', { simple: true }) === 0) {
    db.pragma(`page_size = ${pageBytes}`);
    db.pragma(`application_id = ${applicationId}`);
  }
  db.pragma('journal_mode = WAL');
}

function upgradeService(db: Database.Database, file: string, version: number, upgrades: Upgrades): void {
  // What was made just now has no tables yet; its service makes those of this version.
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (isEmpty && !db.readonly) db.pragma(`user_version = ${version}`);
  else upgradeTables(db, file, { version, upgrades, keepsCopy: true });
}

function refuseForeign(db: Database.Database, file: string): void {
  if (db.pragma('application_id', { simple: true }) === applicationId) return;
  throw new SqliteRefused({
    th: `ไฟล์ ${basename(file)} เป็นของโปรแกรมอื่น โปรดย้ายไฟล์นี้ออก หรือเลือกโฟลเดอร์ข้อมูลอื่น`,
    en: `The file ${basename(file)} belongs to another program. Move it away, or choose another data folder.`,
  });
}

function unusable(file: string, cause: Error): SqliteRefused {
  return new SqliteRefused(
    {
      th: `เปิดไฟล์ ${basename(file)} เป็นฐานข้อมูลไม่ได้ โปรดตรวจสอบสิทธิ์ของไฟล์ หรือกู้คืนจากข้อมูลสำรอง`,
      en: `The file ${basename(file)} cannot be opened as a database. Check its permissions, or restore it from a backup.`,
    },
    { cause },
  );
}
