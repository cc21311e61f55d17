import { dimensionNames, type DimensionName } from '@faemban/contracts';

/** A set of dimensions as bits in the order of TPMAP's file names: health is the highest of five bits, access the lowest. */
export type DimensionSet = number;

/** The BMN indicators are numbered 1 to 31. */
export const indicatorCount = 31;
/** Every subset of the five dimensions, the empty one among them. */
export const dimensionSetCount = 32;
/** All five dimensions: mask `11111`. */
export const everyDimension: DimensionSet = dimensionSetCount - 1;

const householdsBase = 0;
const membersBase = 32;
const registeredBase = 64;
const verifiedBase = 96;
const burdensBase = 128;
const unansweredBase = 133;
const failedBase = unansweredBase + indicatorCount;
const targetFailingBase = failedBase + indicatorCount;
const measureCount = targetFailingBase + everyDimension * indicatorCount;

/**
 * Where each measure stands in a tally's vector. `set` is the exact set of failed dimensions of a household, `indicator` 1–31.
 * Households are counted in households, everything else in persons, except happiness: a sum of points and the households that gave one.
 *
 * Totals are not measures of their own: they are sums over the 32 sets. Of the applicable members the complement is kept, because most
 * indicators apply to most households: `unanswered` counts members of households whose answer is "not applicable" or "unknown".
 */
export const at = {
  households: (set: DimensionSet): number => householdsBase + set,
  members: (set: DimensionSet): number => membersBase + set,
  registered: (set: DimensionSet): number => registeredBase + set,
  verified: (set: DimensionSet): number => verifiedBase + set,
  elderly: burdensBase,
  disabled: burdensBase + 1,
  chronic: burdensBase + 2,
  happinessSum: burdensBase + 3,
  happinessCount: burdensBase + 4,
  unanswered: (indicator: number): number => unansweredBase + indicator - 1,
  failed: (indicator: number): number => failedBase + indicator - 1,
  /** Target persons of households with exactly this (non-empty) set of failed dimensions, failing the indicator. */
  targetFailing: (set: DimensionSet, indicator: number): number =>
    targetFailingBase + (set - 1) * indicatorCount + indicator - 1,
} as const;

const lastBit = dimensionNames.length - 1;

/** The set of one dimension alone. */
export function bitOf(dimension: DimensionName): DimensionSet {
  return 1 << (lastBit - dimensionNames.indexOf(dimension));
}

/** The set of these dimensions. */
export function setOf(dimensions: readonly DimensionName[]): DimensionSet {
  let set = 0;
  for (const dimension of dimensions) set |= bitOf(dimension);
  return set;
}

/** The dimensions of a set, in TPMAP's order. */
export function dimensionsOf(set: DimensionSet): readonly DimensionName[] {
  return dimensionNames.filter((dimension) => (set & bitOf(dimension)) !== 0);
}

/** A set as TPMAP writes it in file names: health, living, education, income, access; `01000` is living alone. */
export function bitsOf(set: DimensionSet): string {
  return set.toString(2).padStart(dimensionNames.length, '0');
}

/** Reads {@link bitsOf}. The text is five characters of 0 and 1. */
export function setOfBits(bits: string): DimensionSet {
  return Number.parseInt(bits, 2);
}

/** The names of all measures, in the order of the vector. */
export const measureNames: readonly string[] = nameMeasures();

function nameMeasures(): string[] {
  const names = Array.from({ length: measureCount }, () => '');
  for (let set = 0; set < dimensionSetCount; set++) {
    names[at.households(set)] = `households:${bitsOf(set)}`;
    names[at.members(set)] = `members:${bitsOf(set)}`;
    names[at.registered(set)] = `registered:${bitsOf(set)}`;
    names[at.verified(set)] = `verified:${bitsOf(set)}`;
  }
  for (const burden of ['elderly', 'disabled', 'chronic', 'happinessSum', 'happinessCount'] as const) {
    names[at[burden]] = burden;
  }
  for (let indicator = 1; indicator <= indicatorCount; indicator++) {
    names[at.unanswered(indicator)] = `unanswered:${indicator}`;
    names[at.failed(indicator)] = `failed:${indicator}`;
    for (let set = 1; set < dimensionSetCount; set++) {
      names[at.targetFailing(set, indicator)] = `targetFailing:${bitsOf(set)}:${indicator}`;
    }
  }
  return names;
}
