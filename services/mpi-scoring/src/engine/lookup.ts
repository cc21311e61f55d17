import type { AfIdentification, PreparedSpecification } from '../method/alkire-foster/specification';

/** A number for every set of 32 bits that is a sum (or union) over its bits: two tables of 2^16, looked up and joined. */
export interface HalfTables {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

const half = 16;

/** Σ weight over the indicators in a mask: `low[mask & 0xffff] + high[mask >>> 16]`. Only for masks within the specification's. */
export function weightTables({ indicators }: PreparedSpecification): HalfTables {
  const byBit = new Uint32Array(2 * half);
  for (const { bit, weight } of indicators) byBit[bit] = weight;
  return { low: sumsOf(byBit.subarray(0, half)), high: sumsOf(byBit.subarray(half)) };
}

/** The set of dimensions in which a mask has an indicator: `low[mask & 0xffff] | high[mask >>> 16]`. Only for masks within the specification's. */
export function dimensionTables({ indicators }: PreparedSpecification): HalfTables {
  const byBit = new Uint32Array(2 * half);
  for (const { bit, dimension } of indicators) byBit[bit] = 1 << dimension;
  return { low: unionsOf(byBit.subarray(0, half)), high: unionsOf(byBit.subarray(half)) };
}

/** 1 for every set of failed dimensions that makes poor; undefined where scores decide. */
export function poorByDimensions(prepared: PreparedSpecification, rule: AfIdentification): Uint8Array | undefined {
  if (rule.kind === 'weighted') return undefined;
  const sets = new Uint8Array(1 << prepared.dimensions.length);
  const named =
    rule.kind === 'namedSet'
      ? prepared.dimensions.reduce(
          (set, { key }, index) => (rule.dimensions.includes(key) ? set | (1 << index) : set),
          0,
        )
      : 0;
  const isImpossible =
    rule.kind === 'namedSet' && !rule.dimensions.every((key) => prepared.dimensions.some((each) => each.key === key));
  for (let set = 0; set < sets.length; set++) {
    const isPicked =
      rule.kind === 'any'
        ? set !== 0
        : rule.kind === 'atLeast'
          ? bitCount(set) >= rule.dimensions
          : !isImpossible && (set & named) === named;
    sets[set] = isPicked ? 1 : 0;
  }
  return sets;
}

/** Each set is a smaller set with one bit more. A table is as long as its highest used bit needs. */
function sumsOf(byBit: Uint32Array): Uint32Array {
  const table = new Uint32Array(lengthFor(byBit));
  for (let bit = 0; 1 << bit < table.length; bit++) {
    const add = byBit[bit] as number;
    for (let set = 0, size = 1 << bit; set < size; set++) table[size + set] = (table[set] as number) + add;
  }
  return table;
}

function unionsOf(byBit: Uint32Array): Uint32Array {
  const table = new Uint32Array(lengthFor(byBit));
  for (let bit = 0; 1 << bit < table.length; bit++) {
    const add = byBit[bit] as number;
    for (let set = 0, size = 1 << bit; set < size; set++) table[size + set] = (table[set] as number) | add;
  }
  return table;
}

function lengthFor(byBit: Uint32Array): number {
  return 1 << (byBit.findLastIndex((value) => value !== 0) + 1);
}

function bitCount(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}
