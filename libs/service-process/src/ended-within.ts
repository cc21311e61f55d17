import { setTimeout as delay } from 'node:timers/promises';

/** Waits until something has ended, at most so long, in milliseconds; answers whether it has. @throws what it throws in that time */
export async function endedWithin(msMax: number, ending: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const late = delay(msMax, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([ending.then(() => true), late]);
  } finally {
    over.abort();
  }
}
