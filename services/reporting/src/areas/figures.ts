import { dimensionNames, type DimensionName } from '@faemban/contracts';
import { at, bitOf, dimensionSetCount, everyDimension, indicatorCount, type DimensionSet } from './measures';

/** What is known of one area without regard to poverty. Persons, except `households` and the mean of happiness (0–10 a household). */
export interface Population {
  readonly households: number;
  readonly members: number;
  readonly registered: number;
  readonly verified: number;
  readonly elderly: number;
  readonly disabled: number;
  readonly chronic: number;
  /** Mean over the households that answered; null where none did. */
  readonly happinessMean: number | null;
  readonly happinessCount: number;
  /** Members of households that answered pass or fail; index 0 is indicator 1. */
  readonly applicable: readonly number[];
  /** Members of households that answered fail; index 0 is indicator 1. */
  readonly failed: readonly number[];
}

/** What is known of one area's poor households under a mask: those that failed at least one dimension of it. */
export interface Poverty {
  readonly poorHouseholds: number;
  readonly poorPersons: number;
  readonly poorRegistered: number;
  /** Members of poor households who passed the state-welfare verification themselves. */
  readonly targetPersons: number;
  /** Target persons by failed dimension; 0 for a dimension outside the mask. */
  readonly targetByDimension: Readonly<Record<DimensionName, number>>;
  /** Target persons as a share of all members; null where there are no members. */
  readonly ratePercent: number | null;
  /** Target persons failing each indicator, whatever dimension it belongs to; index 0 is indicator 1. */
  readonly targetByIndicator: readonly number[];
}

/** Reads the figures of an area out of a tally's sums. */
export function populationOf(sums: Float64Array): Population {
  const members = sumOver(sums, at.members, everySet);
  const happinessCount = amount(sums, at.happinessCount);
  return {
    households: sumOver(sums, at.households, everySet),
    members,
    registered: sumOver(sums, at.registered, everySet),
    verified: sumOver(sums, at.verified, everySet),
    elderly: amount(sums, at.elderly),
    disabled: amount(sums, at.disabled),
    chronic: amount(sums, at.chronic),
    happinessMean: happinessCount === 0 ? null : amount(sums, at.happinessSum) / happinessCount,
    happinessCount,
    applicable: eachIndicator((indicator) => members - amount(sums, at.unanswered(indicator))),
    failed: eachIndicator((indicator) => amount(sums, at.failed(indicator))),
  };
}

/**
 * Reads the poverty figures of an area under a mask. A mask M takes the households whose set of failed dimensions S meets it (S ∩ M ≠ ∅).
 * The rate is target ÷ members × 100, computed in this order: the published figures agree with it to the last of 15 digits.
 */
export function povertyOf(sums: Float64Array, mask: DimensionSet = everyDimension): Poverty {
  const sets = setsMeeting(mask);
  const members = sumOver(sums, at.members, everySet);
  const targetPersons = sumOver(sums, at.verified, sets);
  const targetByDimension = Object.fromEntries(
    dimensionNames.map((dimension) => {
      const failing = sets.filter((set) => (set & mask & bitOf(dimension)) !== 0);
      return [dimension, sumOver(sums, at.verified, failing)];
    }),
  ) as Record<DimensionName, number>;
  return {
    poorHouseholds: sumOver(sums, at.households, sets),
    poorPersons: sumOver(sums, at.members, sets),
    poorRegistered: sumOver(sums, at.registered, sets),
    targetPersons,
    targetByDimension,
    ratePercent: members === 0 ? null : (targetPersons / members) * 100,
    targetByIndicator: eachIndicator((indicator) => sumOver(sums, (set) => at.targetFailing(set, indicator), sets)),
  };
}

const everySet: readonly DimensionSet[] = Array.from({ length: dimensionSetCount }, (_, set) => set);

function setsMeeting(mask: DimensionSet): readonly DimensionSet[] {
  return everySet.filter((set) => (set & mask) !== 0);
}

function eachIndicator(figure: (indicator: number) => number): readonly number[] {
  return Array.from({ length: indicatorCount }, (_, index) => figure(index + 1));
}

function amount(sums: Float64Array, index: number): number {
  return sums[index] ?? 0;
}

function sumOver(sums: Float64Array, measure: (set: DimensionSet) => number, sets: readonly DimensionSet[]): number {
  let total = 0;
  for (const set of sets) total += sums[measure(set)] ?? 0;
  return total;
}
