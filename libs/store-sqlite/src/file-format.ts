import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type Database from 'better-sqlite3';
import type { Sentence } from '@faemban/event-sourcing';
import { flush } from './backup/folder-files';
import { freeBytesOf, requireRoom } from './backup/room';
import { SqliteRefused } from './failures';

/** SQL that brings a file's tables to the next version, by the version they have. */
export type Upgrades = Readonly<Record<number, string>>;

/** What a file of ours holds, and in which version of its tables. */
export interface FileFormat {
  readonly kind: 'events' | 'views' | 'snapshots';
  readonly version: number;
  /** SQL that makes the tables of an empty file. */
  readonly tables: string;
  /** What is decided once, when the file is made. */
  readonly meta: Readonly<Record<string, string>>;
  readonly upgrades?: Upgrades;
}

/** How the tables of a file are brought to a version. */
export interface UpgradePlan {
  readonly version: number;
  readonly upgrades: Upgrades;
  /** Keeps the file as it was beside it, `….before-upgrade`, where nothing could make it again. */
  readonly keepsCopy: boolean;
  /** Bytes free on the disk, where somebody else knows better than the operating system. */
  readonly freeBytes?: number;
}

const holdsNot: Readonly<Record<FileFormat['kind'], (file: string) => Sentence>> = {
  events: (file) => ({
    th: `ไฟล์ ${file} ไม่ใช่ไฟล์เหตุการณ์ โปรดตรวจสอบว่าเลือกโฟลเดอร์ข้อมูลถูกต้อง`,
    en: `The file ${file} does not hold events. Check that this is the right data folder.`,
  }),
  views: (file) => ({
    th: `ไฟล์ ${file} ไม่ใช่ไฟล์มุมมองข้อมูล โปรดตรวจสอบว่าเลือกโฟลเดอร์ข้อมูลถูกต้อง`,
    en: `The file ${file} does not hold views. Check that this is the right data folder.`,
  }),
  snapshots: (file) => ({
    th: `ไฟล์ ${file} ไม่ใช่ไฟล์สถานะย่อ ลบทิ้งได้ ระบบสร้างใหม่เอง`,
    en: `The file ${file} does not hold snapshots. It may be deleted; it is made again.`,
  }),
};

/**
 * Makes the tables of an empty file, or checks that an old one is of this kind and brings its tables to this version as
 * {@link upgradeTables} does; answers what was decided when it was made.
 * @throws SqliteRefused where the file is of another kind, was written by a newer program, or cannot be brought to this version
 */
export function prepareFormat(
  db: Database.Database,
  path: string,
  { kind, version, tables, meta: decided, upgrades = {} }: FileFormat,
  { keepsCopy = kind === 'events' }: { readonly keepsCopy?: boolean } = {},
): ReadonlyMap<string, string> {
  if (!db.readonly) db.transaction(() => createWhereEmpty(db, { kind, version, tables, meta: decided })).immediate();
  const hasMeta = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined;
  const rows = hasMeta ? db.prepare<[], [string, string]>('SELECT key, value FROM meta').raw().all() : [];
  const meta = new Map(rows);
  if (meta.get('kind') !== kind) throw new SqliteRefused(holdsNot[kind](basename(path)));
  upgradeTables(db, path, { version, upgrades, keepsCopy });
  return meta;
}

/**
 * Brings the tables of a file to a version, all steps in one transaction: it has the old tables or the new ones, whatever happens.
 * A file opened for reading is only looked at.
 * @throws SqliteRefused where the file is newer, a step is missing, or the disk has too little room; the file is then as it was
 */
export function upgradeTables(
  db: Database.Database,
  path: string,
  { version, upgrades, keepsCopy, freeBytes }: UpgradePlan,
): void {
  const file = basename(path);
  const found = formatVersionOf(db);
  if (found > version) {
    throw new SqliteRefused({
      th: `ไฟล์ ${file} เป็นรูปแบบรุ่น ${found} ใหม่กว่ารุ่น ${version} ที่โปรแกรมนี้รู้จัก โปรดใช้ Faemban รุ่นใหม่กว่า`,
      en: `The file ${file} has format version ${found}, newer than version ${version} of this program. Use a newer Faemban.`,
    });
  }
  if (found === version) return;
  const steps = Array.from({ length: version - found }, (_, step) => upgrades[found + step]);
  if (db.readonly || steps.includes(undefined)) {
    throw new SqliteRefused({
      th: `ไฟล์ ${file} เป็นรูปแบบรุ่น ${found} เก่ากว่ารุ่น ${version} ของโปรแกรมนี้ โปรดเปิดด้วย Faemban รุ่นนี้แบบเขียนได้หนึ่งครั้งเพื่อปรับรุ่น`,
      en: `The file ${file} has format version ${found}, older than version ${version} of this program. Start this Faemban on it once, so that it is brought up to date.`,
    });
  }
  // A step may write everything anew: once into the write-ahead log, and once more into the file.
  const bytes = statSync(path).size;
  const folder = dirname(path);
  requireRoom(folder, bytes * (keepsCopy ? 3 : 2), freeBytes ?? freeBytesOf(folder));
  if (keepsCopy) keepCopy(db, path);
  db.transaction(() => {
    // Another connection may have been quicker.
    const from = formatVersionOf(db);
    for (const step of steps.slice(from - found)) db.exec(step ?? '');
    db.pragma(`user_version = ${version}`);
  }).immediate();
}

/** The version of a file's tables. */
export function formatVersionOf(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** A copy as it was before an upgrade; an unfinished one of an earlier attempt is made again. */
function keepCopy(db: Database.Database, path: string): void {
  const copy = `${path}.before-upgrade`;
  rmSync(`${copy}.part`, { force: true });
  try {
    db.prepare('VACUUM INTO ?').run(`${copy}.part`);
    flush(`${copy}.part`);
  } catch (error) {
    rmSync(`${copy}.part`, { force: true });
    throw error;
  }
  if (existsSync(copy)) rmSync(copy);
  renameSync(`${copy}.part`, copy);
}

function createWhereEmpty(db: Database.Database, { kind, version, tables, meta }: FileFormat): void {
  if (db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) return;
  db.exec('CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  db.exec(tables);
  const insert = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
  for (const [key, value] of Object.entries({ kind, ...meta })) insert.run(key, value);
  db.pragma(`user_version = ${version}`);
}
