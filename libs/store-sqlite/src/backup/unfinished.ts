import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteRefused } from '../failures';
import { eventsName, flushFolder, keysName } from './folder-files';

/** What is being restored or imported stands in here until it is complete. */
const unfinishedName = 'restoring.part';

/**
 * Makes the folder in which a restore or an import stands until it is complete, and removes what an earlier one left, which never got
 * its events. To be called with the lock of the data folder and after {@link requireOnlyKeys}.
 */
export function beginIn(folder: string): string {
  for (const name of readdirSync(folder).filter((name) => !isKept(name)))
    rmSync(join(folder, name), { recursive: true });
  const beside = join(folder, unfinishedName);
  mkdirSync(beside, { mode: 0o700 });
  return beside;
}

/** Does what comes before anything is put in its place; where that fails, the folder is as it was. */
export async function removedOnFailure<Result>(beside: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
}

/** Puts what is complete in its place; the events last: without them the folder is no installation yet, and the restore can be repeated. */
export function putInPlace(beside: string, to: string): void {
  for (const name of readdirSync(beside).filter((name) => name !== eventsName)) {
    rmSync(join(to, name), { recursive: true, force: true });
    renameSync(join(beside, name), join(to, name));
  }
  flushFolder(to);
  renameSync(join(beside, eventsName), join(to, eventsName));
  flushFolder(to);
  rmSync(beside, { recursive: true });
}

/** @throws SqliteRefused where a folder has more than keys, or what an unfinished restore left */
export function requireOnlyKeys(folder: string): void {
  const others = readdirSync(folder).filter((name) => !isKept(name));
  const isUnfinished = others.includes(unfinishedName) && !existsSync(join(folder, eventsName));
  if (others.length === 0 || isUnfinished) return;
  throw new SqliteRefused({
    th: `โฟลเดอร์ ${folder} มีข้อมูลอยู่แล้ว โปรดใช้โฟลเดอร์ใหม่ หรือโฟลเดอร์ที่มีเฉพาะ keys/`,
    en: `The folder ${folder} has data already. Use a new folder, or one that has only keys/.`,
  });
}

/** @throws SqliteRefused where a restore or an import into this folder was begun and not finished, so that it is no installation yet */
export function requireNoneUnfinished(folder: string): void {
  if (!existsSync(join(folder, unfinishedName)) || existsSync(join(folder, eventsName))) return;
  throw new SqliteRefused({
    th: `การกู้คืนลงโฟลเดอร์ ${folder} ยังไม่เสร็จ โปรดสั่ง faemban restore หรือ import-log ชุดเดิมอีกครั้ง`,
    en: `A restore into ${folder} was begun and not finished. Repeat the same faemban restore or import-log.`,
  });
}

/** Keys and locks are never touched. */
const isKept = (name: string): boolean => name === keysName || name.startsWith('faemban.lock');
