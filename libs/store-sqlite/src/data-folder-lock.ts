import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Sentence } from '@faemban/event-sourcing';
import { isSqliteError, SqliteRefused } from './failures';

/** A lock that this process holds until it releases it or ends, however it ends. */
export interface HeldLock {
  release(): void;
}

/** The file whose lock is that of its folder. */
export const lockName = 'faemban.lock';

/**
 * Takes a data folder for this process, made if it is not there. The operating system holds the lock (an exclusively locked, empty
 * SQLite file), so nothing stale is left when a process is killed.
 * @throws SqliteRefused where another process has the folder, or it cannot be written
 */
export function lockDataFolder(folder: string): HeldLock {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new SqliteRefused(notWritable(folder), { cause });
  }
  return holdLock(join(folder, lockName), {
    busy: {
      th: `Faemban อีกโปรเซสหนึ่งใช้โฟลเดอร์ข้อมูล ${folder} อยู่ โปรดหยุดโปรเซสนั้นก่อน หรือเลือกโฟลเดอร์อื่นด้วย --data`,
      en: `Another Faemban process is using the data folder ${folder}. Stop it first, or choose another folder with --data.`,
    },
    notWritable: notWritable(folder),
  });
}

/** Whether a process has a data folder locked; nothing is written to find out. */
export function isFolderLocked(folder: string): boolean {
  let db: Database.Database | undefined;
  try {
    db = new Database(join(folder, lockName), { readonly: true, fileMustExist: true, timeout: 0 });
    db.prepare('SELECT 1 FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (isSqliteError(error)) return error.code.startsWith('SQLITE_BUSY');
    throw error;
  } finally {
    db?.close();
  }
}

/** Locks one file for this process. @throws SqliteRefused with the sentence that fits */
export function holdLock(
  file: string,
  sentences: { readonly busy: Sentence; readonly notWritable: Sentence },
): HeldLock {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { timeout: 0 });
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db?.close();
    if (!isSqliteError(error)) throw error;
    const busy = error.code.startsWith('SQLITE_BUSY');
    throw new SqliteRefused(busy ? sentences.busy : sentences.notWritable, { cause: error });
  }
  const held = db;
  return {
    release() {
      held.close();
    },
  };
}

function notWritable(folder: string): Sentence {
  return {
    th: `เขียนในโฟลเดอร์ข้อมูล ${folder} ไม่ได้ โปรดแก้ไขสิทธิ์ของโฟลเดอร์ หรือเลือกโฟลเดอร์อื่นด้วย --data`,
    en: `The data folder ${folder} cannot be written. Correct its permissions, or choose another folder with --data.`,
  };
}
