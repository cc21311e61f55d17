import { NotAvailable } from '@faemban/event-sourcing';
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { lockDataFolder, SqliteRefused, type HeldLock } from '@faemban/store-sqlite';
import type { Waiting } from './waiting';

const lookEveryMs = 500;

/** Another process holds the folder; it is waited for. */
class FolderInUse extends NotAvailable {
  override readonly name = 'FolderInUse';
}

/**
 * Takes the folder of a service's own files, below the data folder that services may share, for this process. Of several instances one has it; the others stand by here, and the next
 * takes it as soon as the operating system has let go of it, however its holder ended.
 * @throws SqliteRefused where the folder cannot be written
 */
export async function holdOwnFolder(ownFolder: string, waiting: Waiting): Promise<HeldLock> {
  mkdirSync(ownFolder, { recursive: true, mode: 0o700 });
  const sentence = {
    th: 'อีกโปรเซสหนึ่งของบริการนี้ถือไฟล์อยู่ โปรเซสนี้พร้อมรับช่วงต่อ',
    en: 'Another process of this service holds its files; this one stands by and takes over when it ends.',
  };
  return waiting.until(
    'files',
    sentence,
    async () => {
      for (let looks = 0; looks < 4; looks += 1) {
        const lock = tryLock(ownFolder);
        if (lock !== undefined) return lock;
        await delay(lookEveryMs);
      }
      throw new FolderInUse();
    },
    () => undefined,
  );
}

function tryLock(dataDir: string): HeldLock | undefined {
  try {
    return lockDataFolder(dataDir);
  } catch (error) {
    const cause = error instanceof SqliteRefused ? (error.cause as { code?: unknown } | undefined) : undefined;
    if (String(cause?.code).startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
}
