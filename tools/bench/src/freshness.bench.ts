import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asViewShape, vectorKey } from '@faemban/event-sourcing';
import { reportingReadModels } from '@faemban/reporting';
import { openEmbeddedPlatform } from '@faemban/standalone';
import { measured } from './measure';
import { appendOf } from './ours';
import type { BenchResult } from './result';

const eventsPerSecond = 500;
const seconds = 10;
const warmUpSeconds = 2;
const lookEveryMs = 1;

/**
 * How long an event takes from its append being asked for until the read model in its thread has applied it, at a steady 500 events a
 * second: the embedded platform as it is run, looked at every millisecond through the view's own checkpoint.
 */
export async function benchFreshness(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  const embedded = await openEmbeddedPlatform({ dataDir: folder, clock: Date.now, partitionCount: 32 });
  try {
    const { platform } = embedded;
    const view = reportingReadModels.views[0];
    const handle = await platform.views('reporting').views.open(asViewShape(view));
    const runner = platform.runnerElsewhere?.('reporting', view.name);
    if (runner === undefined) throw new Error('The embedded platform keeps the read models of reporting elsewhere.');
    await runner.start();
    const store = platform.store('ingestion');
    const waiting = new Map<string, { seq: number; askedAt: number }[]>();
    const latencies: number[] = [];
    let isDone = false;
    const looking = (async () => {
      for (; !isDone || waiting.size > 0; await new Promise((resolve) => setTimeout(resolve, lookEveryMs))) {
        if (waiting.size === 0) continue;
        const vector = await handle.checkpoint();
        const now = performance.now();
        for (const [key, events] of waiting) {
          const reached = vector[key] ?? 0;
          for (const { seq, askedAt } of events) if (seq <= reached) latencies.push(now - askedAt);
          const left = events.filter(({ seq }) => seq > reached);
          if (left.length === 0) waiting.delete(key);
          else waiting.set(key, left);
        }
      }
    })();
    const begun = performance.now();
    const asked: Promise<void>[] = [];
    for (let at = 0; at < eventsPerSecond * (warmUpSeconds + seconds); at += 1) {
      const dueMs = (at / eventsPerSecond) * 1000;
      const early = dueMs - (performance.now() - begun);
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      const askedAt = performance.now();
      asked.push(
        store.append(appendOf()).then(({ partition, lastSeq }) => {
          const key = vectorKey('ingestion', partition);
          waiting.set(key, [...(waiting.get(key) ?? []), { seq: lastSeq, askedAt }]);
        }),
      );
    }
    await Promise.all(asked);
    isDone = true;
    await looking;
    const took = performance.now() - begun;
    await runner.stop();
    const { p50Ms, p95Ms, p99Ms, runs } = measured(latencies.slice(eventsPerSecond * warmUpSeconds), took);
    return [
      {
        work: 'freshness',
        unit: `event asked to be recorded → applied by ${view.name} in its thread, ${eventsPerSecond} events/s for ${seconds} s, fsync; looked at every ${lookEveryMs} ms`,
        ours: { runs, p50Ms, p95Ms, p99Ms },
        aim: 'p99 ≤ 50 ms',
      },
    ];
  } finally {
    await embedded.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
