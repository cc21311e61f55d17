import { changeOf, groupEffect, incidenceAndIntensity } from '../method/alkire-foster/changes';
import { figuresOf, type AfFigures } from '../method/alkire-foster/figures';
import { subgroupShare } from '../method/alkire-foster/subgroups';
import { sumRange, type SumTable } from '../method/alkire-foster/sums';
import { createColumnScorer, standingOf } from '../engine/score-columns';
import { runUnder, type AreaRun } from '../engine/areas';
import { areasAt, named } from './mpi-figures';
import { withFailed, type MpiRule } from './mpi-specification';
import type { Snapshot } from './snapshot';
import type { AreaLevel } from '@faemban/reference-data';

/** The figures of an area at one side of a comparison. */
export type Side = Pick<AfFigures, 'records' | 'persons' | 'poorRecords' | 'poor' | 'H' | 'A' | 'M0'>;

/** The sums of a run, or of nothing where the area has no household at that side. */
export function sideOf(table: SumTable, run: AreaRun | undefined): AfFigures {
  return figuresOf(table.layout, run ? sumRange(table, run.from, run.to) : new Float64Array(table.layout.stride));
}

/** The headline figures alone. */
export function shown({ records, persons, poorRecords, poor, H, A, M0 }: AfFigures): Side {
  return { records, persons, poorRecords, poor, H, A, M0 };
}

/** What changed from one side to the other; null where one side has no such figure. */
export function differenceOf(from: Side, to: Side) {
  const minus = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? null : one - other;
  return {
    persons: to.persons - from.persons,
    poor: to.poor - from.poor,
    poorRecords: to.poorRecords - from.poorRecords,
    H: minus(to.H, from.H),
    A: minus(to.A, from.A),
    M0: minus(to.M0, from.M0),
  };
}

/** Two snapshots scored under one rule. */
export interface TwoTimes {
  readonly from: { readonly snapshot: Snapshot; readonly table: SumTable };
  readonly to: { readonly snapshot: Snapshot; readonly table: SumTable };
  readonly years: number;
}

/** Changes of every area of a level, and of the whole, with what made them. */
export function changesBetween({ from, to, years }: TwoTimes, level: AreaLevel, under: string) {
  const runs = ({ snapshot }: TwoTimes['from']) =>
    new Map(areasAt(snapshot.columns.areas, level, under).map((run) => [run.code, run]));
  const [before, after] = [runs(from), runs(to)];
  const whole = {
    from: sideOf(from.table, runUnder(from.snapshot.columns.areas, under)),
    to: sideOf(to.table, runUnder(to.snapshot.columns.areas, under)),
  };
  const codes = [...new Set([...before.keys(), ...after.keys()])].sort();
  return {
    total: { ...named(under), ...changed(whole.from, whole.to, years) },
    items: codes.map((code) => {
      const [was, is] = [sideOf(from.table, before.get(code)), sideOf(to.table, after.get(code))];
      return {
        ...named(code),
        ...changed(was, is, years),
        /** The area's part in the change of the whole. */
        effect: groupEffect(
          { share: subgroupShare(was, whole.from).share ?? 0, M0: was.M0 ?? 0 },
          { share: subgroupShare(is, whole.to).share ?? 0, M0: is.M0 ?? 0 },
        ),
      };
    }),
  };
}

function changed(from: AfFigures, to: AfFigures, years: number) {
  const hasBoth = from.H !== null && to.H !== null;
  return {
    from: shown(from),
    to: shown(to),
    change: { H: changeOf(from.H, to.H, years), A: changeOf(from.A, to.A, years), M0: changeOf(from.M0, to.M0, years) },
    /** ΔM0 = incidence + intensity; null where one side has nobody. */
    shapley: hasBoth ? incidenceAndIntensity({ H: from.H ?? 0, A: from.A }, { H: to.H ?? 0, A: to.A }) : null,
  };
}

/** What became of households: those seen at both times by where they stood, and those seen at one time only. */
export interface Pathways {
  readonly both: number;
  readonly stayedPoor: number;
  readonly stayedNotPoor: number;
  readonly becamePoor: number;
  readonly leftPoverty: number;
  /** Seen at both times, and left out by the missing policy at one. */
  readonly notComparable: number;
  readonly onlyBefore: number;
  readonly onlyAfter: number;
}

/** Follows the same households from one time to another, in slices; wherever in the province they live at either. */
export function* pathwaysBetween(
  { from, to }: TwoTimes,
  rule: MpiRule,
  under: string,
  households: number,
): Generator<void, Pathways> {
  const unseen = 3;
  const standing = standingOf(createColumnScorer(rule.prepared), rule.identification);
  const standings = function* (snapshot: Snapshot): Generator<void, Uint8Array> {
    const columns = withFailed(snapshot.columns, rule);
    const found = new Uint8Array(households).fill(unseen);
    const { from: first, to: last } = runUnder(columns.areas, under);
    for (let area = first; area < last; area++) {
      if (area % areasPerSlice === 0) yield;
      for (let row = columns.areaStart[area] as number; row < (columns.areaStart[area + 1] as number); row++) {
        found[snapshot.household[row] as number] = standing(
          columns.deprived[row] as number,
          columns.known[row] as number,
          columns.applicable[row] as number,
        );
      }
    }
    return found;
  };
  const before = yield* standings(from.snapshot);
  const after = yield* standings(to.snapshot);
  const counts = new Map<string, number>();
  for (let household = 0; household < households; household++) {
    const key = `${before[household]}${after[household]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (household % householdsPerSlice === 0) yield;
  }
  const sum = (...keys: readonly string[]): number => keys.reduce((total, key) => total + (counts.get(key) ?? 0), 0);
  return {
    both: sum('00', '01', '10', '11', '02', '12', '20', '21', '22'),
    stayedPoor: sum('11'),
    stayedNotPoor: sum('00'),
    becamePoor: sum('01'),
    leftPoverty: sum('10'),
    notComparable: sum('02', '12', '20', '21', '22'),
    onlyBefore: sum('03', '13', '23'),
    onlyAfter: sum('30', '31', '32'),
  };
}

const areasPerSlice = 64;
const householdsPerSlice = 16_384;
