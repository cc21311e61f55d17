import { setImmediate as nextTurn } from 'node:timers/promises';

/** Work on the HTTP thread rests after this long, so that other requests are answered in between. */
export const sliceMsMax = 8;

/** Runs work that yields often, resting whenever a slice of time is over. */
export async function inSlices<Result>(work: Generator<void, Result>): Promise<Result> {
  let begun = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - begun < sliceMsMax) continue;
    await nextTurn();
    begun = performance.now();
  }
}
