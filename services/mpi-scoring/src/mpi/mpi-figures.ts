import { areaLevelOf, areaName, type AreaLevel } from '@faemban/reference-data';
import { runsOf, type AreaRun } from '../engine/areas';
import type { Columns } from '../engine/columns';
import { createColumnScorer, scoreInSlices } from '../engine/score-columns';
import { figuresOf, type AfFigures } from '../method/alkire-foster/figures';
import { sumRange, type SumTable } from '../method/alkire-foster/sums';
import { withFailed, type MpiRule } from './mpi-specification';
import type { Snapshot } from './snapshot';

/** What is counted: the members of households, or households. The household is what is identified either way. */
export type CountedUnit = 'persons' | 'households';

/** Digits of the codes of a level; a tambon and a municipality have six. */
const digitsOf: Readonly<Record<AreaLevel, number>> = {
  province: 2,
  district: 4,
  tambon: 6,
  municipality: 6,
  village: 10,
};

/** The areas of a level that have households, by code. */
export function areasAt(areas: readonly string[], level: AreaLevel, under: string): AreaRun[] {
  return runsOf(areas, digitsOf[level]).filter(({ code }) => code.startsWith(under) && areaLevelOf(code) === level);
}

/** A snapshot scored, with the way it was scored on: the cube, or the households' own rows where their figures are needed. */
export interface Scored {
  readonly table: SumTable;
  readonly path: 'cube' | 'rows';
}

/** Scores a snapshot under a rule, in slices. */
export function* scoreSnapshot(snapshot: Snapshot, rule: MpiRule, unit: CountedUnit): Generator<void, Scored> {
  const needsRows = rule.thresholds.length > 0 || rule.prepared.hasLines;
  const columns = needsRows ? rowsFor(snapshot, rule) : snapshot.cube;
  const counted = unit === 'persons' ? columns : { ...columns, persons: Float64Array.from(columns.records) };
  const scorer = createColumnScorer(rule.prepared);
  const table = yield* scoreInSlices(scorer, rule.identification, withFailed(counted, rule));
  return { table, path: needsRows ? 'rows' : 'cube' };
}

/** The households' rows with answers given anew by their figures where a threshold is another one, and achievements for gaps. */
export function rowsFor({ columns, figures }: Snapshot, { thresholds, prepared }: MpiRule): Columns {
  let deprived = columns.deprived;
  for (const { indicator, min, measure } of thresholds) {
    const mask = (1 << (indicator - 1)) >>> 0;
    const figure = figures[measure];
    const changed = deprived.slice();
    for (let row = 0; row < columns.length; row++) {
      const value = figure[row] as number;
      if (Number.isNaN(value) || ((columns.known[row] as number) & mask) === 0) continue;
      changed[row] = value < min ? (changed[row] as number) | mask : (changed[row] as number) & ~mask;
    }
    deprived = changed;
  }
  const achievements = new Map<number, Float64Array>();
  for (const { bit, line } of prepared.indicators) if (line !== undefined) achievements.set(bit, figures.meanIncome);
  return { ...columns, deprived, achievements };
}

/** One area's figures as they are shown. */
export type AreaMpi = {
  readonly area: string;
  readonly name: { readonly th: string; readonly en: string };
} & Partial<AfFigures>;

/** The figures of a run of areas; without their parts by indicator unless asked for. */
export function areaMpi(table: SumTable, run: AreaRun, withIndicators: boolean): AreaMpi {
  const { indicators, dimensions, ...figures } = figuresOf(table.layout, sumRange(table, run.from, run.to));
  return { ...named(run.code), ...figures, ...(withIndicators ? { dimensions, indicators } : {}) };
}

/** An area's code with its names. */
export function named(area: string): { area: string; name: { th: string; en: string } } {
  return { area, name: { th: areaName(area, 'th'), en: areaName(area, 'en') } };
}
