import { createStandalone, keepHeapSmall } from '@faemban/standalone';

/**
 * The system under test in a process of its own, with a clock that can be moved. It is told what to do by messages and answers:
 * `{ start }` → `{ url }`, `{ shiftMs }` moves its clock, `{ settle }` → `{ settled }`, `{ measure }` → `{ peakRssMb, cpuSeconds }`, `{ stop }` → exit.
 */
export type Order =
  | { readonly start: { readonly dataDir: string; readonly nowMs: number } }
  | { readonly shiftMs: number }
  | { readonly settle: true }
  | { readonly measure: true }
  | { readonly stop: true };

/** What the system answers to an order. */
export interface Answer {
  readonly url?: string;
  readonly settled?: true;
  readonly shifted?: true;
  readonly peakRssMb?: number;
  readonly cpuSeconds?: number;
  readonly stopped?: true;
  readonly failed?: string;
}

keepHeapSmall();
let offsetMs = 0;
let system: Awaited<ReturnType<typeof createStandalone>> | undefined;

async function obey(order: Order): Promise<Answer> {
  if ('start' in order) {
    offsetMs = order.start.nowMs - Date.now();
    system = await createStandalone({ dataDir: order.start.dataDir, port: 0 }, { clock: () => Date.now() + offsetMs });
    await system.start();
    return { url: system.url };
  }
  if ('shiftMs' in order) {
    offsetMs += order.shiftMs;
    return { shifted: true };
  }
  if ('settle' in order) {
    await system?.settled();
    return { settled: true };
  }
  if ('measure' in order) {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    return { peakRssMb: Math.round(maxRSS / 1024), cpuSeconds: Math.round((userCPUTime + systemCPUTime) / 1e5) / 10 };
  }
  await system?.stop();
  return { stopped: true };
}

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer, () => answer.stopped && process.exit(0)),
    (error: unknown) =>
      process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
