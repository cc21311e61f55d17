import { existsSync } from 'node:fs';
import { openSqlite } from '@faemban/store-sqlite';

/**
 * Destroys the secrets of persons in a keys file that is not in use, e.g. one that was brought back from an older copy. Answers how many
 * of them were there. Their sealed data can be read by nobody afterwards.
 */
export function eraseAgain(keysFile: string, personIds: Iterable<string>): number {
  if (!existsSync(keysFile)) return 0;
  const keys = openSqlite(keysFile, 'private');
  try {
    const erase = keys.prepare('DELETE FROM identities WHERE person = ?');
    const erased = keys.transaction(() => {
      let count = 0;
      for (const personId of personIds) count += erase.run(personId).changes;
      return count;
    })();
    keys.pragma('wal_checkpoint(TRUNCATE)');
    return erased;
  } finally {
    keys.close();
  }
}
