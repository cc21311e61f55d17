/** BMN's 31 indicators are numbered 1…31; a set of them is a bit mask in which indicator n is bit n − 1. */
export const INDICATOR_COUNT = 31;

/** The five dimensions in the order of the bits in TPMAP's file names: the first is the leftmost, highest bit. */
export const DIMENSIONS = ['health', 'living', 'education', 'income', 'accessibility'] as const;

/** Every dimension at once, as a mask. */
export const ALL_DIMENSIONS = 0b11111;

/**
 * The 17 indicators that make a household poor, by dimension, under TPMAP's rule for data year 2561. Written out here,
 * apart from the system's own ruleset, because what is generated serves to check that ruleset.
 */
export const INDICATORS_BY_DIMENSION: readonly (readonly number[])[] = [
  [1, 4, 5, 7],
  [8, 9, 10, 11],
  [15, 16, 17, 19],
  [20, 21, 22],
  [27, 28],
];

/** The mask of one dimension (0 = health … 4 = access). */
export function dimensionBit(dimension: number): number {
  return 1 << (DIMENSIONS.length - 1 - dimension);
}

/** The mask of some indicators, given by number. */
export function indicatorBits(...indicators: number[]): number {
  return indicators.reduce((bits, indicator) => bits | (1 << (indicator - 1)), 0);
}

/** The indicators of each dimension, as masks. */
export const DIMENSION_INDICATORS: readonly number[] = INDICATORS_BY_DIMENSION.map((numbers) =>
  indicatorBits(...numbers),
);

/** All 17 indicators of the index, as a mask. */
export const INDEX_INDICATORS = DIMENSION_INDICATORS.reduce((all, bits) => all | bits, 0);

/** The indicators of every dimension in a mask of dimensions. */
export function indicatorsOf(dimensions: number): number {
  return DIMENSION_INDICATORS.reduce((bits, own, d) => (dimensions & dimensionBit(d) ? bits | own : bits), 0);
}

/** The dimensions in which a household with these failed indicators fails. */
export function failedDimensions(failed: number): number {
  return DIMENSION_INDICATORS.reduce((mask, own, d) => (failed & own ? mask | dimensionBit(d) : mask), 0);
}

/** How many bits are set. */
export function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Thresholds behind four of the answers, as the BMN form of 2560–2564 states them. */
export const THRESHOLDS = {
  birthWeightGrams: 2500,
  drinkingWaterLitresPerPersonDay: 5,
  utilityWaterLitresPerPersonDay: 45,
  incomeBahtPerPersonYear: 38_000,
} as const;
