import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { householdScored } from '@faemban/contracts';
import {
  condense,
  createColumnScorer,
  figuresOf,
  ruleOf,
  runsOf,
  scoreColumns,
  ScoreRows,
  sumRange,
  takeSnapshot,
  type Columns,
  type SumTable,
} from '@faemban/mpi-scoring';
import { tpmap2561 } from '@faemban/reference-data';
import { repeat, round, type Measured } from './measure';
import type { BenchResult } from './result';

/** Surat Thani in 2561. */
const households = 205_120;
const persons = 558_163;
const villages = 1_266;
const scales = [1, 4, 16];
const seed = 2561;
const runs = { warmUp: 3, runs: 12 };
const half = 0.5;

/** Columns to the table of every area, what-if latency, and file to table, at 1, 4 and 16 provinces. */
export async function benchEngine(): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  const exponents = { table: [] as number[], whatIf: [] as number[] };
  for (const scale of scales) {
    const byPerson = drawColumns(persons * scale, villages * scale, () => 1);
    results.push(await allAreas(byPerson, scale, exponents.table));
    const random = drawNumbers(seed);
    const byHousehold = drawColumns(households * scale, villages * scale, () => 1 + Math.floor(random() * 4.44));
    results.push(await whatIf(byHousehold, scale, exponents.whatIf));
  }
  results.push(await fileToTable());
  results.push({
    work: 'engine-growth',
    unit: 'exponent of processor time over size, 1 to 16 provinces; 1 is linear',
    ours: { table: exponentOf(exponents.table), whatIf: exponentOf(exponents.whatIf) },
    aim: 'near 1',
  });
  return results;
}

/** Like {@link repeat}, with the processor time of a run: on a shared machine the wall clock says little. */
async function repeatWithCpu(work: () => unknown): Promise<Measured & { readonly cpuMs: number }> {
  for (let at = 0; at < runs.warmUp; at += 1) work();
  const before = process.cpuUsage();
  const figures = await repeat(work, { warmUp: 0, runs: runs.runs });
  const { user, system } = process.cpuUsage(before);
  return { ...figures, cpuMs: round((user + system) / 1000 / runs.runs) };
}

async function allAreas(columns: Columns, scale: number, times: number[]): Promise<BenchResult> {
  const { prepared, identification } = ruleOf(tpmap2561, { k: { num: 1, den: 10 } });
  let areas = 0;
  const ours = await repeatWithCpu(() => {
    const table = scoreColumns(createColumnScorer(prepared), identification, columns);
    areas = tableOf(table, columns);
  });
  const floor = await repeatWithCpu(() => {
    let sum = 0;
    const { deprived } = columns;
    for (let row = 0; row < deprived.length; row++) sum = (sum + (deprived[row] as number)) | 0;
    return sum;
  });
  times.push(ours.cpuMs);
  const rate = (ms: number): number => Math.round(columns.length / (ms / 1000));
  return {
    work: `engine-table-${scale}x`,
    unit: `${columns.length} rows of one person, 17 indicators, ${areas} areas of 4 levels, figures included; 5 % deprived an indicator`,
    ours: { ...ours, personsPerSecond: rate(ours.p50Ms), personsPerCpuSecond: rate(ours.cpuMs) },
    floor: {
      what: 'reading the deprived mask of every row and adding it up',
      figures: { ...floor, personsPerSecond: rate(floor.p50Ms), personsPerCpuSecond: rate(floor.cpuMs) },
    },
    ratio: round(floor.cpuMs / ours.cpuMs),
    aim: '≥ 5M persons/s from columns to all-area table',
  };
}

/** Sums of villages to figures of every level. */
function tableOf(table: SumTable, columns: Columns): number {
  let areas = 0;
  for (const digits of [2, 4, 6, 10]) {
    for (const { from, to } of runsOf(columns.areas, digits)) {
      figuresOf(table.layout, sumRange(table, from, to));
      areas += 1;
    }
  }
  return areas;
}

async function whatIf(columns: Columns, scale: number, times: number[]): Promise<BenchResult> {
  const begun = performance.now();
  const cube = condense(columns);
  const condenseMs = performance.now() - begun;
  let n = 0;
  const answer = (of: Columns) => () => {
    n += 1;
    const weights = { health: { num: 1 + (n % 40), den: 100 } };
    const { prepared, identification } = ruleOf(tpmap2561, { weights, k: { num: 1, den: 5 } });
    const table = scoreColumns(createColumnScorer(prepared), identification, of);
    for (const { from, to } of runsOf(of.areas, 4)) figuresOf(table.layout, sumRange(table, from, to));
  };
  const overCube = await repeatWithCpu(answer(cube));
  const overRows = await repeatWithCpu(answer(columns));
  times.push(overCube.cpuMs);
  return {
    work: `engine-what-if-${scale}x`,
    unit: `new weights and cut-off over ${columns.length} households to figures of every district`,
    ours: {
      ...overCube,
      patterns: cube.length,
      condenseMs: round(condenseMs),
      overRowsP50Ms: overRows.p50Ms,
      overRowsP99Ms: overRows.p99Ms,
      overRowsCpuMs: overRows.cpuMs,
    },
    aim: 'milliseconds after loading',
  };
}

