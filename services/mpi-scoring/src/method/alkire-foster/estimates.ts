import { changeOf, type Change } from './changes';
import { createDesign, type Design, type DesignPlace, type SingleClusterPolicy } from './design';
import { isPoor, scoreRecord, type CellState } from './record';
import type { AfIdentification, PreparedSpecification } from './specification';
import { studentQuantile } from './student-t';

/** One record of a sample survey. `weight` is its sampling weight times what it counts for (its household size, or 1). */
export interface SampleRecord extends DesignPlace {
  readonly cells: readonly CellState[];
  readonly weight?: number;
}

/** A figure with its sampling error. `interval` is null where it has none: at 0 and 1, and where nothing varies. */
export interface Estimate {
  readonly value: number | null;
  /** Standard error by Taylor linearisation; null for a census, which has no sampling variance, and where there is no value. */
  readonly se: number | null;
  /** 95 %, logit-transformed, Student's t on the whole design's degrees of freedom; for shares of persons only. */
  readonly interval?: readonly [lower: number, upper: number] | null;
}

/** The estimates of one domain, by indicator key where they are by indicator. */
export interface DomainEstimates {
  readonly H: Estimate;
  readonly A: Estimate;
  readonly M0: Estimate;
  readonly raw: Readonly<Record<string, Estimate>>;
  readonly censored: Readonly<Record<string, Estimate>>;
  readonly contribution: Readonly<Record<string, Estimate>>;
  readonly contributionShare: Readonly<Record<string, Estimate>>;
  /** Share of the domain in the persons counted, and in M0 of the whole sample. */
  readonly share: Estimate;
  readonly shareOfM0: Estimate;
}

/** A change between two waves, with standard errors by the delta method; waves may share clusters and households. */
export interface ChangeEstimate extends Change {
  readonly seAbsolute: number | null;
  readonly seRelative: number | null;
  readonly seAbsoluteAnnualised: number | null;
  readonly seRelativeAnnualised: number | null;
}

/** A scored sample, ready to be asked for any domain. Domains keep all clusters and strata: records outside count zero. */
export interface Sample {
  readonly design: Design | 'census';
  /** Deprivation scores as num ÷ den, by record; undefined for those left out. */
  readonly scores: readonly (number | undefined)[];
  estimate(isInDomain?: (record: number) => boolean): DomainEstimates;
  /** The change of a measure from one domain to another, such as two waves stacked in one sample. */
  change(
    measure: 'H' | 'A' | 'M0',
    from: (record: number) => boolean,
    to: (record: number) => boolean,
    years: number,
  ): ChangeEstimate;
}

