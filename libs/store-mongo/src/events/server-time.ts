import type { mongo } from 'mongoose';
import { helloOf } from '../connection/capabilities';
import { withDatabase } from '../failures';

/** The server is asked for its time so often, in milliseconds; in between its time goes on as this machine's steady clock does. */
const askedEveryMs = 1_000;

/**
 * The server's own time, in milliseconds since 1970, asked for now and then: a clock of this machine that jumps is found out at once, one of
 * the server's a moment later. @throws DatabaseUnavailable
 */
export function followedServerTime(db: mongo.Db): () => Promise<number> {
  let known: { readonly time: number; readonly at: number } | undefined;
  return async () => {
    const now = performance.now();
    if (known !== undefined && now - known.at < askedEveryMs) return known.time + now - known.at;
    const { localTime } = await withDatabase(() => helloOf(db));
    if (!(localTime instanceof Date)) throw new Error('the server does not tell its time');
    known = { time: localTime.getTime(), at: performance.now() };
    return known.time;
  };
}
