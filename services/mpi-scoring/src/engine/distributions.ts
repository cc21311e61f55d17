import { createColumnScorer } from './score-columns';
import type { Columns } from './columns';
import type { PreparedSpecification } from '../method/alkire-foster/specification';
import { reachableScores } from '../method/alkire-foster/specification';
import type { AreaRun } from './areas';

/** How many persons of each area have each reachable score: every cut-off at once. Only for one denominator (no re-spreading). */
export interface ScoreCurves {
  /** Whole numbers over the specification's denominator, ascending from 0. */
  readonly scores: readonly number[];
  /** Share of the persons of a run with at least each score; the headcount ratio at that cut-off. */
  headcounts(run: AreaRun): number[];
}

/** Counts persons by score. The policies of missing and not applicable that re-spread weights are not asked here. */
export function scoreCurves(prepared: PreparedSpecification, columns: Columns): ScoreCurves {
  const scores = reachableScores(prepared);
  const place = new Int32Array(prepared.denominator + 1);
  scores.forEach((score, index) => (place[score] = index));
  const { weights } = createColumnScorer(prepared);
  const isListwise = prepared.specification.missing.startsWith('listwise');
  const counts = new Float64Array(columns.areas.length * scores.length);
  for (let area = 0; area < columns.areas.length; area++) {
    for (let row = columns.areaStart[area] as number; row < (columns.areaStart[area + 1] as number); row++) {
      const unknown = (columns.applicable[row] as number) & ~(columns.known[row] as number) & prepared.mask;
      if (isListwise && unknown !== 0) continue;
      const mask = (columns.deprived[row] as number) & prepared.mask;
      const score = (weights.low[mask & 0xffff] as number) + (weights.high[mask >>> 16] as number);
      const index = area * scores.length + (place[score] as number);
      counts[index] = (counts[index] as number) + (columns.persons[row] as number);
    }
  }
  return {
    scores,
    headcounts({ from, to }) {
      const curve = new Array<number>(scores.length).fill(0);
      for (let area = from; area < to; area++) {
        for (let index = 0; index < scores.length; index++) {
          curve[index] = (curve[index] ?? 0) + (counts[area * scores.length + index] ?? 0);
        }
      }
      for (let index = scores.length - 2; index >= 0; index--)
        curve[index] = (curve[index] ?? 0) + (curve[index + 1] ?? 0);
      const all = curve[0] ?? 0;
      return curve.map((count) => (all === 0 ? 0 : count / all));
    },
  };
}

/** Persons deprived in each pair of indicators, poor or not: `both[i][j]`, and on the diagonal deprived in that one. */
export function coincidences(prepared: PreparedSpecification, columns: Columns, run: AreaRun) {
  const count = prepared.indicators.length;
  const both = Array.from({ length: count }, () => new Float64Array(count));
  let persons = 0;
  for (let row = columns.areaStart[run.from] ?? 0; row < (columns.areaStart[run.to] ?? 0); row++) {
    const counted = columns.persons[row] as number;
    persons += counted;
    const mask = (columns.deprived[row] as number) & prepared.mask;
    if (mask === 0) continue;
    for (let i = 0; i < count; i++) {
      if ((mask & (prepared.indicators[i]?.mask ?? 0)) === 0) continue;
      const line = both[i] as Float64Array;
      for (let j = 0; j < count; j++) {
        if ((mask & (prepared.indicators[j]?.mask ?? 0)) !== 0) line[j] = (line[j] as number) + counted;
      }
    }
  }
  return { persons, both };
}
