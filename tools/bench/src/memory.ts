const lookEveryMs = 20;

/** Runs work and answers the highest resident memory of this process meanwhile, in MiB, looked at every 20 ms. */
export async function withPeakRss<Result>(work: () => Promise<Result>): Promise<{ result: Result; peakRssMb: number }> {
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), lookEveryMs);
  try {
    const result = await work();
    peak = Math.max(peak, process.memoryUsage.rss());
    return { result, peakRssMb: Math.round(peak / 1024 / 1024) };
  } finally {
    clearInterval(timer);
  }
}
