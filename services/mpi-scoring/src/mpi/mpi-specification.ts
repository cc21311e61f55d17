import { findIndicatorSet, type Fraction, type Ruleset, type Threshold } from '@faemban/reference-data';
import { fractionText, productOf, reduced } from '../method/alkire-foster/fraction';
import {
  effectiveCutoff,
  nestedWeights,
  prepare,
  reachableScores,
  type AfDimension,
  type AfIdentification,
  type AfSpecification,
  type MissingPolicy,
  type NotApplicablePolicy,
  type PreparedSpecification,
} from '../method/alkire-foster/specification';
import type { Columns } from '../engine/columns';

/** A line that an indicator's figure is held against instead of the survey's own answer. */
export interface ChangedThreshold {
  readonly indicator: number;
  readonly min: number;
  readonly measure: Threshold['measure'];
  readonly unit: Threshold['unit'];
}

/** What figures are asked under: weights, identification and policies, made ready, and how answers become deprivations. */
export interface MpiRule {
  readonly prepared: PreparedSpecification;
  readonly identification: AfIdentification;
  /** Whether unknown, and not applicable, count as failed: a ruleset may say so. */
  readonly countsAsFailed: { readonly unknown: boolean; readonly notApplicable: boolean };
  readonly thresholds: readonly ChangedThreshold[];
}

/** What may be asked otherwise than a ruleset has it. */
export interface MpiChange {
  readonly dimensions?: readonly ChosenDimension[] | undefined;
  /** Dimension weights by key. Dimensions that are not named share what is left equally. */
  readonly weights?: Readonly<Record<string, Fraction>> | undefined;
  readonly k?: Fraction | undefined;
  readonly identification?: AfIdentification | undefined;
  readonly missing?: MissingPolicy | undefined;
  readonly notApplicable?: NotApplicablePolicy | undefined;
  readonly thresholds?: readonly { readonly indicator: number; readonly min: number }[] | undefined;
  /** With a line for income, so that M1 and M2 are given. */
  readonly gaps?: boolean | undefined;
}

export interface ChosenDimension {
  readonly key: string;
  readonly weight?: Fraction | undefined;
  readonly indicators: readonly { readonly number: number; readonly share?: Fraction | undefined }[];
}

/**
 * The rule a ruleset stands for, with changes. Without weights in the ruleset, dimensions weigh the same and indicators inside a dimension
 * do ("equal nested"). Without k the ruleset's own identification is kept.
 *
 * @throws RangeError with what is wrong in plain sentences
 */
export function ruleOf(ruleset: Ruleset, change: MpiChange = {}): MpiRule {
  const lines = change.gaps ? incomeLines(ruleset, change) : new Map<number, number>();
  const dimensions = dimensionsOf(ruleset, change).map(({ key, indicators }) => ({
    key,
    indicators: indicators.map((indicator) => {
      const line = lines.get(indicator.bit + 1);
      return line === undefined ? indicator : { ...indicator, line };
    }),
  }));
  const specification: AfSpecification = {
    dimensions,
    missing: change.missing ?? 'notDeprived',
    notApplicable: change.notApplicable ?? 'notDeprived',
  };
  const identification = identificationOf(ruleset, change);
  refuseUnknownDimensions(dimensions, identification);
  return {
    prepared: prepare(specification),
    identification,
    countsAsFailed: {
      unknown: change.missing === undefined && ruleset.unknown === 'failed',
      notApplicable: change.notApplicable === undefined && ruleset.notApplicable === 'failed',
    },
    thresholds: (change.thresholds ?? []).map((threshold) => ({
      ...thresholdOf(ruleset, threshold.indicator),
      ...threshold,
    })),
  };
}

function dimensionsOf({ dimensions, identification }: Ruleset, change: MpiChange): AfDimension[] {
  const isOwn = change.dimensions === undefined && change.weights === undefined;
  if (isOwn && identification.kind === 'weighted') {
    const { weights, denominator } = identification;
    return dimensions.map(({ key, indicators }) => ({
      key,
      indicators: indicators
        .filter((number) => weights[number] !== undefined)
        .map((number) => ({
          ...indicatorOf(number),
          weight: reduced({ num: weights[number] ?? 0, den: denominator }),
        })),
    }));
  }
  const chosen: readonly ChosenDimension[] =
    change.dimensions ??
    dimensions.map(({ key, indicators }) => ({ key, indicators: indicators.map((number) => ({ number })) }));
  const weights =
    change.weights &&
    sharedOut(
      change.weights,
      chosen.map(({ key }) => key),
    );
  return nestedWeights(
    chosen.map(({ key, weight, indicators }) => ({
      key,
      ...withWeight(weights?.[key] ?? weight),
      indicators: indicators.map(({ number, share }) => ({ ...indicatorOf(number), ...(share ? { share } : {}) })),
    })),
  );
}

const withWeight = (weight: Fraction | undefined) => (weight ? { weight } : {});

function indicatorOf(number: number): { key: string; bit: number } {
  return { key: `${number}`, bit: number - 1 };
}

