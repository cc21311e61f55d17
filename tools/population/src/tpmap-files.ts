import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ALL_DIMENSIONS, INDICATOR_COUNT } from './indicators';
import { FiguresContradict, invertUnions, wholeNumbersBehindMean } from './inversion';
import type { PoorCell, VillageFigures } from './village-figures';

/** The levels TPMAP publishes below a province, with the key column of each (spelt as in the files). */
export const TPMAP_LEVELS = { village: 'village_ID', tambol: 'tumbol_ID', amphur: 'amphur_ID' } as const;

/** A level of TPMAP's files. */
export type TpmapLevel = keyof typeof TPMAP_LEVELS;

/** The rows of one published file by area code, as text. */
export type TpmapTable = Map<string, Readonly<Record<string, string>>>;

/** The 31 masks of dimensions, as the file names write them: `00001` … `11111`. */
export const TPMAP_MASKS: readonly string[] = Array.from({ length: ALL_DIMENSIONS }, (_, i) =>
  (i + 1).toString(2).padStart(5, '0'),
);

/**
 * Reads one published file `<yy>_<province>_<level>_<bits|common>.csv`.
 *
 * @param name the file's name, without ending
 * @param under only rows whose code begins so are read
 * @throws Error naming the file where it is missing, has no key column, or a code twice
 */
export function readTpmapTable(folder: string, name: string, under = ''): TpmapTable {
  const level = name.split('_')[2] as TpmapLevel;
  const lines = readFileSync(join(folder, `${name}.csv`), 'utf8').split(/\r?\n/);
  const wanted = lines.filter((line, k) => k === 0 || line.startsWith(`"${under}`) || line.startsWith(under));
  const rows = parse(wanted.join('\n'), { bom: true, columns: true, skip_empty_lines: true }) as Record<
    string,
    string
  >[];
  const table: TpmapTable = new Map();
  for (const row of rows) {
    const code = row[TPMAP_LEVELS[level]];
    if (!code) throw new Error(`${name} has a row without ${TPMAP_LEVELS[level]}`);
    if (table.has(code)) throw new Error(`${name} has ${code} twice`);
    table.set(code, row);
  }
  return table;
}

/**
 * The data year of a folder's files of one province, as two digits; the newest where there are several.
 *
 * @throws Error where the folder has no village files of that province
 */
export function findTpmapYear(folder: string, province: string): string {
  const pattern = new RegExp(`^(\\d\\d)_${province}_village_common\\.csv$`);
  const years = readdirSync(folder).flatMap((name) => pattern.exec(name)?.[1] ?? []);
  const newest = years.sort().at(-1);
  if (!newest) throw new Error(`${folder} has no file like 61_${province}_village_common.csv`);
  return newest;
}

/** How many households and persons of the province come before a village, in the order of the file. */
export type VillagePosition = { households: number; persons: number };

/** A province's published village figures, inverted. */
export type ProvinceFigures = {
  province: string;
  /** The B.E. data year, four digits. */
  round: number;
  villages: VillageFigures[];
  /** By village code, for all villages of the province. */
  positions: ReadonlyMap<string, VillagePosition>;
};

/**
 * Reads the 32 village files of a province and inverts the unions of every column, village by village.
 *
 * @param folder where the files are
 * @param province two digits
 * @param district four digits; only its villages are read
 * @throws FiguresContradict where the figures of a village cannot all be true
 */
export function readProvinceFigures(folder: string, province: string, district = ''): ProvinceFigures {
  const year = findTpmapYear(folder, province);
  const table = (kind: string, under: string): TpmapTable =>
    readTpmapTable(folder, `${year}_${province}_village_${kind}`, under);
  const common = table('common', '');
  const masks = TPMAP_MASKS.map((mask) => table(mask, district));
  const villages: VillageFigures[] = [];
  const positions = new Map<string, VillagePosition>();
  let before: VillagePosition = { households: 0, persons: 0 };
  for (const [villageId, row] of common) {
    positions.set(villageId, before);
    before = {
      households: before.households + count(row, 'household.CNT', villageId),
      persons: before.persons + count(row, 'HOUSEMEMBER_CNT', villageId),
    };
    if (!villageId.startsWith(district)) continue;
    const byMask = masks.map((mask) => mask.get(villageId));
    villages.push(villageFigures(villageId, row, byMask));
  }
  return { province, round: 2500 + Number(year), villages, positions };
}

