import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Signer } from '@faemban/event-sourcing';
import { lockDataFolder, openSigningKeys, SqliteRefused } from '@faemban/store-sqlite';

const attemptsMax = 100;
const pauseMs = 100;

/**
 * Opens the keys that all processes of a service sign with. Where there are none, one process makes them and the others wait for it;
 * a folder that has them may be read-only.
 * @throws SqliteRefused where they cannot be read or made
 */
export async function openSharedSigningKeys(
  keysDir: string,
  made: { readonly name: string; readonly createdAt: string },
): Promise<Signer> {
  const file = join(keysDir, 'signing-keys.json');
  for (let attempt = 1; !existsSync(file); attempt += 1) {
    mkdirSync(keysDir, { recursive: true, mode: 0o700 });
    try {
      const lock = lockDataFolder(keysDir);
      try {
        return openSigningKeys(file, made);
      } finally {
        lock.release();
      }
    } catch (error) {
      if (!(error instanceof SqliteRefused) || attempt === attemptsMax) throw error;
      await delay(pauseMs);
    }
  }
  return openSigningKeys(file, made);
}
