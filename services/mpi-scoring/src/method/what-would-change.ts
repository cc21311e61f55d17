import type { Identification, Ruleset } from '@faemban/reference-data';
import { identifies, weightOf, type Failures } from './assess';

/**
 * The least that turns a household's result over. The first `count` of the `options` suffice, and fewer do not; each names what has to
 * pass (or fail) in it together. `toward` is what the household would then be.
 */
export interface Change {
  readonly toward: 'poor' | 'notPoor';
  readonly count: number;
  readonly options: readonly {
    /** The dimension concerned, or null where the rule weighs indicators one by one. */
    readonly dimension: string | null;
    /** Leaving poverty: all of these must pass. Entering it: failing any one of these is enough. */
    readonly indicators: readonly number[];
  }[];
}

/** What would change the result of a household with these failures; undefined where nothing can (a cut-off of zero). */
export function whatWouldChange<Key extends string>(
  ruleset: Ruleset<Key>,
  failures: Failures<Key>,
): Change | undefined {
  return identifies(ruleset.identification, failures)
    ? wayOut(ruleset, ruleset.identification, failures)
    : wayIn(ruleset, ruleset.identification, failures);
}

function wayOut<Key extends string>(
  ruleset: Ruleset<Key>,
  rule: Identification<Key>,
  failures: Failures<Key>,
): Change | undefined {
  const failed = ruleset.dimensions.filter(({ key }) => failures.failedDimensions.includes(key));
  const options = failed.map(({ key, indicators }) => ({
    dimension: key,
    indicators: indicators.filter((indicator) => failures.failedIndicators.includes(indicator)),
  }));
  switch (rule.kind) {
    case 'any':
      return { toward: 'notPoor', count: options.length, options };
    case 'atLeast':
      return { toward: 'notPoor', count: options.length - rule.dimensions + 1, options };
    case 'namedSet': {
      const named = options.filter(({ dimension }) => rule.dimensions.includes(dimension));
      return { toward: 'notPoor', count: 1, options: named };
    }
    case 'weighted': {
      const heaviestFirst = weighted(rule.weights, failures.failedIndicators);
      let weight = weightOf(rule.weights, failures);
      let count = 0;
      for (const [, each] of heaviestFirst) {
        if (!reaches(rule, weight)) break;
        weight -= each;
        count++;
      }
      return reaches(rule, weight) ? undefined : { toward: 'notPoor', count, options: singly(heaviestFirst) };
    }
  }
}

function wayIn<Key extends string>(
  ruleset: Ruleset<Key>,
  rule: Identification<Key>,
  failures: Failures<Key>,
): Change | undefined {
  const options = ruleset.dimensions
    .filter(({ key }) => !failures.failedDimensions.includes(key))
    .map(({ key, indicators }) => ({ dimension: key, indicators }));
  switch (rule.kind) {
    case 'any':
      return { toward: 'poor', count: 1, options };
    case 'atLeast':
      return { toward: 'poor', count: rule.dimensions - failures.failedDimensions.length, options };
    case 'namedSet': {
      const named = options.filter(({ dimension }) => rule.dimensions.includes(dimension));
      return { toward: 'poor', count: named.length, options: named };
    }
    case 'weighted': {
      const passed = Object.keys(rule.weights)
        .map(Number)
        .filter((indicator) => !failures.failedIndicators.includes(indicator));
      const heaviestFirst = weighted(rule.weights, passed);
      let weight = weightOf(rule.weights, failures);
      let count = 0;
      for (const [, each] of heaviestFirst) {
        if (reaches(rule, weight)) break;
        weight += each;
        count++;
      }
      return reaches(rule, weight) ? { toward: 'poor', count, options: singly(heaviestFirst) } : undefined;
    }
  }
}

type Weighted = Extract<Identification, { kind: 'weighted' }>;

function reaches({ cutoff, denominator }: Pick<Weighted, 'cutoff' | 'denominator'>, weight: number): boolean {
  return weight * cutoff.den >= cutoff.num * denominator;
}

/** Indicators that have a weight, heaviest first: taken in this order, the fewest turn the result over. */
function weighted(weights: Readonly<Record<number, number>>, indicators: readonly number[]): [number, number][] {
  return indicators
    .map((indicator): [number, number] => [indicator, weights[indicator] ?? 0])
    .filter(([, weight]) => weight > 0)
    .sort(([one, weightOfOne], [other, weightOfOther]) => weightOfOther - weightOfOne || one - other);
}

function singly(indicators: readonly [number, number][]): Change['options'] {
  return indicators.map(([indicator]) => ({ dimension: null, indicators: [indicator] }));
}
