import { dimensionNames } from '@faemban/contracts';
import type { Population, Poverty } from './figures';
import { bitsOf, indicatorCount, setOfBits, type DimensionSet } from './measures';

/** The levels TPMAP publishes per province, in its own spelling. `tambol` holds tambons and municipalities side by side. */
export const tpmapLevels = ['village', 'tambol', 'amphur'] as const;
export type TpmapLevel = (typeof tpmapLevels)[number];

/** What one of TPMAP's files holds. */
export interface TpmapFile {
  /** B.E. data year; the name has its last two digits. */
  readonly round: number;
  /** Two-digit code of the province. */
  readonly province: string;
  readonly level: TpmapLevel;
  /** The dimensions whose union it counts, or `common` for the figures without regard to poverty. */
  readonly content: DimensionSet | 'common';
}

const filePattern = /^(\d{2})_(\d{2})_(village|tambol|amphur)_([01]{5}|common)$/;
const noDimension = '00000';
/** TPMAP's two-digit years are of this century of the Buddhist Era. */
const centuryBuddhistEra = 2500;

/** Reads a file name without its `.csv`, such as `61_84_village_11111`; undefined where TPMAP has no such file. */
export function findTpmapFile(name: string): TpmapFile | undefined {
  const [, year, province, level, content] = filePattern.exec(name) ?? [];
  if (!year || !province || !level || !content || content === noDimension) return undefined;
  return {
    round: centuryBuddhistEra + Number(year),
    province,
    level: level as TpmapLevel,
    content: content === 'common' ? content : setOfBits(content),
  };
}

/** The name of a file, without `.csv`. */
export function tpmapFileName({ round, province, level, content }: TpmapFile): string {
  return `${round % 100}_${province}_${level}_${content === 'common' ? content : bitsOf(content)}`;
}

const keyColumns: Readonly<Record<TpmapLevel, string>> = {
  village: 'village_ID',
  tambol: 'tumbol_ID',
  amphur: 'amphur_ID',
};
/** `access` is TPMAP's `accessibility`. */
const dimensionColumns = dimensionNames.map((name) => (name === 'access' ? 'accessibility' : name));
const indicatorNumbers = Array.from({ length: indicatorCount }, (_, index) => index + 1);

const commonColumns = [
  'household.CNT',
  'HOUSEMEMBER_CNT',
  'MOF_REG_CNT',
  'MOF_VAL_CNT',
  'ELDERLY_CNT',
  'DISABLED_CNT',
  'CHRONICPATIENT_CNT',
  'happiness',
  ...indicatorNumbers.map((number) => `indicator${number}.ALL`),
  ...indicatorNumbers.map((number) => `indicator${number}.CNT`),
];
const povertyColumns = [
  'poor.household.CNT',
  'poor.JPT.CNT',
  'poor.JPT.MOFreg.CNT',
  'poor.JPT.MOFval.CNT',
  ...dimensionColumns.map((dimension) => `poor.JPT.MOFval.${dimension}`),
  'JPT.MOFval.pov.rate',
  ...indicatorNumbers.map((number) => `poor.JPT.MOFval.ind${number}.CNT`),
];

/** The header line of a file, with its line end. */
export function tpmapHeader({ level, content }: TpmapFile): string {
  const measures = content === 'common' ? commonColumns : povertyColumns;
  return `${[keyColumns[level], ...measures, 'province_ID'].map(quoted).join(',')}\n`;
}

/** One area's line in a `common` file. */
export function tpmapCommonLine(file: TpmapFile, area: string, figures: Population): string {
  return line(file, area, [
    figures.households,
    figures.members,
    figures.registered,
    figures.verified,
    figures.elderly,
    figures.disabled,
    figures.chronic,
    figures.happinessMean,
    ...figures.applicable,
    ...figures.failed,
  ]);
}

/** One area's line in the file of a mask. */
export function tpmapPovertyLine(file: TpmapFile, area: string, figures: Poverty): string {
  return line(file, area, [
    figures.poorHouseholds,
    figures.poorPersons,
    figures.poorRegistered,
    figures.targetPersons,
    ...dimensionNames.map((dimension) => figures.targetByDimension[dimension]),
    figures.ratePercent,
    ...figures.targetByIndicator,
  ]);
}

/** TPMAP's files write districts as numbers and the codes of smaller areas as text. */
function line(file: TpmapFile, area: string, values: readonly (number | null)[]): string {
  const key = file.level === 'amphur' ? area : quoted(area);
  return `${key},${values.map(numberText).join(',')},${quoted(file.province)}\n`;
}

const significantDigits = 15;

/** Whole numbers as they are, means and rates to 15 significant digits, what is not known as NA. */
function numberText(value: number | null): string {
  if (value === null) return 'NA';
  return Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(significantDigits))}`;
}

function quoted(text: string): string {
  return `"${text}"`;
}
