import { setTimeout as delay } from 'node:timers/promises';

/** Ending a connection may take so long, in milliseconds. */
export const disconnectMsMax = 2_000;

/** Waits until something has ended, well or not, at most so long, in milliseconds; what takes longer is left to itself. */
export async function endedWithin(msMax: number, ending: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const late = delay(msMax, undefined, { ref: false, signal: over.signal }).catch(() => undefined);
  await Promise.race([ending.catch(() => undefined), late]);
  over.abort();
}
