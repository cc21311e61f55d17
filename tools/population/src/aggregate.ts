import { join } from 'node:path';
import { SURVEY_FILES } from './survey-columns';
import { rowBatches } from './survey-reader';

// Counts a survey folder into TPMAP's files in the plainest way: every household is added to every file, area and mask it
// belongs to. It knows nothing of how the survey was made, nor of the system's scoring, so that it can serve to check both.

const KEYS = {
  village: { column: 'village_ID', digits: 10 },
  tambol: { column: 'tumbol_ID', digits: 6 },
  amphur: { column: 'amphur_ID', digits: 4 },
} as const;

const DIMENSIONS: readonly { column: string; indicators: readonly number[] }[] = [
  { column: 'health', indicators: [1, 4, 5, 7] },
  { column: 'living', indicators: [8, 9, 10, 11] },
  { column: 'education', indicators: [15, 16, 17, 19] },
  { column: 'income', indicators: [20, 21, 22] },
  { column: 'accessibility', indicators: [27, 28] },
];

const NUMBERS = Array.from({ length: 31 }, (_, i) => i + 1);

type Household = {
  villageId: string;
  happiness: number | undefined;
  answered: boolean[];
  failed: boolean[];
  failedDimensions: boolean[];
  interview: number;
  members: number;
  registered: number;
  verified: number;
  elderly: number;
  disabled: number;
  chronic: number;
};

/**
 * Counts the survey of a folder (`households.csv`, `members.csv`, `register.csv`) into files of TPMAP's format.
 *
 * @param folder where the three files are
 * @param names the files wanted, without ending: `61_84_village_11111`, `61_84_tambol_common`, …
 * @returns the text of each file, by name; rows in the order of their codes
 * @throws Error where a name is not of that form
 */
export async function aggregateSurvey(folder: string, names: readonly string[]): Promise<Map<string, string>> {
  const wanted = names.map(fileOf);
  const levels = [...new Set(wanted.map(({ level }) => level))];
  const masks = [...new Set(wanted.map(({ mask }) => mask))].filter((mask) => mask !== COMMON);
  const areas = new Map(levels.map((level) => [level, new Map<string, AreaCount>()]));
  for (const household of (await readHouseholds(folder)).values()) {
    for (const level of levels) {
      const code = household.villageId.slice(0, KEYS[level].digits);
      const counts = areas.get(level) as Map<string, AreaCount>;
      let area = counts.get(code);
      if (!area) counts.set(code, (area = emptyArea(masks)));
      addCommon(area, household);
      if (household.failedDimensions.includes(true)) for (const mask of masks) addMasked(area, household, mask);
    }
  }
  return new Map(
    wanted.map((file) => [file.name, textOf(file, areas.get(file.level) ?? new Map<string, AreaCount>())]),
  );
}

type Level = keyof typeof KEYS;
type PublishedFile = { name: string; province: string; level: Level; mask: string };

/** Counts of one area: the columns of `common`, and those of each mask in the order of their columns. */
type AreaCount = { common: Float64Array; happinessCount: number; masks: Map<string, Float64Array> };

const COMMON = 'common';

function fileOf(name: string): PublishedFile {
  const [, province, level, mask] = /^\d\d_(\d\d)_(village|tambol|amphur)_([01]{5}|common)$/.exec(name) ?? [];
  if (!province || !level || !mask) throw new Error(`${name} is not the name of a published file`);
  return { name, province, level: level as Level, mask };
}

function emptyArea(masks: readonly string[]): AreaCount {
  return {
    common: new Float64Array(COMMON_COLUMNS.length),
    happinessCount: 0,
    masks: new Map(masks.map((mask) => [mask, new Float64Array(MASKED_COLUMNS.length)])),
  };
}

function textOf({ province, level, mask }: PublishedFile, areas: ReadonlyMap<string, AreaCount>): string {
  const header = [KEYS[level].column, ...(mask === COMMON ? COMMON_COLUMNS : MASKED_COLUMNS), 'province_ID'];
  const lines = [...areas]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([code, area]) => [`"${code}"`, ...cellsOf(area, mask), `"${province}"`].join(','));
  return `${[header.map((column) => `"${column}"`).join(','), ...lines].join('\n')}\n`;
}

/** A mean over no household is left blank. The rate is reckoned in the order that gives TPMAP's 15 digits: the ratio first. */
function cellsOf(area: AreaCount, mask: string): string[] {
  const counts = mask === COMMON ? area.common : (area.masks.get(mask) as Float64Array);
  const cells = Array.from(counts, String);
  if (mask === COMMON) {
    const happiness = at(counts, COMMON_COLUMNS.indexOf('happiness'));
    cells[COMMON_COLUMNS.indexOf('happiness')] =
      area.happinessCount === 0 ? '' : String(happiness / area.happinessCount);
  } else {
    const members = at(area.common, COMMON_COLUMNS.indexOf('HOUSEMEMBER_CNT'));
    const target = at(counts, MASKED_COLUMNS.indexOf('poor.JPT.MOFval.CNT'));
    cells[MASKED_COLUMNS.indexOf('JPT.MOFval.pov.rate')] = String((target / members) * 100);
  }
  return cells;
}

function at(counts: Float64Array, place: number): number {
  return counts[place] as number;
}

