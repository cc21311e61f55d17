import { gapOf } from '../method/alkire-foster/record';
import type { AfIdentification, PreparedSpecification } from '../method/alkire-foster/specification';
import { at, createSumTable, layoutOf, type SumTable } from '../method/alkire-foster/sums';
import type { Columns } from './columns';
import { dimensionTables, poorByDimensions, weightTables, type HalfTables } from './lookup';

/** A specification made ready for columns: half tables instead of indicators. About a millisecond to make, any number of runs. */
export interface ColumnScorer {
  readonly prepared: PreparedSpecification;
  /** Σ weight of a mask. */
  readonly weights: HalfTables;
  /** Failed dimensions of a mask; made when an identification first needs them. */
  dimensions(): HalfTables;
  /** Index in the specification by bit; 255 where the bit is not used. */
  readonly indexOfBit: Uint8Array;
}

const unusedBit = 255;
const lowHalf = 0xffff;

/** Makes a specification ready for {@link scoreColumns}. */
export function createColumnScorer(prepared: PreparedSpecification): ColumnScorer {
  const indexOfBit = new Uint8Array(32).fill(unusedBit);
  prepared.indicators.forEach(({ bit }, index) => (indexOfBit[bit] = index));
  let tables: HalfTables | undefined;
  const dimensions = (): HalfTables => (tables ??= dimensionTables(prepared));
  return { prepared, weights: weightTables(prepared), dimensions, indexOfBit };
}

/**
 * The batch path: all areas in one pass over the columns. The sums are those of {@link scoreOneByOne}, bit for bit where persons are whole
 * numbers. On condensed columns it is the cube path.
 *
 * On many rows, {@link scoreInSlices} does the same with rests in between.
 */
