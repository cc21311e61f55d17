import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flushFolder } from './backup/folder-files';
import { SqliteRefused } from './failures';

/** The file that marks a data folder as moved elsewhere. */
export const migratedName = 'migrated.json';

/** Where the events of a data folder went. */
export interface MigratedMark {
  readonly installation: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Address of the server, without credentials. */
  readonly server: string;
  /** What the names of the databases begin with. */
  readonly databasePrefix: string;
  readonly events: number;
}

/** The mark of a data folder; undefined where it has none. @throws SqliteRefused where it cannot be read */
export function readMigratedMark(folder: string): MigratedMark | undefined {
  const file = join(folder, migratedName);
  if (!existsSync(file)) return undefined;
  try {
    const mark = JSON.parse(readFileSync(file, 'utf8')) as Partial<MigratedMark>;
    if (typeof mark.server === 'string' && typeof mark.databasePrefix === 'string') return mark as MigratedMark;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new SqliteRefused({
    th: `อ่านไฟล์ ${migratedName} ของโฟลเดอร์ข้อมูลไม่ได้ โฟลเดอร์นี้ถูกย้ายไประบบกระจายแล้ว โปรดใช้ระบบนั้น หรือลบไฟล์นี้เพื่อกลับมาใช้โฟลเดอร์นี้ โดยสิ่งที่บันทึกหลังย้ายจะไม่มีที่นี่`,
    en: `The file ${migratedName} of this data folder cannot be read. The folder was migrated to the distributed profile: use that, or remove the file to go back to this folder, which lacks whatever was recorded since.`,
  });
}

/** Marks a data folder, on the disk before it answers. */
export function writeMigratedMark(folder: string, mark: MigratedMark): void {
  const file = join(folder, migratedName);
  writeFileSync(`${file}.new`, `${JSON.stringify(mark, undefined, 2)}\n`, { flush: true });
  renameSync(`${file}.new`, file);
  flushFolder(folder);
}

/** Checks that a data folder is still the one in use. @throws SqliteRefused naming where its events went, and how to go back */
export function requireNotMigrated(folder: string): void {
  const mark = readMigratedMark(folder);
  if (mark === undefined) return;
  const databases = `${mark.server} (${mark.databasePrefix}-…)`;
  throw new SqliteRefused({
    th: `ข้อมูลของโฟลเดอร์นี้ย้ายไปที่ ${databases} เมื่อ ${mark.at} โปรดใช้ระบบที่นั่น ถ้าต้องการกลับมาใช้โฟลเดอร์นี้ ให้หยุดระบบที่นั่นแล้วลบไฟล์ ${migratedName} สิ่งที่บันทึกหลังย้ายจะไม่มีที่นี่`,
    en: `This folder's data was migrated to ${databases} on ${mark.at}. Use the system there. To go back to this folder, stop that system and remove the file ${migratedName}; what was recorded there since is not here.`,
  });
}