const COMMON_COLUMNS = [
  'household.CNT',
  'HOUSEMEMBER_CNT',
  'MOF_REG_CNT',
  'MOF_VAL_CNT',
  'ELDERLY_CNT',
  'DISABLED_CNT',
  'CHRONICPATIENT_CNT',
  'happiness',
  ...NUMBERS.map((n) => `indicator${n}.ALL`),
  ...NUMBERS.map((n) => `indicator${n}.CNT`),
];

const MASKED_COLUMNS = [
  'poor.household.CNT',
  'poor.JPT.CNT',
  'poor.JPT.MOFreg.CNT',
  'poor.JPT.MOFval.CNT',
  ...DIMENSIONS.map(({ column }) => `poor.JPT.MOFval.${column}`),
  'JPT.MOFval.pov.rate',
  ...NUMBERS.map((n) => `poor.JPT.MOFval.ind${n}.CNT`),
];

function addCommon(area: AreaCount, household: Household): void {
  const { members, registered, verified, elderly, disabled, chronic, happiness, answered, failed } = household;
  if (happiness !== undefined) area.happinessCount += 1;
  addUp(area.common, [
    1,
    members,
    registered,
    verified,
    elderly,
    disabled,
    chronic,
    happiness ?? 0,
    ...NUMBERS.map((n) => (answered[n] ? members : 0)),
    ...NUMBERS.map((n) => (failed[n] ? members : 0)),
  ]);
}

/** Dimensions outside the mask are not counted, indicators outside it are. */
function addMasked(area: AreaCount, household: Household, mask: string): void {
  const { members, registered, verified, failed, failedDimensions } = household;
  const failsInMask = failedDimensions.map((fails, d) => fails && mask[d] === '1');
  if (!failsInMask.includes(true)) return;
  addUp(area.masks.get(mask) as Float64Array, [
    1,
    members,
    registered,
    verified,
    ...failsInMask.map((fails) => (fails ? verified : 0)),
    0,
    ...NUMBERS.map((n) => (failed[n] ? verified : 0)),
  ]);
}

function addUp(counts: Float64Array, more: readonly number[]): void {
  more.forEach((count, place) => (counts[place] = at(counts, place) + count));
}

async function readHouseholds(folder: string): Promise<Map<string, Household>> {
  const cards = new Map<string, { registered: boolean; verified: boolean }>();
  await forEachRow(join(folder, SURVEY_FILES.register), (cell) => {
    cards.set(identity(cell), { registered: cell('registered') === '1', verified: cell('verified') === '1' });
  });
  const households = new Map<string, Household>();
  await forEachRow(join(folder, SURVEY_FILES.households), (cell) =>
    households.set(cell('household_ref'), householdOf(cell)),
  );
  await forEachRow(join(folder, SURVEY_FILES.members), (cell) => {
    const household = households.get(cell('household_ref'));
    if (!household) throw new Error(`a member belongs to no household: ${cell('household_ref')}`);
    const card = cards.get(identity(cell));
    household.members += 1;
    household.registered += card?.registered ? 1 : 0;
    household.verified += card?.verified ? 1 : 0;
    household.disabled += cell('health') === '1' ? 1 : 0;
    household.chronic += cell('health') === '2' ? 1 : 0;
    household.elderly += dayNumber(cell('birth_date')) + 60 * YEAR <= household.interview ? 1 : 0;
  });
  return households;
}

type Cell = (column: string) => string;

async function forEachRow(path: string, visit: (cell: Cell) => void): Promise<void> {
  let places: Map<string, number> | undefined;
  let row: readonly string[] = [];
  const cell: Cell = (column) => {
    const value = row[places?.get(column) ?? -1];
    if (value === undefined) throw new Error(`${path} lacks ${column}`);
    return value;
  };
  for await (const rows of rowBatches(path)) {
    for (row of rows) {
      if (places) visit(cell);
      else places = new Map(row.map((column, place) => [column, place]));
    }
  }
}

function householdOf(cell: Cell): Household {
  const answers = ['', ...NUMBERS.map((n) => cell(`ind${n}`))];
  const failed = answers.map((answer) => answer === '0');
  const happiness = arabic(cell('happiness'));
  return {
    villageId: cell('village_id'),
    happiness: happiness === '' ? undefined : Number(happiness),
    answered: answers.map((answer) => answer === '0' || answer === '1'),
    failed,
    failedDimensions: DIMENSIONS.map(({ indicators }) => indicators.some((n) => failed[n])),
    interview: dayNumber(cell('interview_date')),
    members: 0,
    registered: 0,
    verified: 0,
    elderly: 0,
    disabled: 0,
    chronic: 0,
  };
}

function identity(cell: Cell): string {
  return arabic(cell('citizen_id')).replaceAll('-', '');
}

function arabic(text: string): string {
  return text.replace(/[๐-๙]/g, (digit) => String(digit.charCodeAt(0) - 0x0e50));
}

const YEAR = 10_000;

/** d/m/yyyy, m/yyyy or yyyy as one number that grows with the day; 1 July and the 15th stand for what is not known. */
function dayNumber(text: string): number {
  const parts = arabic(text).split('/').map(Number);
  const year = parts.at(-1) ?? 0;
  const month = parts.at(-2) ?? 7;
  const day = parts.at(-3) ?? (parts.length === 2 ? 15 : 1);
  return year * YEAR + month * 100 + day;
}
