import { createRequire } from 'node:module';
import type { EventLog } from '@faemban/event-sourcing';

/** Erases in a folder of keys whom events say to have been erased, as when an older copy of the keys was put back. Answers how many. */
export async function eraseAgainIn(keysFolder: string, log: EventLog): Promise<number> {
  // Brings a whole service along, which no other command needs. Node's own `import` finds no names in CommonJS packages.
  const vault = createRequire(__filename)(
    '@faemban/identity-verification',
  ) as typeof import('@faemban/identity-verification');
  return vault.eraseAgain(keysFolder, await vault.personsErased(log));
}