export function scoreColumns(scorer: ColumnScorer, identification: AfIdentification, columns: Columns): SumTable {
  const work = scoreInSlices(scorer, identification, columns);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

const rowsPerSlice = 16_384;

/** {@link scoreColumns}, resting after every area that completes 16,384 rows. */
export function* scoreInSlices(
  scorer: ColumnScorer,
  identification: AfIdentification,
  columns: Columns,
): Generator<void, SumTable> {
  const layout = layoutOf(scorer.prepared, densOf(scorer, columns));
  const table = createSumTable(layout, columns.areas.length);
  const isReweighted = layout.dens.length > 1 || layout.dens[0] !== scorer.prepared.denominator;
  const score = isReweighted || scorer.prepared.hasLines ? scoreByBase : scoreByOneDenominator;
  const pass = score(scorer, identification, columns, table);
  for (let from = 0; from < columns.areas.length;) {
    let to = from + 1;
    while (to < columns.areas.length && rowsIn(columns, from, to) < rowsPerSlice) to++;
    pass({ from, to });
    from = to;
    yield;
  }
  return table;
}

function rowsIn({ areaStart }: Columns, from: number, to: number): number {
  return (areaStart[to] ?? 0) - (areaStart[from] ?? 0);
}

/** Areas whose rows are scored in one go: `from` inclusive, `to` exclusive. */
type AreaRange = { readonly from: number; readonly to: number };

/** 0 not poor, 1 poor, 2 left out by the missing policy. */
export type Standing = 0 | 1 | 2;

/** How a record stands, by its three masks alone; for following the same households from one time to another. */
export function standingOf(
  { prepared, weights, dimensions }: ColumnScorer,
  identification: AfIdentification,
): (deprived: number, known: number, applicable: number) => Standing {
  const base = baseRule(prepared);
  const isPoorSet = poorByDimensions(prepared, identification);
  const failing = isPoorSet === undefined ? weights : dimensions();
  const k = identification.kind === 'weighted' ? identification.k : { num: 0, den: 1 };
  return (deprived, known, applicable) => {
    const den = base.isDropped(known, applicable) ? 0 : look(weights, base.of(known, applicable));
    if (den < prepared.baseWeightMin) return 2;
    const mask = (deprived & prepared.mask) >>> 0;
    if (isPoorSet === undefined) return look(weights, mask) * k.den >= k.num * den ? 1 : 0;
    return isPoorSet[join(failing, mask)] === 1 ? 1 : 0;
  };
}

/** The denominators that occur: one, unless a policy re-spreads weights by record. */
function densOf({ prepared, weights }: ColumnScorer, columns: Columns): readonly number[] {
  const base = baseRule(prepared);
  if (!base.isSpread) return [prepared.denominator];
  const dens = new Set<number>();
  let lastBase = -1;
  for (let row = 0; row < columns.length; row++) {
    const [known, applicable] = [columns.known[row] ?? 0, columns.applicable[row] ?? 0];
    if (base.isDropped(known, applicable)) continue;
    const mask = base.of(known, applicable);
    if (mask === lastBase) continue;
    lastBase = mask;
    const den = look(weights, mask);
    if (den >= prepared.baseWeightMin) dens.add(den);
  }
  return dens.size === 0 ? [prepared.denominator] : [...dens];
}

/** Which rows are left out, and which indicators count for a row. */
function baseRule({ specification: { missing, notApplicable }, mask }: PreparedSpecification) {
  const isListwise = missing === 'listwise' || missing === 'listwiseAsDomain';
  const spreadsUnknown = missing === 'reweight' ? mask : 0;
  const spreadsNotApplicable = notApplicable === 'reweight' ? mask : 0;
  return {
    isSpread: spreadsUnknown !== 0 || spreadsNotApplicable !== 0,
    isDropped: (known: number, applicable: number): boolean => isListwise && (applicable & ~known & mask) !== 0,
    of: (known: number, applicable: number): number =>
      (mask & ~(applicable & ~known & spreadsUnknown) & ~(~applicable & spreadsNotApplicable)) >>> 0,
  };
}

/** The plain case: every row's weights add up to the specification's denominator. */
function scoreByOneDenominator(
  { prepared, weights, dimensions, indexOfBit }: ColumnScorer,
  identification: AfIdentification,
  columns: Columns,
  { layout, sums }: SumTable,
): (range: AreaRange) => void {
  const { low, high } = weights;
  const isPoorSet = poorByDimensions(prepared, identification);
  const failing = isPoorSet === undefined ? weights : dimensions();
  const scoreMin = identification.kind === 'weighted' ? scoreMinOf(identification.k, prepared.denominator) : 0;
  const { missing } = prepared.specification;
  const isListwise = missing === 'listwise' || missing === 'listwiseAsDomain';
  const { deprived, known, applicable, persons, records, areaStart } = columns;
  const used = prepared.mask | 0;
  const [raw, score, censored] = [layout.raw(0), layout.score(0), layout.censored(0, 0)];
  return (range) => {
    for (let area = range.from; area < range.to; area++) {
      const to = areaStart[area + 1] as number;
      const start = area * layout.stride;
      for (let row = areaStart[area] as number; row < to; row++) {
        const count = persons[row] as number;
        if (isListwise && ((applicable[row] as number) & ~(known[row] as number) & used) !== 0) {
          sums[start + at.droppedRecords]! += records[row] as number;
          sums[start + at.droppedPersons]! += count;
          continue;
        }
        sums[start + at.records]! += records[row] as number;
        sums[start + at.persons]! += count;
        const mask = (deprived[row] as number) & used;
        if (mask === 0 && (isPoorSet === undefined ? scoreMin > 0 : isPoorSet[0] === 0)) continue;
        const num = (low[mask & lowHalf] as number) + (high[mask >>> 16] as number);
        const isPoor = isPoorSet === undefined ? num >= scoreMin : isPoorSet[join(failing, mask)] === 1;
        if (isPoor) {
          sums[start + at.poorRecords]! += records[row] as number;
          sums[start + at.poor]! += count;
          sums[start + score]! += count * num;
        }
        for (let rest = mask; rest !== 0; rest &= rest - 1) {
          const j = indexOfBit[31 - Math.clz32(rest & -rest)] as number;
          sums[start + raw + j]! += count;
          if (isPoor) sums[start + censored + j]! += count;
        }
      }
    }
  };
}

/** The general case: a row's own denominator, and gaps. */
function scoreByBase(
  { prepared, weights, dimensions, indexOfBit }: ColumnScorer,
  identification: AfIdentification,
  columns: Columns,
  { layout, sums }: SumTable,
): (range: AreaRange) => void {
  const base = baseRule(prepared);
  const isPoorSet = poorByDimensions(prepared, identification);
  const failing = isPoorSet === undefined ? weights : dimensions();
  const k = identification.kind === 'weighted' ? identification.k : { num: 0, den: 1 };
  const used = prepared.mask;
  const add = (place: number, amount: number): void => {
    sums[place] = (sums[place] as number) + amount;
  };
  return (range) => {
    for (let area = range.from; area < range.to; area++) {
      const start = area * layout.stride;
      for (let row = columns.areaStart[area] as number; row < (columns.areaStart[area + 1] as number); row++) {
        const [count, records] = [columns.persons[row] as number, columns.records[row] as number];
        const [known, applicable] = [columns.known[row] as number, columns.applicable[row] as number];
        const den = base.isDropped(known, applicable) ? 0 : look(weights, base.of(known, applicable));
        if (den < prepared.baseWeightMin) {
          add(start + at.droppedRecords, records);
          add(start + at.droppedPersons, count);
          continue;
        }
        add(start + at.records, records);
        add(start + at.persons, count);
        const mask = ((columns.deprived[row] as number) & used) >>> 0;
        const num = look(weights, mask);
        const isPoor = isPoorSet === undefined ? num * k.den >= k.num * den : isPoorSet[join(failing, mask)] === 1;
        const place = layout.denIndex.get(den) ?? 0;
        if (isPoor) {
          add(start + at.poorRecords, records);
          add(start + at.poor, count);
          add(start + layout.score(place), count * num);
          if (prepared.hasLines)
            addGaps(prepared, columns, row, mask, (power, gaps) => add(start + layout.gap(place, power), count * gaps));
        }
        for (let rest = mask; rest !== 0; rest &= rest - 1) {
          const j = indexOfBit[31 - Math.clz32(rest & -rest)] as number;
          add(start + layout.raw(j), count);
          if (isPoor) add(start + layout.censored(place, j), count);
        }
      }
    }
  };
}

function addGaps(
  { indicators }: PreparedSpecification,
  columns: Columns,
  row: number,
  mask: number,
  add: (power: 1 | 2, gaps: number) => void,
): void {
  for (const power of [1, 2] as const) {
    let gaps = 0;
    for (const { mask: own, weight, line, bit } of indicators) {
      if ((mask & own) !== 0) gaps += weight * gapOf(line, columns.achievements.get(bit)?.[row], power);
    }
    add(power, gaps);
  }
}

/** The smallest whole score that reaches k: score × k.den ≥ k.num × denominator. */
function scoreMinOf(k: { readonly num: number; readonly den: number }, denominator: number): number {
  return Math.ceil((k.num * denominator) / k.den);
}

function look({ low, high }: HalfTables, mask: number): number {
  return (low[mask & lowHalf] as number) + (high[mask >>> 16] as number);
}

function join({ low, high }: HalfTables, mask: number): number {
  return (low[mask & lowHalf] as number) | (high[mask >>> 16] as number);
}
