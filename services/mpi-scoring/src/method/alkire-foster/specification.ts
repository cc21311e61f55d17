import type { Fraction } from '@faemban/reference-data';
import { compareFractions, fractionText, leastCommonMultiple, one, productOf, reduced, sumOf, zero } from './fraction';

/** One indicator: its place in the masks (0–31), its weight as a share of the whole, and its line where achievements are measured. */
export interface AfIndicator {
  readonly key: string;
  readonly bit: number;
  readonly weight: Fraction;
  /** Deprived is strictly below; above zero. Only for figures on a ratio scale, which M1 and M2 need. */
  readonly line?: number;
}

export interface AfDimension {
  readonly key: string;
  readonly indicators: readonly AfIndicator[];
}

/**
 * What becomes of a record with an indicator whose answer is not known. `listwise`: it is left out, also of the sampling design ·
 * `listwiseAsDomain`: it is left out of the estimate and stays in the design · `notDeprived`: it counts as not deprived, which biases
 * figures down · `reweight`: its weight is spread over the record's other indicators.
 */
export const missingPolicies = ['listwise', 'listwiseAsDomain', 'notDeprived', 'reweight'] as const;
export type MissingPolicy = (typeof missingPolicies)[number];

/** What becomes of an indicator that does not apply to a record: it counts as not deprived, or its weight goes to the others. */
export const notApplicablePolicies = ['notDeprived', 'reweight'] as const;
export type NotApplicablePolicy = (typeof notApplicablePolicies)[number];

/** An Alkire-Foster specification; identification is asked for beside it, so that one specification serves many cut-offs. */
export interface AfSpecification {
  readonly dimensions: readonly AfDimension[];
  readonly missing: MissingPolicy;
  readonly notApplicable: NotApplicablePolicy;
  /** A record whose remaining indicators weigh less than this share of the whole is left out. Zero unless given. */
  readonly baseMin?: Fraction;
}

/** Who is poor: a weighted score of at least k, or by the dimensions that fail (any indicator of theirs). */
export type AfIdentification =
  | { readonly kind: 'weighted'; readonly k: Fraction }
  | { readonly kind: 'any' }
  | { readonly kind: 'atLeast'; readonly dimensions: number }
  | { readonly kind: 'namedSet'; readonly dimensions: readonly string[] };

/** Weights are brought to whole numbers over one denominator up to this: then sums over 10¹⁰ persons stay exact. */
export const weightDenominatorMax = 100_000;

/** An indicator with its weight as a whole number over the specification's denominator. */
export interface PreparedIndicator {
  readonly key: string;
  readonly bit: number;
  readonly mask: number;
  readonly weight: number;
  /** Index of its dimension. */
  readonly dimension: number;
  readonly line?: number;
}

/** A specification in whole numbers. Indicators are in the order of the dimensions. */
export interface PreparedSpecification {
  readonly specification: AfSpecification;
  /** What the weights add up to. */
  readonly denominator: number;
  readonly indicators: readonly PreparedIndicator[];
  readonly dimensions: readonly { readonly key: string; readonly mask: number; readonly weight: number }[];
  /** Every indicator's bit. */
  readonly mask: number;
  /** Records whose base weighs less are left out. */
  readonly baseWeightMin: number;
  readonly hasLines: boolean;
}

/** What is wrong with a specification, in plain sentences; empty where it can be used. */
export function specificationFaults(specification: AfSpecification): string[] {
  const indicators = specification.dimensions.flatMap((dimension) => dimension.indicators);
  const faults: string[] = [];
  if (indicators.length === 0) return ['There is no indicator.'];
  if (specification.dimensions.some((dimension) => dimension.indicators.length === 0)) {
    faults.push('A dimension has no indicator.');
  }
  if (specification.dimensions.length > 16) faults.push('There are more than 16 dimensions.');
  if (hasTwice(specification.dimensions.map(({ key }) => key))) faults.push('Two dimensions have one key.');
  if (hasTwice(indicators.map(({ key }) => key))) faults.push('An indicator is named twice.');
  if (hasTwice(indicators.map(({ bit }) => bit))) faults.push('Two indicators have one bit.');
  if (indicators.some(({ bit }) => !Number.isInteger(bit) || bit < 0 || bit > 31)) faults.push('A bit is not 0 to 31.');
  if (indicators.some(({ line }) => line !== undefined && !(line > 0))) faults.push('A line is not above zero.');
  if (indicators.some(({ weight }) => weight.num <= 0)) faults.push('A weight is not above zero.');
  return faults.length > 0 ? faults : weightFaults(indicators);
}

