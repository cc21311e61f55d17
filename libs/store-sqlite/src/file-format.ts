import { basename } from 'node:path';
import type Database from 'better-sqlite3';
import type { Sentence } from '@faemban/event-sourcing';
import { SqliteRefused } from './failures';

/** What a file of ours holds, and in which version of its tables. */
export interface FileFormat {
  readonly kind: 'events' | 'views';
  readonly version: number;
  /** SQL that makes the tables of an empty file. */
  readonly tables: string;
  /** What is decided once, when the file is made. */
  readonly meta: Readonly<Record<string, string>>;
  /** SQL that brings a file to the next version, by the version it has. */
  readonly upgrades?: Readonly<Record<number, string>>;
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
};

/**
 * Makes the tables of an empty file, or checks that an old one is of this kind and brings its tables to this version, in one
 * transaction; answers what was decided when it was made.
 * @throws SqliteRefused where the file is of another kind, was written by a newer program, or is too old
 */
export function prepareFormat(db: Database.Database, path: string, format: FileFormat): ReadonlyMap<string, string> {
  const file = basename(path);
  if (!db.readonly) db.transaction(() => createWhereEmpty(db, format)).immediate();
  const hasMeta = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== undefined;
  const rows = hasMeta ? db.prepare<[], [string, string]>('SELECT key, value FROM meta').raw().all() : [];
  const meta = new Map(rows);
  if (meta.get('kind') !== format.kind) throw new SqliteRefused(holdsNot[format.kind](file));
  if (!db.readonly) db.transaction(() => upgrade(db, format)).immediate();
  const found = formatVersionOf(db);
  if (found > format.version) {
    throw new SqliteRefused({
      th: `ไฟล์ ${file} เป็นรูปแบบรุ่น ${found} ใหม่กว่ารุ่น ${format.version} ที่โปรแกรมนี้รู้จัก โปรดใช้ Faemban รุ่นใหม่กว่า`,
      en: `The file ${file} has format version ${found}, newer than version ${format.version} of this program. Use a newer Faemban.`,
    });
  }
  if (found < format.version) {
    throw new SqliteRefused({
      th: `ไฟล์ ${file} เป็นรูปแบบรุ่น ${found} เก่ากว่ารุ่น ${format.version} ของโปรแกรมนี้ โปรดเปิดด้วย Faemban รุ่นนี้แบบเขียนได้หนึ่งครั้งเพื่อปรับรุ่น`,
      en: `The file ${file} has format version ${found}, older than version ${format.version} of this program. Start this Faemban on it once, so that it is brought up to date.`,
    });
  }
  return meta;
}

/** The version of a file's tables. */
export function formatVersionOf(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

function createWhereEmpty(db: Database.Database, { kind, version, tables, meta }: FileFormat): void {
  if (db.prepare('SELECT 1 FROM sqlite_schema').get() !== undefined) return;
  db.exec('CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID');
  db.exec(tables);
  const insert = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
  for (const [key, value] of Object.entries({ kind, ...meta })) insert.run(key, value);
  db.pragma(`user_version = ${version}`);
}

function upgrade(db: Database.Database, { version, upgrades = {} }: FileFormat): void {
  for (let found = formatVersionOf(db); found < version; found += 1) {
    const sql = upgrades[found];
    if (sql === undefined) return;
    db.exec(sql);
    db.pragma(`user_version = ${found + 1}`);
  }
}
