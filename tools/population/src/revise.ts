import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DIMENSION_INDICATORS,
  INDEX_INDICATORS,
  INDICATOR_COUNT,
  bitCount,
  dimensionBit,
  failedDimensions,
} from './indicators';
import { THRESHOLDS } from './indicators';
import { randomOf } from './random';
import type { Random } from './random';
import { birthWeightFor, incomeFor, waterFor } from './raw-figures';
import { HOUSEHOLD_COLUMNS, SURVEY_FILES, csvLine } from './survey-columns';
import { rowBatches } from './survey-reader';
import type { Answer } from './village';
import { GrowingFile } from './write-files';

/** What {@link revisePopulation} changes. */
export type RevisionOptions = {
  /** Folder with a survey made before. */
  from: string;
  /** Share of the poor households that have recovered, from 0 to 1. */
  share: number;
  /** The same seed and survey give the same change. Default 1. */
  seed?: number;
  /** Folder for the changed survey and `expected-change.json`; another one than `from`. */
  out: string;
};

/** What was changed. Written as `expected-change.json` too. */
export type RevisionReport = {
  share: number;
  seed: number;
  /** Households of the survey that were poor before. */
  poorHouseholdsBefore: number;
  /** Households with other answers than before. */
  changedHouseholds: number;
  /** Of those, the ones that fail nothing any more. */
  recoveredHouseholds: number;
  /** Households that fail each dimension less, in the order health, living, education, income, access. */
  recoveredByDimension: number[];
  /** The source's keys of the changed households, in the order of the file. */
  householdRefs: string[];
};

const RECOVERS_WHOLLY_SHARE = 0.7;

/**
 * Writes a second survey of the same households and people, in which a share of the poor households has recovered: they pass
 * what they failed, in all their dimensions or in some, and their incomes, water and weights say the same. Everything else,
 * the interview days too, stays as it was; members and register are the same files.
 *
 * @returns what was changed; the same is written to `expected-change.json`
 */
export async function revisePopulation(options: RevisionOptions): Promise<RevisionReport> {
  const { from, share, seed = 1, out } = options;
  if (!(share >= 0 && share <= 1)) throw new RangeError(`the share of households is from 0 to 1, not ${share}`);
  const random = randomOf(`${seed}/revision`);
  const sizes = await countMembers(join(from, SURVEY_FILES.members));
  const report: RevisionReport = {
    share,
    seed,
    poorHouseholdsBefore: 0,
    changedHouseholds: 0,
    recoveredHouseholds: 0,
    recoveredByDimension: DIMENSION_INDICATORS.map(() => 0),
    householdRefs: [],
  };
  await mkdir(out, { recursive: true });
  const file = await GrowingFile.create(join(out, SURVEY_FILES.households), HOUSEHOLD_COLUMNS);
  try {
    let isHeader = true;
    for await (const rows of rowBatches(join(from, SURVEY_FILES.households))) {
      let text = '';
      for (const cells of rows) {
        if (!isHeader) text += csvLine(revised(cells, sizes, share, random, report));
        else if (cells.join() !== HOUSEHOLD_COLUMNS.join())
          throw new Error(`${from} holds no survey made by this tool`);
        isHeader = false;
      }
      await file.add(text);
    }
  } finally {
    await file.close();
  }
  await copyFile(join(from, SURVEY_FILES.members), join(out, SURVEY_FILES.members));
  await copyFile(join(from, SURVEY_FILES.register), join(out, SURVEY_FILES.register));
  await writeFile(join(out, 'expected-change.json'), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

async function countMembers(path: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const rows of rowBatches(path)) {
    for (const [ref = ''] of rows) sizes.set(ref, (sizes.get(ref) ?? 0) + 1);
  }
  return sizes;
}

const place = (column: (typeof HOUSEHOLD_COLUMNS)[number]): number => HOUSEHOLD_COLUMNS.indexOf(column);
const REF = place('household_ref');
const FIRST_ANSWER = place('ind1');
const [BIRTH_WEIGHT, DRINKING_WATER, UTILITY_WATER] = [
  place('birth_weight_g_min'),
  place('drinking_water_l'),
  place('utility_water_l'),
];
const INCOMES = [
  place('income_main_baht'),
  place('income_secondary_baht'),
  place('income_other_baht'),
  place('income_own_produce_baht'),
];

function revised(
  cells: readonly string[],
  sizes: ReadonlyMap<string, number>,
  share: number,
  random: Random,
  report: RevisionReport,
): readonly string[] {
  const failed = failedIndicators(cells);
  const before = failedDimensions(failed);
  if (before === 0) return cells;
  report.poorHouseholdsBefore += 1;
  if (!random.chance(share)) return cells;
  const ref = cells[REF] as string;
  const recovered = random.chance(RECOVERS_WHOLLY_SHARE) ? before : someOf(before, random);
  let passed = 0;
  DIMENSION_INDICATORS.forEach((own, d) => {
    if (!(recovered & dimensionBit(d))) return;
    passed |= failed & own;
    report.recoveredByDimension[d] = (report.recoveredByDimension[d] as number) + 1;
  });
  report.changedHouseholds += 1;
  if (recovered === before) report.recoveredHouseholds += 1;
  report.householdRefs.push(ref);
  return passing(cells, passed, sizes.get(ref) as number, random);
}

/** The row with these indicators passed, and the raw figures behind them above their thresholds. */
function passing(cells: readonly string[], passed: number, members: number, random: Random): string[] {
  const row = [...cells];
  const pass: Answer = '1';
  for (let i = 0; i < INDICATOR_COUNT; i += 1) if (passed & (1 << i)) row[FIRST_ANSWER + i] = pass;
  const isPassed = (indicator: number): boolean => (passed & (1 << (indicator - 1))) !== 0;
  if (isPassed(1)) row[BIRTH_WEIGHT] = birthWeightFor(pass, random);
  if (isPassed(9)) row[DRINKING_WATER] = waterFor(pass, THRESHOLDS.drinkingWaterLitresPerPersonDay, random);
  if (isPassed(10)) row[UTILITY_WATER] = waterFor(pass, THRESHOLDS.utilityWaterLitresPerPersonDay, random);
  if (isPassed(22)) {
    const { main, secondary, other, ownProduce } = incomeFor(pass, members, random);
    [main, secondary, other, ownProduce].forEach((baht, k) => (row[INCOMES[k] as number] = baht));
  }
  return row;
}

function failedIndicators(cells: readonly string[]): number {
  let failed = 0;
  for (let i = 0; i < INDICATOR_COUNT; i += 1) if (cells[FIRST_ANSWER + i] === '0') failed |= 1 << i;
  return failed & INDEX_INDICATORS;
}

/** A part of the dimensions: at least one, and not all where there are several. */
function someOf(dimensions: number, random: Random): number {
  if (bitCount(dimensions) < 2) return dimensions;
  for (;;) {
    const part = dimensions & random.int(32);
    if (part !== 0 && part !== dimensions) return part;
  }
}