function weightFaults(indicators: readonly AfIndicator[]): string[] {
  try {
    const sum = sumOf(indicators.map(({ weight }) => weight));
    if (compareFractions(sum, one) !== 0) return [`The weights add up to ${fractionText(sum)}, not to 1.`];
    if (commonDenominator(indicators) <= weightDenominatorMax) return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return [`The weights have no common denominator up to ${weightDenominatorMax}. Give them as fractions such as 1/18.`];
}

/** @throws RangeError with everything that is wrong; see {@link specificationFaults} */
export function prepare(specification: AfSpecification): PreparedSpecification {
  const faults = specificationFaults(specification);
  if (faults.length > 0) throw new RangeError(faults.join(' '));
  const denominator = commonDenominator(specification.dimensions.flatMap((dimension) => dimension.indicators));
  const indicators = specification.dimensions.flatMap((dimension, index) =>
    dimension.indicators.map(({ key, bit, weight, line }): PreparedIndicator => {
      const whole = (weight.num * denominator) / weight.den;
      return {
        key,
        bit,
        mask: (1 << bit) >>> 0,
        weight: whole,
        dimension: index,
        ...(line === undefined ? {} : { line }),
      };
    }),
  );
  const { num, den } = specification.baseMin ?? zero;
  return {
    specification,
    denominator,
    indicators,
    dimensions: specification.dimensions.map(({ key }, index) => {
      const own = indicators.filter(({ dimension }) => dimension === index);
      return { key, mask: maskOf(own), weight: own.reduce((sum, { weight }) => sum + weight, 0) };
    }),
    mask: maskOf(indicators),
    baseWeightMin: Math.max(1, Math.ceil((num * denominator) / den)),
    hasLines: indicators.some(({ line }) => line !== undefined),
  };
}

/** A dimension to be weighted: without weights all dimensions are equal, and all indicators inside one are. */
export interface NestedDimension {
  readonly key: string;
  readonly weight?: Fraction;
  readonly indicators: readonly (Pick<AfIndicator, 'key' | 'bit' | 'line'> & {
    /** Share of the dimension. */
    readonly share?: Fraction;
  })[];
}

/** Nested weights: dimension weight × share inside the dimension. Where none are given, 1/D and 1/d ("equal nested"). */
export function nestedWeights(dimensions: readonly NestedDimension[]): AfDimension[] {
  return dimensions.map(({ key, weight = { num: 1, den: dimensions.length }, indicators }) => ({
    key,
    indicators: indicators.map(({ share = { num: 1, den: indicators.length }, ...indicator }) => ({
      ...indicator,
      weight: reduced(productOf(weight, share)),
    })),
  }));
}

/**
 * The specification for a survey that lacks some indicators altogether: their weight is spread equally over the others of their
 * dimension, for everybody, as OPHI does. A dimension that loses all of them is refused by {@link prepare}.
 */
export function withoutIndicators(specification: AfSpecification, absent: ReadonlySet<string>): AfSpecification {
  return {
    ...specification,
    dimensions: specification.dimensions.map(({ key, indicators }) => {
      const kept = indicators.filter((indicator) => !absent.has(indicator.key));
      const lost = sumOf(indicators.filter((indicator) => absent.has(indicator.key)).map(({ weight }) => weight));
      const each = productOf(lost, { num: 1, den: Math.max(1, kept.length) });
      return { key, indicators: kept.map((indicator) => ({ ...indicator, weight: sumOf([indicator.weight, each]) })) };
    }),
  };
}

/**
 * Every score that some record can have, as whole numbers over the denominator, ascending from 0. Between two of them every cut-off
 * identifies the same people.
 */
export function reachableScores({ indicators, denominator }: PreparedSpecification): number[] {
  const isReached = new Uint8Array(denominator + 1);
  isReached[0] = 1;
  let highest = 0;
  for (const { weight } of indicators) {
    for (let score = highest; score >= 0; score--) if (isReached[score]) isReached[score + weight] = 1;
    highest += weight;
  }
  const scores: number[] = [];
  for (let score = 0; score <= highest; score++) if (isReached[score]) scores.push(score);
  return scores;
}

/** The score that a cut-off really means: the smallest reachable one that is not below k; undefined where none is. */
export function effectiveCutoff(prepared: PreparedSpecification, k: Fraction): Fraction | undefined {
  const { denominator } = prepared;
  const score = reachableScores(prepared).find((reached) => reached * k.den >= k.num * denominator);
  return score === undefined ? undefined : reduced({ num: score, den: denominator });
}

function commonDenominator(indicators: readonly AfIndicator[]): number {
  return indicators.reduce((common, { weight }) => leastCommonMultiple(common, reduced(weight).den), 1);
}

function maskOf(indicators: readonly PreparedIndicator[]): number {
  return indicators.reduce((mask, indicator) => (mask | indicator.mask) >>> 0, 0);
}

function hasTwice(values: readonly unknown[]): boolean {
  return new Set(values).size < values.length;
}
