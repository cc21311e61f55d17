import type { PreparedSpecification } from './specification';

/**
 * Where the sums of an area stand in its stretch of a Float64Array. Without sampling weights every sum but the gaps is a whole number and
 * exact, so sums of areas add up to those of the area around them bit for bit. Ratios are taken from them last.
 *
 * Deprivation scores are summed apart for every denominator that occurs (`dens`): one, unless a policy re-spreads weights by record.
 */
export interface SumLayout {
  readonly prepared: PreparedSpecification;
  readonly stride: number;
  /** Ascending. */
  readonly dens: readonly number[];
  readonly denIndex: ReadonlyMap<number, number>;
  /** Sums of persons deprived in indicator `j` (its index), poor or not. */
  raw(j: number): number;
  /** Σ persons × numerator over the poor of a denominator. */
  score(den: number): number;
  /** Persons poor and deprived in indicator `j`, of a denominator. */
  censored(den: number, j: number): number;
  /** Σ persons × Σ weight × gap^power over the poor of a denominator. */
  gap(den: number, power: 1 | 2): number;
}

/** The sums every layout begins with. */
export const at = { records: 0, persons: 1, poorRecords: 2, poor: 3, droppedRecords: 4, droppedPersons: 5 } as const;
const headLength = 6;
const gapPowers = 2;

/** A layout for records whose weights add up to these denominators. */
export function layoutOf(prepared: PreparedSpecification, dens: readonly number[] = [prepared.denominator]): SumLayout {
  const count = prepared.indicators.length;
  const block = 1 + count + (prepared.hasLines ? gapPowers : 0);
  const blocks = headLength + count;
  const ascending = [...dens].sort((one, other) => one - other);
  return {
    prepared,
    stride: blocks + block * dens.length,
    dens: ascending,
    denIndex: new Map(ascending.map((den, index) => [den, index])),
    raw: (j) => headLength + j,
    score: (den) => blocks + den * block,
    censored: (den, j) => blocks + den * block + 1 + j,
    gap: (den, power) => blocks + den * block + 1 + count + power - 1,
  };
}

/** The sums of many areas, one stretch each, in the order of the areas. */
export interface SumTable {
  readonly layout: SumLayout;
  readonly areas: number;
  readonly sums: Float64Array;
}

/** An empty table. */
export function createSumTable(layout: SumLayout, areas: number): SumTable {
  return { layout, areas, sums: new Float64Array(areas * layout.stride) };
}

/** The sums of a run of areas together: `from` inclusive, `to` exclusive. */
export function sumRange({ layout: { stride }, sums }: SumTable, from: number, to: number): Float64Array {
  const total = new Float64Array(stride);
  for (let area = from; area < to; area++) {
    const start = area * stride;
    for (let index = 0; index < stride; index++) total[index] = (total[index] ?? 0) + (sums[start + index] ?? 0);
  }
  return total;
}
