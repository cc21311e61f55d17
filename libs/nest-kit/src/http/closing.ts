import type { Server } from 'node:http';

/** How long a stop waits for requests and batches under way before it cuts them off, in milliseconds. */
export const drainMsMaxDefault = 10_000;
/** How long it waits for the end once connections were cut, in milliseconds. */
const cutMsMax = 2000;

/**
 * How a stop went: `drained` in time; `cut` when connections still open at the limit were closed; `abandoned` when something was still at
 * work after that, which the next start repeats.
 */
export type Stopped = 'drained' | 'cut' | 'abandoned';

/** Waits for what is closing; after the limit, connections of the server that are still open are cut so that it can end. */
export async function closeWithin(drainMsMax: number, closing: Promise<unknown>, server: Server): Promise<Stopped> {
  const closed = closing.then(() => 'drained' as const);
  const inTime = await within(drainMsMax, closed);
  if (inTime !== undefined) return inTime;
  server.closeAllConnections();
  return (await within(cutMsMax, closed)) === undefined ? 'abandoned' : 'cut';
}

/** The promise's value, or undefined when it takes longer than `ms`. */
async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  const limit = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => limit.resolve(undefined), ms);
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
