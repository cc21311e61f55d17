import {
  findIndicatorSet,
  type Identification,
  type IndicatorSet,
  type Ruleset,
  type Threshold,
} from '@faemban/reference-data';

/** What a ruleset says of one household's answers. */
export interface Assessment<Key extends string = string> {
  /** Every indicator that counts as failed, whether the ruleset uses it or not, ascending. */
  readonly failedIndicators: readonly number[];
  /** In the ruleset's order. A dimension fails when any of its indicators does. */
  readonly failedDimensions: readonly Key[];
  readonly isPoor: boolean;
}

/** A ruleset made ready to be asked many times. Pure: the same answers always give the same assessment. */
export interface Method<Key extends string = string> {
  readonly ruleset: Ruleset<Key>;
  /** The threshold behind an indicator's answer, where the form has a figure for it. */
  thresholdOf(indicator: number): Threshold | undefined;
  /** The dimension an indicator belongs to, or null where the ruleset does not use it. */
  dimensionOf(indicator: number): Key | null;
  /** `answers`: one letter an indicator, `p` pass, `f` fail, `n` not applicable, `u` unknown. */
  assess(answers: string): Assessment<Key>;
}

/**
 * Makes a ruleset ready. Only *fail* counts as failed, unless the ruleset says that *unknown* or *not applicable* does too: the four
 * answers are never mixed up before this point.
 *
 * @throws RangeError where the ruleset's indicator set is not known
 */
export function createMethod<Key extends string>(
  ruleset: Ruleset<Key>,
  indicators: IndicatorSet | undefined = findIndicatorSet(ruleset.indicatorSet),
): Method<Key> {
  if (!indicators) throw new RangeError(`There is no indicator set ${ruleset.indicatorSet}.`);
  const dimensionOf = new Map<number, Key>();
  for (const { key, indicators: numbers } of ruleset.dimensions) {
    for (const number of numbers) dimensionOf.set(number, key);
  }
  const thresholdOf = new Map(indicators.indicators.map(({ number, threshold }) => [number, threshold]));
  const isFailed = (answer: string | undefined, isUsed: boolean): boolean => {
    switch (answer) {
      case 'f':
        return true;
      case 'u':
        return isUsed && ruleset.unknown === 'failed';
      case 'n':
        return isUsed && ruleset.notApplicable === 'failed';
      default:
        return false;
    }
  };
  return {
    ruleset,
    thresholdOf: (indicator) => thresholdOf.get(indicator),
    dimensionOf: (indicator) => dimensionOf.get(indicator) ?? null,
    assess(answers) {
      const failedIndicators: number[] = [];
      const failed = new Set<Key>();
      for (let indicator = 1; indicator <= answers.length; indicator++) {
        const dimension = dimensionOf.get(indicator);
        if (!isFailed(answers[indicator - 1], dimension !== undefined)) continue;
        failedIndicators.push(indicator);
        if (dimension !== undefined) failed.add(dimension);
      }
      const failedDimensions = ruleset.dimensions.filter(({ key }) => failed.has(key)).map(({ key }) => key);
      return {
        failedIndicators,
        failedDimensions,
        isPoor: identifies(ruleset.identification, { failedIndicators, failedDimensions }),
      };
    },
  };
}

/** What a household fails, as far as identification needs to know. */
export type Failures<Key extends string = string> = Pick<Assessment<Key>, 'failedIndicators' | 'failedDimensions'>;

/** Whether a rule picks out a household. Weighted sums are compared with the cut-off as whole numbers: no rounding can move a household. */
export function identifies<Key extends string>(rule: Identification<Key>, failures: Failures<Key>): boolean {
  switch (rule.kind) {
    case 'any':
      return failures.failedDimensions.length > 0;
    case 'atLeast':
      return failures.failedDimensions.length >= rule.dimensions;
    case 'namedSet':
      return rule.dimensions.every((key) => failures.failedDimensions.includes(key));
    case 'weighted':
      return weightOf(rule.weights, failures) * rule.cutoff.den >= rule.cutoff.num * rule.denominator;
  }
}

/** The weights of the failed indicators added up: the numerator of the Alkire-Foster deprivation score. */
export function weightOf(weights: Readonly<Record<number, number>>, { failedIndicators }: Failures): number {
  return failedIndicators.reduce((sum, indicator) => sum + (weights[indicator] ?? 0), 0);
}

/** The ruleset's further sets a household belongs to, by flag; such as `priority3of5`. */
export function flagsOf<Key extends string>(
  ruleset: Ruleset<Key>,
  failures: Failures<Key>,
): Readonly<Record<string, boolean>> {
  return Object.fromEntries(Object.entries(ruleset.flags).map(([flag, rule]) => [flag, identifies(rule, failures)]));
}
