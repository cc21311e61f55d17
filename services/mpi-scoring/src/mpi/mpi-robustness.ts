import type { AreaLevel, Fraction, Ruleset } from '@faemban/reference-data';
import { runUnder, type AreaRun } from '../engine/areas';
import { coincidences, scoreCurves } from '../engine/distributions';
import { associationOf } from '../method/alkire-foster/association';
import { fractionText, reduced } from '../method/alkire-foster/fraction';
import { agreementOf, dominates, type Agreement } from '../method/alkire-foster/ranking';
import { reachableScores } from '../method/alkire-foster/specification';
import type { SumTable } from '../method/alkire-foster/sums';
import { shown, sideOf, type Side } from './mpi-comparison';
import { areasAt, scoreSnapshot, type CountedUnit } from './mpi-figures';
import { ruleOf, withFailed, type MpiChange, type MpiRule } from './mpi-specification';
import type { Snapshot } from './snapshot';

/** Cut-offs tried at most, spread over the reachable scores. */
export const cutoffsMax = 24;
/** Areas compared at most: every pair is looked at. */
export const areasMax = 400;
/** Pairs of indicators listed at most, those that overlap most first. */
const associationsMax = 30;

/** How a ranking of areas stands under another choice. */
export interface Robust extends Side {
  /** Against the ranking of areas under the rule asked for, by M0. */
  readonly agreement: Agreement;
}

/** What robustness is asked of. */
export interface RobustnessOf {
  readonly snapshot: Snapshot;
  readonly ruleset: Ruleset;
  readonly change: MpiChange;
  readonly unit: CountedUnit;
  readonly level: AreaLevel;
  readonly under: string;
}

/** How far the picture hangs on k, on the weights, and on indicators that say the same; in slices. */
export function* robustnessOf(asked: RobustnessOf) {
  const { snapshot, ruleset, change, unit, level, under } = asked;
  const rule = ruleOf(ruleset, change);
  const runs = areasAt(snapshot.columns.areas, level, under);
  const whole = runUnder(snapshot.columns.areas, under);
  const base = yield* ranked(snapshot, rule, unit, runs, whole);
  const against = function* (other: MpiRule): Generator<void, Robust> {
    const { total, order } = yield* ranked(snapshot, other, unit, runs, whole);
    yield;
    return { ...total, agreement: agreementOf(base.order, order) };
  };
  const { denominator } = rule.prepared;
  const reachable = reachableScores(rule.prepared).filter((score) => score > 0);
  const cutoffs: ({ k: string } & Robust)[] = [];
  for (const score of spread(reachable, cutoffsMax)) {
    const k = reduced({ num: score, den: denominator });
    const identification = { kind: 'weighted', k } as const;
    cutoffs.push({ k: fractionText(k), ...(yield* against({ ...rule, identification })) });
  }
  const schemes: ({ scheme: string; weights: Readonly<Record<string, string>> } & Robust)[] = [];
  for (const [scheme, weights] of weightSchemes(rule.prepared.dimensions.map(({ key }) => key))) {
    const { weights: _, dimensions, ...rest } = change;
    const other = ruleOf(ruleset, {
      ...rest,
      weights,
      ...(dimensions ? { dimensions: dimensions.map(({ key, indicators }) => ({ key, indicators })) } : {}),
    });
    const texts = Object.fromEntries(
      other.prepared.dimensions.map(({ key, weight }) => [
        key,
        fractionText(reduced({ num: weight, den: other.prepared.denominator })),
      ]),
    );
    schemes.push({ scheme, weights: texts, ...(yield* against(other)) });
  }
  return {
    rule,
    areas: runs.length,
    base: base.total,
    reachable: {
      count: reachable.length,
      scores: reachable.slice(0, reachableShownMax).map((num) => fractionText(reduced({ num, den: denominator }))),
    },
    cutoffs,
    schemes,
    dominance: yield* dominanceOf(snapshot, rule, unit, runs),
    associations: associationsOf(snapshot, rule, unit, whole),
  };
}

const reachableShownMax = 200;

function* ranked(
  snapshot: Snapshot,
  rule: MpiRule,
  unit: CountedUnit,
  runs: readonly AreaRun[],
  whole: AreaRun,
): Generator<void, { total: Side; order: number[] }> {
  const { table }: { table: SumTable } = yield* scoreSnapshot(snapshot, rule, unit);
  return { total: shown(sideOf(table, whole)), order: runs.map((run) => sideOf(table, run).M0 ?? 0) };
}

/** All dimensions equal, and each in turn at one half with the others sharing the rest. */
function weightSchemes(keys: readonly string[]): [scheme: string, weights: Record<string, Fraction>][] {
  const equal = Object.fromEntries(keys.map((key) => [key, { num: 1, den: keys.length }]));
  if (keys.length < 2) return [['equal', equal]];
  return [
    ['equal', equal],
    ...keys.map((key): [string, Record<string, Fraction>] => [`half-${key}`, { [key]: { num: 1, den: 2 } }]),
  ];
}

/** At most `most` of the scores, evenly over their order, the first and the last among them. */
function spread(scores: readonly number[], most: number): number[] {
  if (scores.length <= most) return [...scores];
  const places = Array.from({ length: most }, (_, at) => Math.round((at * (scores.length - 1)) / (most - 1)));
  return [...new Set(places)].map((place) => scores[place] ?? 0);
}

function counted({ cube }: Snapshot, rule: MpiRule, unit: CountedUnit) {
  const columns = unit === 'persons' ? cube : { ...cube, persons: Float64Array.from(cube.records) };
  return withFailed(columns, rule);
}

/** Pairs of areas of which one is at least as poor as the other at every cut-off. Null where policies re-spread weights by household. */
function* dominanceOf(snapshot: Snapshot, rule: MpiRule, unit: CountedUnit, runs: readonly AreaRun[]) {
  const { missing, notApplicable } = rule.prepared.specification;
  if (missing === 'reweight' || notApplicable === 'reweight') return null;
  const curves = scoreCurves(rule.prepared, counted(snapshot, rule, unit));
  yield;
  const heads = runs.map((run) => curves.headcounts(run));
  let [pairs, decided] = [0, 0];
  for (let one = 0; one < heads.length; one++) {
    yield;
    for (let other = one + 1; other < heads.length; other++) {
      pairs++;
      const [left, right] = [heads[one] ?? [], heads[other] ?? []];
      if (dominates(left, right) || dominates(right, left)) decided++;
    }
  }
  return { pairs, decided, share: pairs === 0 ? null : decided / pairs };
}

function associationsOf(snapshot: Snapshot, rule: MpiRule, unit: CountedUnit, whole: AreaRun) {
  const { indicators } = rule.prepared;
  const { persons, both } = coincidences(rule.prepared, counted(snapshot, rule, unit), whole);
  const at = (i: number, j: number): number => both[i]?.[j] ?? 0;
  return indicators
    .flatMap(({ key }, i) =>
      indicators.slice(i + 1).map((other, offset) => {
        const j = i + 1 + offset;
        const counts = { persons, one: at(i, i), other: at(j, j), both: at(i, j) };
        return { indicators: [Number(key), Number(other.key)], both: counts.both, ...associationOf(counts) };
      }),
    )
    .filter(({ overlap }) => overlap !== null)
    .sort((left, right) => (right.overlap ?? 0) - (left.overlap ?? 0) || right.both - left.both)
    .slice(0, associationsMax);
}
