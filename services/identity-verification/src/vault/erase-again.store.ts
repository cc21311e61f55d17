import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog } from '@faemban/event-sourcing';
import { openSqlite } from '@faemban/store-sqlite';

const pageEvents = 1_000;

/** The persons whom a log says to have been erased. */
export async function personsErased(log: EventLog): Promise<readonly string[]> {
  const erased: string[] = [];
  for (const { partition, seq } of await log.heads('identity-verification')) {
    for (let after = 0; after < seq; after += pageEvents) {
      const places = await log.places('identity-verification', partition, after, pageEvents);
      for (const place of places.filter(({ type }) => type === 'PersonErased')) {
        const [event] = await log.read('identity-verification', partition, place.seq - 1, 1);
        if (event?.type === 'PersonErased') erased.push((event.data as { readonly personId: string }).personId);
      }
    }
  }
  return erased;
}

/**
 * Destroys the secrets of persons in keys that nobody uses yet, e.g. those that were brought back from an older copy. Answers how many
 * of them were there. Their sealed data can be read by nobody afterwards.
 */
export function eraseAgain(keysFolder: string, personIds: Iterable<string>): number {
  const file = join(keysFolder, 'identity-verification.sqlite');
  if (!existsSync(file)) return 0;
  const keys = openSqlite(file, 'private');
  try {
    const hasIdentities = keys.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'identities'").get() !== undefined;
    if (!hasIdentities) return 0;
    // Files of an earlier version do not have it. What is in it, the vault never takes in again under the same id.
    keys.exec('CREATE TABLE IF NOT EXISTS erased (person TEXT PRIMARY KEY) WITHOUT ROWID, STRICT');
    const erase = keys.prepare('DELETE FROM identities WHERE person = ?');
    const note = keys.prepare('INSERT OR IGNORE INTO erased (person) VALUES (?)');
    const erased = keys.transaction(() => {
      let count = 0;
      for (const personId of personIds) {
        count += erase.run(personId).changes;
        note.run(personId);
      }
      return count;
    })();
    keys.pragma('wal_checkpoint(TRUNCATE)');
    return erased;
  } finally {
    keys.close();
  }
}
