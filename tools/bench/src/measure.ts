/** What was measured of one piece of work over several runs. Times in milliseconds, rates per second. */
export interface Measured {
  readonly runs: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** The q-quantile of sorted numbers, by the nearest rank. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Sums up single latencies (ms) and the wall time they took together (ms). */
export function measured(latenciesMs: readonly number[], wallMs: number): Measured {
  const sorted = [...latenciesMs].sort((left, right) => left - right);
  return {
    runs: latenciesMs.length,
    perSecond: Math.round(latenciesMs.length / (wallMs / 1000)),
    p50Ms: round(quantile(sorted, 0.5)),
    p95Ms: round(quantile(sorted, 0.95)),
    p99Ms: round(quantile(sorted, 0.99)),
  };
}

/** Three significant decimals are all that a shared machine can mean. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Runs `work` `warmUp` times uncounted, then `runs` times, one after another. */
export async function repeat(
  work: (at: number) => unknown,
  { warmUp, runs }: { warmUp: number; runs: number },
): Promise<Measured> {
  for (let at = 0; at < warmUp; at += 1) await work(at);
  const latencies: number[] = [];
  const begun = performance.now();
  for (let at = 0; at < runs; at += 1) {
    const start = performance.now();
    await work(warmUp + at);
    latencies.push(performance.now() - start);
  }
  return measured(latencies, performance.now() - begun);
}