/** @param sampling `census` where everybody was asked: there is no sampling variance, and none is printed */
export function scoreSample(
  prepared: PreparedSpecification,
  identification: AfIdentification,
  records: readonly SampleRecord[],
  sampling: { readonly kind: 'census' } | { readonly kind: 'sample'; readonly singleClusters?: SingleClusterPolicy },
): Sample {
  const isDropped = prepared.specification.missing === 'listwise';
  const scoredAll = records.map((record) => scoreRecord(prepared, record.cells));
  const kept = records.flatMap((record, index) => {
    const score = scoredAll[index];
    return score || !isDropped ? [{ record, index, score }] : [];
  });
  const design = sampling.kind === 'census' ? 'census' : createDesign(kept.map(({ record }) => record));
  const singleClusters = sampling.kind === 'sample' ? sampling.singleClusters : undefined;
  const rows = kept.map(({ record, index, score }) => ({
    index,
    isKept: score !== undefined,
    weight: record.weight ?? 1,
    copies: record.copies ?? 1,
    score: score ? score.num / score.den : 0,
    poor: score && isPoor(prepared, identification, score) ? 1 : 0,
    den: score?.den ?? 1,
    deprived: new Set(score?.deprived),
  }));
  type Value = (row: (typeof rows)[number]) => number;

  /** A ratio of two totals over a domain, with what each record adds to it: u = w (num − R den) ÷ Σ w den. */
  const ratio = (numerator: Value, denominator: Value, isIn: (record: number) => boolean) => {
    const numerators = rows.map((row) => (row.isKept && isIn(row.index) ? row.weight * numerator(row) : 0));
    const denominators = rows.map((row) => (row.isKept && isIn(row.index) ? row.weight * denominator(row) : 0));
    const total = (of: readonly number[]): number =>
      of.reduce((sum, each, at) => sum + each * (rows[at]?.copies ?? 1), 0);
    const whole = total(denominators);
    if (whole === 0) return { value: null, u: new Float64Array(rows.length) };
    const value = total(numerators) / whole;
    return { value, u: Float64Array.from(numerators, (each, at) => (each - value * (denominators[at] ?? 0)) / whole) };
  };
  const errorOf = (value: number | null, u: ArrayLike<number>): number | null =>
    design === 'census' || value === null ? null : Math.sqrt(Math.max(0, design.varianceOf(u, singleClusters)));
  const estimateOf = (linearised: ReturnType<typeof ratio>): Estimate => ({
    value: linearised.value,
    se: errorOf(linearised.value, linearised.u),
  });
  const withInterval = (estimate: Estimate): Estimate =>
    design === 'census' ? estimate : { ...estimate, interval: logitInterval(estimate, design.degreesOfFreedom) };

  const measures: Readonly<Record<'H' | 'A' | 'M0', readonly [Value, Value]>> = {
    H: [(row) => row.poor, () => 1],
    A: [(row) => row.poor * row.score, (row) => row.poor],
    M0: [(row) => row.poor * row.score, () => 1],
  };
  const everybody = (): boolean => true;

  return {
    design,
    scores: scoredAll.map((score) => (score ? score.num / score.den : undefined)),
    estimate(isIn = everybody) {
      const each = (numerator: (j: number) => Value, denominator: Value): Readonly<Record<string, Estimate>> =>
        Object.fromEntries(
          prepared.indicators.map(({ key }, j) => [key, estimateOf(ratio(numerator(j), denominator, isIn))]),
        );
      const one: Value = () => 1;
      const partOf =
        (j: number): Value =>
        (row) =>
          row.deprived.has(j) ? (row.poor * (prepared.indicators[j]?.weight ?? 0)) / row.den : 0;
      const inside =
        (value: Value): Value =>
        (row) =>
          isIn(row.index) ? value(row) : 0;
      return {
        H: withInterval(estimateOf(ratio(...measures.H, isIn))),
        A: withInterval(estimateOf(ratio(...measures.A, isIn))),
        M0: withInterval(estimateOf(ratio(...measures.M0, isIn))),
        raw: each((j) => (row) => Number(row.deprived.has(j)), one),
        censored: each((j) => (row) => (row.deprived.has(j) ? row.poor : 0), one),
        contribution: each(partOf, one),
        contributionShare: each(partOf, measures.M0[0]),
        share: estimateOf(ratio(inside(one), one, everybody)),
        shareOfM0: estimateOf(ratio(inside(measures.M0[0]), measures.M0[0], everybody)),
      };
    },
    change(measure, from, to, years) {
      const [before, after] = [ratio(...measures[measure], from), ratio(...measures[measure], to)];
      const change = changeOf(before.value, after.value, years);
      const combined = (ofBefore: number, ofAfter: number): number | null =>
        errorOf(
          change.absolute,
          Float64Array.from(after.u, (u, at) => ofAfter * u - ofBefore * (before.u[at] ?? 0)),
        );
      const absolute = combined(1, 1);
      const [M, N] = [before.value ?? 0, after.value ?? 0];
      const isRelative = M > 0 && N > 0;
      const annual = isRelative && years > 0 ? (N / M) ** (1 / years) / years : 0;
      return {
        ...change,
        seAbsolute: absolute,
        seRelative: M > 0 ? combined(N / (M * M), 1 / M) : null,
        seAbsoluteAnnualised: absolute === null || !(years > 0) ? null : absolute / years,
        seRelativeAnnualised: isRelative && years > 0 ? combined(annual / M, annual / N) : null,
      };
    },
  };
}

const confidence = 0.95;

/** Bounds on the logit scale: logit(b) ± t × se ÷ (b (1 − b)), brought back. Null at 0 and 1. */
export function logitInterval(
  { value, se }: Pick<Estimate, 'value' | 'se'>,
  degreesOfFreedom: number,
): readonly [lower: number, upper: number] | null {
  if (value === null || se === null || value <= 0 || value >= 1 || degreesOfFreedom < 1) return null;
  return logitBounds(value, se, studentQuantile((1 + confidence) / 2, degreesOfFreedom));
}

/** The logit interval for a given quantile. */
export function logitBounds(value: number, se: number, quantile: number): readonly [lower: number, upper: number] {
  const logit = Math.log(value / (1 - value));
  const half = (quantile * se) / (value * (1 - value));
  const back = (x: number): number => 1 / (1 + Math.exp(-x));
  return [back(logit - half), back(logit + half)];
}
