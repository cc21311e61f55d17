import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { requireEmpty } from './backup';

const leftOut = /(-wal|-shm|-journal|\.new)$/;

/**
 * Copies the keys of an installation. Whoever has them can read what they seal, and an old copy brings back the keys of persons who were
 * erased since: keep few copies, for a short time, apart from the backups of the data.
 * @throws SqliteRefused where the folder is not empty
 */
export function backupKeys(dataFolder: string, to: string): readonly string[] {
  requireEmpty(to);
  mkdirSync(to, { recursive: true, mode: 0o700 });
  const keys = join(dataFolder, 'keys');
  const names = existsSync(keys) ? readdirSync(keys).filter((name) => !leftOut.test(name)) : [];
  for (const name of names) {
    if (name.endsWith('.sqlite')) {
      const db = new Database(join(keys, name), { readonly: true, timeout: 30_000 });
      try {
        db.prepare('VACUUM INTO ?').run(join(to, name));
      } finally {
        db.close();
      }
    } else {
      copyFileSync(join(keys, name), join(to, name));
    }
  }
  return names;
}

/** Notes beside the keys that a backup was made, so that its age can be told. */
export function noteBackup(dataFolder: string, note: { readonly takenAt: string; readonly events: number }): void {
  const keys = join(dataFolder, 'keys');
  if (existsSync(keys)) writeFileSync(join(keys, 'last-backup.json'), JSON.stringify(note), { mode: 0o600 });
}