/** Scored events as they are stored, from a file, through JSON and rows to the table of a district. */
async function fileToTable(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  const file = join(folder, 'scored.jsonl');
  const count = 22_724;
  try {
    const out = createWriteStream(file);
    const random = drawNumbers(seed);
    const [example] = householdScored.examples;
    for (let n = 0; n < count; n++) {
      const village = villageCode(n % villages);
      const data = {
        ...example,
        householdId: `0198b2d0-7c01-7000-8000-${`${n}`.padStart(12, '0')}`,
        area: { ...example.area, village },
        answers: Array.from({ length: 31 }, () => (random() < 0.05 ? 'f' : random() < 0.2 ? 'n' : 'p')).join(''),
      };
      if (!out.write(`${JSON.stringify({ type: 'HouseholdScored', data })}\n`)) await once(out, 'drain');
    }
    out.end();
    await once(out, 'finish');
    const begun = performance.now();
    const rows = new ScoreRows();
    for await (const line of createInterface({ input: createReadStream(file) })) {
      rows.apply(JSON.parse(line) as { type: string; data: unknown });
    }
    const loadedMs = performance.now() - begun;
    const { columns, cube } = finish(takeSnapshot(rows, { ruleset: 'tpmap-2561/1', round: 2561, day: 20_990_101 }));
    const { prepared, identification } = ruleOf(tpmap2561, {});
    tableOf(scoreColumns(createColumnScorer(prepared), identification, cube), columns);
    const seconds = (performance.now() - begun) / 1000;
    return {
      work: 'engine-file-to-table',
      unit: `${count} scored events as JSON lines (${Math.round(statSync(file).size / count)} B each) to the table of all areas`,
      ours: {
        seconds: round(seconds),
        householdsPerSecond: Math.round(count / seconds),
        loadedMs: round(loadedMs),
        rssMb: round(process.memoryUsage().rss / 1e6),
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function finish<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Rows sorted by village: 5 % deprived an indicator, and what does not apply hanging on a few kinds of household. */
function drawColumns(length: number, areaCount: number, sizeOf: () => number): Columns {
  const random = drawNumbers(seed);
  const all = 0x7fffffff;
  const kinds = Array.from({ length: 12 }, () => drawMask(random, 0.2));
  const deprived = new Uint32Array(length);
  const applicable = new Uint32Array(length);
  const counted = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    const applies = (all & ~(kinds[Math.floor(random() ** 2 * kinds.length)] ?? 0)) >>> 0;
    applicable[row] = applies;
    deprived[row] = drawMask(random, random() < half ? 0 : 0.1) & applies;
    counted[row] = sizeOf();
  }
  const areaStart = Uint32Array.from({ length: areaCount + 1 }, (_, area) => Math.round((area * length) / areaCount));
  return {
    length,
    areas: Array.from({ length: areaCount }, (_, area) => villageCode(area)),
    areaStart,
    deprived,
    known: applicable.slice(),
    applicable,
    persons: counted,
    records: new Uint32Array(length).fill(1),
    achievements: new Map(),
  };
}

function drawMask(random: () => number, rate: number): number {
  let mask = 0;
  if (rate === 0) return mask;
  for (let bit = 0; bit < 31; bit++) if (random() < rate) mask |= 1 << bit;
  return mask;
}

/** Codes that rise with the number: province, district, tambon, village. */
function villageCode(n: number): string {
  const digits = (value: number): string => `${value}`.padStart(2, '0');
  return `${digits(10 + Math.floor(n / 20_000))}${digits(1 + (Math.floor(n / 200) % 99))}${digits(1 + (Math.floor(n / 10) % 20))}${digits(1 + (n % 10))}01`;
}

/** A seeded source of numbers from 0 to 1 (xorshift, 32 bits). */
function drawNumbers(from: number): () => number {
  let state = from >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function exponentOf(times: readonly number[]): number {
  const [first = 1] = times;
  return round(Math.log((times.at(-1) ?? 1) / first) / Math.log((scales.at(-1) ?? 1) / (scales[0] ?? 1)));
}
