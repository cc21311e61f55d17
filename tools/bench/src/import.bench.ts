import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accept, System } from '@faemban/acceptance';
import { Client, uploadImport } from '@faemban/cli';
import { generateFromFigures } from '@faemban/population';
import { parse } from 'csv-parse';
import { round } from './measure';
import type { BenchResult } from './result';

const now = Date.UTC(2018, 9, 1, 5);

/** A district through the whole system, by stage; the floor is csv-parse reading the same file. Then the idle system over that data. */
export async function benchImport(tpmap: string | undefined, whole: boolean): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  try {
    const results: BenchResult[] = [];
    if (tpmap !== undefined && existsSync(tpmap)) {
      const { stageSeconds, seconds, peakRssMb, cpuSeconds, events, cells, differences } = await accept({
        tpmap,
        province: '84',
        ...(whole ? {} : { district: '8417' }),
        visible: true,
      });
      results.push({
        work: 'import',
        unit: whole
          ? 'province 84: 205,120 households, 558,163 members'
          : 'district 8417: 22,724 households, 63,831 members',
        ours: {
          seconds,
          peakRssMb,
          cpuSeconds,
          events,
          eventsPerSecond: Math.round(events / seconds),
          cells,
          differences,
          ...stageSeconds,
        },
        aim: 'province ≤ 120 s hoped for; RSS ≤ 1 GB',
      });
    }
    await generateFromFigures({ district: '8417', out: folder, seed: 1 });
    results.push(await csvFloor(join(folder, 'members.csv')), await idle(folder));
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function csvFloor(file: string): Promise<BenchResult> {
  const begun = performance.now();
  let rows = 0;
  for await (const _ of createReadStream(file).pipe(parse())) rows += 1;
  const seconds = (performance.now() - begun) / 1000;
  return {
    work: 'csv-parse-alone',
    unit: 'members of a district, rows',
    ours: {
      seconds: round(seconds),
      rows,
      rowsPerSecond: Math.round(rows / seconds),
      megabytes: round(statSync(file).size / 1e6),
    },
  };
}

async function idle(folder: string): Promise<BenchResult> {
  const dataDir = join(folder, 'data');
  const first = await System.start(dataDir, now);
  const uploader = new Client({ url: first.url, operator: 'somchai' });
  const { importId } = await uploadImport(uploader, {
    kind: 'bmn-survey',
    source: 'cdd-bmn',
    round: 2561,
    files: { households: join(folder, 'households.csv'), members: join(folder, 'members.csv') },
  });
  const approver = new Client({ url: first.url, operator: 'malee' });
  await approver.post(`/imports/${importId}/approval`);
  await approver.waitForImport(importId, ({ state }) => state === 'applied');
  await first.settled();
  await first.stop();
  const begun = performance.now();
  const second = await System.start(dataDir, now);
  await second.settled();
  const readySeconds = (performance.now() - begun) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { peakRssMb } = await second.measure();
  await second.stop();
  return {
    work: 'idle',
    unit: 'the system started over a district (22,724 households), peak RSS 2 s later',
    ours: { readySeconds: round(readySeconds), peakRssMb },
    aim: '≤ 5 s to ready, ≤ 400 MB RSS',
  };
}