/** What is left of 1 goes equally to the dimensions that are not named. */
function sharedOut(
  given: Readonly<Record<string, Fraction>>,
  keys: readonly string[],
): Readonly<Record<string, Fraction>> {
  const unknown = Object.keys(given).filter((key) => !keys.includes(key));
  if (unknown.length > 0)
    throw new RangeError(`There is no dimension ${unknown.join(', ')}. There is: ${keys.join(', ')}.`);
  const others = keys.filter((key) => given[key] === undefined);
  const common = Object.values(given).reduce((product, { den }) => product * den, 1);
  const used = Object.values(given).reduce((sum, { num, den }) => sum + num * (common / den), 0);
  if (!Number.isSafeInteger(common) || used > common) throw new RangeError('The weights add up to more than 1.');
  const each =
    others.length === 0
      ? undefined
      : productOf(reduced({ num: common - used, den: common }), { num: 1, den: others.length });
  return { ...given, ...Object.fromEntries(others.flatMap((key) => (each ? [[key, each]] : []))) };
}

function identificationOf(ruleset: Ruleset, { k, identification }: MpiChange): AfIdentification {
  if (identification) return identification;
  if (k) return { kind: 'weighted', k };
  const own = ruleset.identification;
  return own.kind === 'weighted' ? { kind: 'weighted', k: own.cutoff } : own;
}

function refuseUnknownDimensions(dimensions: readonly AfDimension[], rule: AfIdentification): void {
  const keys = dimensions.map(({ key }) => key);
  if (rule.kind === 'namedSet' && !rule.dimensions.every((key) => keys.includes(key))) {
    throw new RangeError(`A named set names a dimension that is not there. There is: ${keys.join(', ')}.`);
  }
  if (rule.kind === 'atLeast' && rule.dimensions > keys.length) {
    throw new RangeError(`At least ${rule.dimensions} of ${keys.length} dimensions cannot be asked for.`);
  }
}

function thresholdOf(ruleset: Ruleset, number: number): Pick<ChangedThreshold, 'measure' | 'unit'> {
  const indicators = findIndicatorSet(ruleset.indicatorSet)?.indicators ?? [];
  const threshold = indicators.find((indicator) => indicator.number === number)?.threshold;
  if (threshold) return threshold;
  const known = indicators.filter((indicator) => indicator.threshold).map((indicator) => indicator.number);
  throw new RangeError(
    `Indicator ${number} has no figure behind its answer. Those that have one: ${known.join(', ')}.`,
  );
}

/** Income alone is on a ratio scale with a published line; the others' gaps would not mean anything. */
function incomeLines(ruleset: Ruleset, { thresholds = [] }: MpiChange): ReadonlyMap<number, number> {
  const indicators = findIndicatorSet(ruleset.indicatorSet)?.indicators ?? [];
  return new Map(
    indicators.flatMap(({ number, threshold }) => {
      if (threshold?.measure !== 'meanIncome') return [];
      return [[number, thresholds.find(({ indicator }) => indicator === number)?.min ?? threshold.min]];
    }),
  );
}

/** The columns with answers that a ruleset counts as failed made so. */
export function withFailed(columns: Columns, { prepared, countsAsFailed }: MpiRule): Columns {
  if (!countsAsFailed.unknown && !countsAsFailed.notApplicable) return columns;
  const { length } = columns;
  const [deprived, known, applicable] = [new Uint32Array(length), new Uint32Array(length), new Uint32Array(length)];
  for (let row = 0; row < length; row++) {
    const [k, a] = [columns.known[row] as number, columns.applicable[row] as number];
    const made = ((countsAsFailed.unknown ? a & ~k : 0) | (countsAsFailed.notApplicable ? ~a : 0)) & prepared.mask;
    deprived[row] = (columns.deprived[row] as number) | made;
    known[row] = k | made;
    applicable[row] = a | made;
  }
  return { ...columns, deprived, known, applicable };
}

/** How a rule is shown: every weight and cut-off as an exact fraction, and what the cut-off really means. */
export function shownRule({ prepared, identification, thresholds }: MpiRule) {
  const { denominator, specification } = prepared;
  const weight = (whole: number): string => fractionText(reduced({ num: whole, den: denominator }));
  const effective = identification.kind === 'weighted' ? effectiveCutoff(prepared, identification.k) : undefined;
  return {
    dimensions: prepared.dimensions.map(({ key, weight: whole }, index) => ({
      key,
      weight: weight(whole),
      indicators: prepared.indicators
        .filter(({ dimension }) => dimension === index)
        .map(({ key: number, weight: own, line }) => ({
          number: Number(number),
          weight: weight(own),
          ...(line === undefined ? {} : { line }),
        })),
    })),
    denominator,
    identification:
      identification.kind === 'weighted'
        ? {
            kind: identification.kind,
            k: fractionText(reduced(identification.k)),
            /** The smallest score that reaches k: every cut-off above the score before it, and up to this one, picks the same people. */
            kEffective: effective ? fractionText(effective) : null,
          }
        : identification,
    reachableScores: reachableScores(prepared).length,
    missing: specification.missing,
    notApplicable: specification.notApplicable,
    ...(thresholds.length === 0
      ? {}
      : { thresholds: thresholds.map(({ indicator, min, unit }) => ({ indicator, min, unit })) }),
  };
}
