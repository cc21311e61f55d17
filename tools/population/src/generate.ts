import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { INDICATOR_COUNT } from './indicators';
import { fakerNames, namesFrom } from './names';
import { randomOf } from './random';
import { writeVillage } from './survey-rows';
import { readProvinceFigures } from './tpmap-files';
import type { VillagePosition } from './tpmap-files';
import type { VillageFigures } from './village-figures';
import { populateVillage } from './village';
import { withSurveyFiles } from './write-files';

/** Default share of rows with a cell written carelessly. */
export const DIRT_RATE = 0.01;

/** What every way of making survey files needs. */
export type OutputOptions = {
  /** Folder for `households.csv`, `members.csv`, `register.csv` and `expected.json`; made where it is missing. */
  out: string;
  /** The same seed and figures give the same files, byte for byte. Default 1. */
  seed?: number;
  /** Share of rows with a cell written carelessly, from 0 to 1. Default {@link DIRT_RATE}. */
  dirt?: number;
  /** Folder with name lists; default faker's Thai locale. */
  names?: string;
};

/** What {@link generatePopulation} makes a population of. */
export type PopulationOptions = OutputOptions & {
  /** Folder with TPMAP's published files. */
  tpmap: string;
  /** Two digits. */
  province: string;
  /** Four digits; only this district's villages are written. The same households come out as with the whole province. */
  district?: string;
  /** Called after each village. */
  onProgress?: (progress: { villages: number; of: number }) => void;
};

/** What was made, and what of the published figures it does not reach. Written as `expected.json` too. */
export type GenerationReport = {
  province: string;
  district: string | null;
  /** B.E. data year. */
  round: number;
  seed: number;
  dirt: number;
  villages: number;
  households: number;
  members: number;
  registerRows: number;
  /** Cells written carelessly. */
  dirtyCells: number;
  yearOnlyBirths: number;
  /** Persons too many or too few over all villages, by best-effort column; columns that are met are left out. */
  notReached: Record<string, number>;
  notReachedTotal: number;
  /** Answers about members that the household does not have. */
  implausibleAnswers: number;
};

/**
 * Makes survey files whose every village has exactly TPMAP's published figures.
 *
 * @returns what was made; the same is written to `expected.json`
 * @throws FiguresContradict where no population can have the figures
 */
export async function generatePopulation(options: PopulationOptions): Promise<GenerationReport> {
  const { province, district } = options;
  const figures = readProvinceFigures(options.tpmap, province, district);
  if (figures.villages.length === 0) throw new Error(`province ${province} has no villages in district ${district}`);
  return writeSurvey({ ...options, ...figures });
}

/** Villages to be written. */
export type SurveySource = OutputOptions & {
  province: string;
  district?: string;
  round: number;
  villages: readonly VillageFigures[];
  /** People and houses are numbered through the province; without positions, through these villages. */
  positions?: ReadonlyMap<string, VillagePosition>;
  /** The villages' figures are published nowhere, so that nothing counts as not reached. */
  isInvented?: boolean;
  onProgress?: PopulationOptions['onProgress'];
};

/** Writes the survey of some villages. */
export async function writeSurvey(source: SurveySource): Promise<GenerationReport> {
  const { province, round, villages, district, out, seed = 1, dirt = DIRT_RATE } = source;
  if (!(dirt >= 0 && dirt <= 1)) throw new RangeError(`the share of dirt is from 0 to 1, not ${dirt}`);
  const names = source.names ? namesFrom(source.names) : fakerNames();
  const report: GenerationReport = {
    province,
    district: district ?? null,
    round,
    seed,
    dirt,
    villages: 0,
    households: 0,
    members: 0,
    registerRows: 0,
    dirtyCells: 0,
    yearOnlyBirths: 0,
    notReached: {},
    notReachedTotal: 0,
    implausibleAnswers: 0,
  };
  const [applicable, failing] = [
    new Array<number>(INDICATOR_COUNT).fill(0),
    new Array<number>(INDICATOR_COUNT).fill(0),
  ];
  await withSurveyFiles(out, async (files) => {
    for (const village of villages) {
      const patience = source.isInvented ? { rounds: 1, arrangements: 2, answers: 1 } : undefined;
      const population = populateVillage(village, String(seed), patience);
      const position = source.positions?.get(village.villageId);
      const place = {
        villageId: village.villageId,
        round,
        firstHousehold: position?.households ?? report.households,
        firstPerson: position?.persons ?? report.members,
      };
      const random = randomOf(`${seed}/${village.villageId}/people`);
      const lines = writeVillage(place, population.households, names, dirt, random);
      await Promise.all([
        files.households.add(lines.households),
        files.members.add(lines.members),
        files.register.add(lines.register),
      ]);
      addTo(applicable, population.notReached.applicable);
      addTo(failing, population.notReached.failing);
      report.villages += 1;
      report.households += village.households;
      report.members += village.members;
      report.registerRows += lines.registerRows;
      report.dirtyCells += lines.dirtyCells;
      report.yearOnlyBirths += lines.yearOnlyBirths;
      report.implausibleAnswers += population.implausible;
      source.onProgress?.({ villages: report.villages, of: villages.length });
      await nextTurn();
    }
  });
  if (!source.isInvented) {
    applicable.forEach((persons, i) => persons > 0 && (report.notReached[`indicator${i + 1}.ALL`] = persons));
    failing.forEach((persons, i) => persons > 0 && (report.notReached[`indicator${i + 1}.CNT`] = persons));
  }
  report.notReachedTotal = Object.values(report.notReached).reduce((sum, persons) => sum + persons, 0);
  await writeFile(join(out, 'expected.json'), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

function addTo(sums: number[], more: readonly number[]): void {
  more.forEach((persons, i) => (sums[i] = (sums[i] as number) + persons));
}