type Row = Readonly<Record<string, string>>;

function villageFigures(villageId: string, common: Row, byMask: readonly (Row | undefined)[]): VillageFigures {
  const cell = (column: string): number[] =>
    invertUnions(
      [0, ...byMask.map((row) => (row ? count(row, column, villageId) : 0))],
      `village ${villageId}, ${column}`,
    );
  const households = cell('poor.household.CNT');
  const persons = cell('poor.JPT.CNT');
  const registered = cell('poor.JPT.MOFreg.CNT');
  const verified = cell('poor.JPT.MOFval.CNT');
  const failing = indicators((n) => cell(`poor.JPT.MOFval.ind${n}.CNT`));
  const cells = households.flatMap((number, dimensions): PoorCell[] =>
    number === 0 && persons[dimensions] === 0
      ? []
      : [
          {
            dimensions,
            households: number,
            persons: persons[dimensions] as number,
            registered: registered[dimensions] as number,
            verified: verified[dimensions] as number,
            failing: failing.map((counts) => counts[dimensions] as number),
          },
        ],
  );
  const figures: VillageFigures = {
    villageId,
    households: count(common, 'household.CNT', villageId),
    members: count(common, 'HOUSEMEMBER_CNT', villageId),
    registered: count(common, 'MOF_REG_CNT', villageId),
    verified: count(common, 'MOF_VAL_CNT', villageId),
    elderly: count(common, 'ELDERLY_CNT', villageId),
    disabled: count(common, 'DISABLED_CNT', villageId),
    chronic: count(common, 'CHRONICPATIENT_CNT', villageId),
    happiness: wholeNumbersBehindMean(
      common['happiness'] ?? '',
      count(common, 'household.CNT', villageId),
      `village ${villageId}, happiness`,
    ),
    applicable: indicators((n) => count(common, `indicator${n}.ALL`, villageId)),
    failing: indicators((n) => count(common, `indicator${n}.CNT`, villageId)),
    cells,
  };
  checkBounds(figures);
  return figures;
}

/**
 * Registered and verified are separate flags of a person: one verified person more than registered ones is possible.
 *
 * @throws FiguresContradict where a part is larger than its whole
 */
export function checkBounds(village: VillageFigures): void {
  const demand = (holds: boolean, sentence: string): void => {
    if (!holds) throw new FiguresContradict(`village ${village.villageId}: ${sentence}`);
  };
  const poor = { households: 0, persons: 0, registered: 0, verified: 0 };
  for (const cell of village.cells) {
    const where = `exactly ${cell.dimensions.toString(2).padStart(5, '0')}`;
    demand(cell.persons >= cell.households && cell.households > 0, `${where}: fewer persons than households`);
    demand(
      cell.registered <= cell.persons && cell.verified <= cell.persons,
      `${where}: more card holders than persons`,
    );
    demand(
      cell.failing.every((failing) => failing <= cell.verified),
      `${where}: more target persons fail an indicator than there are`,
    );
    poor.households += cell.households;
    poor.persons += cell.persons;
    poor.registered += cell.registered;
    poor.verified += cell.verified;
  }
  const others = { households: village.households - poor.households, persons: village.members - poor.persons };
  demand(
    others.households >= 0 && others.persons >= others.households,
    'fewer persons than households outside poverty',
  );
  demand(others.households > 0 || others.persons === 0, 'persons outside poverty, but no household');
  for (const flag of ['registered', 'verified'] as const) {
    const rest = village[flag] - poor[flag];
    demand(rest >= 0 && rest <= others.persons, `${rest} ${flag} persons outside poverty among ${others.persons}`);
  }
  demand(village.disabled + village.chronic <= village.members, 'more disabled and ill persons than members');
  demand(village.elderly <= village.members, 'more elderly persons than members');
  demand(village.happiness.sum <= 10 * village.happiness.count, 'a mean happiness above ten');
}

function indicators<T>(make: (indicator: number) => T): T[] {
  return Array.from({ length: INDICATOR_COUNT }, (_, i) => make(i + 1));
}

function count(row: Row, column: string, villageId: string): number {
  const text = row[column];
  if (text === undefined) throw new Error(`village ${villageId}: the column ${column} is missing`);
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < 0) {
    throw new FiguresContradict(`village ${villageId}, ${column}: "${text}" is no count`);
  }
  return value;
}
