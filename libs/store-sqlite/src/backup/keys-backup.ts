import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { SqliteRefused } from '../failures';
import { requireNew } from './backup';
import { flush, flushFolder, keysName } from './folder-files';
import { asCopyFailure } from './room';
import { Snapshot } from './snapshot';

const leftOut = /(-wal|-shm|-journal|\.new|\.lock)$/;
const noteName = 'last-backup.json';

/**
 * Copies the keys of an installation, also of a running one. Whoever has them can read what they seal: keep few copies, for a short
 * time, apart from the backups of the data. To be made after each of those, so that no key is missing that the data needs.
 * @throws SqliteRefused where there are no keys, or the folder is not new or lies in the data folder
 */
export async function backupKeys(dataFolder: string, to: string): Promise<readonly string[]> {
  const [keys, target] = [join(resolve(dataFolder), keysName), resolve(to)];
  if (!existsSync(keys)) throw noKeys(keys);
  if (`${target}${sep}`.startsWith(`${resolve(dataFolder)}${sep}`)) throw insideData(target);
  requireNew(target);
  const names = readdirSync(keys).filter((name) => !leftOut.test(name));
  const beside = `${target}.part`;
  let path = keysName;
  try {
    rmSync(beside, { recursive: true, force: true });
    mkdirSync(beside, { recursive: true, mode: 0o700 });
    for (const name of names) {
      path = name;
      await copyKey(join(keys, name), join(beside, name));
    }
    flushFolder(beside);
    if (existsSync(target)) rmdirSync(target);
    renameSync(beside, target);
    flushFolder(dirname(target));
    return names;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw asCopyFailure(error, path, target);
  }
}

async function copyKey(from: string, to: string): Promise<void> {
  if (!from.endsWith('.sqlite')) {
    copyFileSync(from, to);
    flush(to);
    return;
  }
  const snapshot = Snapshot.of(from);
  try {
    await snapshot.copyTo(to, () => undefined);
  } finally {
    snapshot.close();
  }
}

/** Notes beside the keys that a backup was made, so that its age can be told. */
export function noteBackup(dataFolder: string, note: { readonly takenAt: string; readonly events: number }): void {
  const keys = join(dataFolder, keysName);
  if (existsSync(keys)) writeFileSync(join(keys, noteName), JSON.stringify(note), { mode: 0o600 });
}

/** When the last backup was taken, as noted beside the keys (milliseconds since 1970); undefined where none was, or the note is damaged. */
export function lastBackupMs(dataFolder: string): number | undefined {
  const file = join(dataFolder, keysName, noteName);
  if (!existsSync(file)) return undefined;
  try {
    const takenAtMs = Date.parse((JSON.parse(readFileSync(file, 'utf8')) as { takenAt: string }).takenAt);
    return Number.isNaN(takenAtMs) ? undefined : takenAtMs;
  } catch {
    return undefined;
  }
}

const noKeys = (folder: string): SqliteRefused =>
  new SqliteRefused({
    th: `ไม่มีกุญแจใน ${folder} โปรดระบุโฟลเดอร์ข้อมูลด้วย --data`,
    en: `There are no keys in ${folder}. Name the data folder with --data.`,
  });
const insideData = (folder: string): SqliteRefused =>
  new SqliteRefused({
    th: `โฟลเดอร์ ${folder} อยู่ในโฟลเดอร์ข้อมูลเอง โปรดเลือกที่อื่น แยกจากข้อมูลสำรองของข้อมูล`,
    en: `The folder ${folder} lies inside the data folder. Choose another place, apart from the backups of the data.`,
  });
