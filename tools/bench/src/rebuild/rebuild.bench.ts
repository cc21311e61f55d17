import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mpiScoringReadModels } from '@faemban/mpi-scoring';
import { reportingReadModels } from '@faemban/reporting';
import { asViewShape } from '@faemban/event-sourcing';
import { exponentOf } from '../growth';
import { makeLog } from '../made-log';
import { round } from '../measure';
import { withPeakRss } from '../memory';
import type { BenchResult } from '../result';
import { documentsOf, rebuildInThisThread } from './in-this-thread';
import { scanAndParse } from './scan-and-parse';

/** Households at 1×, 4× and 16×. */
const sizes = [2_500, 10_000, 40_000];
const documents = [...mpiScoringReadModels.views, ...reportingReadModels.views];
const tallies = reportingReadModels.tallies;

/**
 * Every read model made anew by one thread, beside reading and parsing the same events and nothing else; at three sizes, or over the
 * events of an installation.
 * @param eventsFile an events file to read instead of made ones; it is copied, and must not be in use
 */
export async function benchRebuild(eventsFile?: string): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  try {
    const logs: { file: string; label: string }[] = [];
    if (eventsFile === undefined) {
      for (const size of sizes) {
        const into = mkdtempSync(join(folder, 'log-'));
        logs.push({ file: await makeLog(into, size), label: `${size.toLocaleString('en-US')} households` });
      }
    } else {
      copyFileSync(eventsFile, join(folder, 'events.sqlite'));
      logs.push({ file: join(folder, 'events.sqlite'), label: 'the installation named' });
    }
    const results: BenchResult[] = [];
    for (const view of documents) results.push(await measured(view, logs, 'document'));
    for (const tally of tallies) results.push(await measured(tally, logs, 'tally'));
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(
  readModel: (typeof documents)[number] | (typeof tallies)[number],
  logs: readonly { readonly file: string; readonly label: string }[],
  kind: 'document' | 'tally',
): Promise<BenchResult> {
  const { contexts } = asViewShape(readModel);
  const works: { size: number; seconds: number }[] = [];
  let ours = { events: 0, seconds: 0, rows: 0 };
  let floor = { events: 0, seconds: 0 };
  let peakRssMb = 0;
  for (const { file } of logs) {
    // Once unmeasured: the page cache and the compiler are then warm for both.
    floor = scanAndParse(file, contexts);
    floor = scanAndParse(file, contexts);
    const measuring = await withPeakRss(() => rebuildInThisThread(file, readModel));
    ours = measuring.result;
    peakRssMb = Math.max(peakRssMb, measuring.peakRssMb);
    works.push({ size: ours.events, seconds: ours.seconds });
  }
  const last = logs.at(-1);
  const asDocuments =
    kind === 'tally' && last ? await rebuildInThisThread(last.file, documentsOf(readModel)) : undefined;
  const rate = ({ events, seconds }: { events: number; seconds: number }): number => Math.round(events / seconds);
  const compared = asDocuments ?? floor;
  return {
    work: `rebuild-${readModel.name}`,
    unit: `every event of its contexts folded and written by one thread, synchronous=NORMAL; ${logs.map(({ label }) => label).join(', ')}; figures of the last`,
    ours: {
      events: ours.events,
      rows: ours.rows,
      seconds: round(ours.seconds),
      eventsPerSecond: rate(ours),
      peakRssMb,
      ...(works.length > 1 ? { exponent: exponentOf(works) } : {}),
    },
    floor: {
      what: asDocuments
        ? 'the same fold without counting: its slices written as documents'
        : 'scan and JSON.parse of the same events, in the same thread',
      figures: {
        eventsPerSecond: rate(compared),
        ...(asDocuments ? { scanAndParseEventsPerSecond: rate(floor) } : {}),
      },
    },
    ratio: round(rate(ours) / rate(compared)),
    aim: kind === 'tally' ? '≥ 0.8 × its document fold' : '≥ 0.55 × scan + parse; peak RSS ≤ 600 MB',
  };
}
