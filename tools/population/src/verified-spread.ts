import { DIMENSION_INDICATORS, INDICATOR_COUNT, dimensionBit } from './indicators';
import type { Random } from './random';
import type { PoorCell } from './village-figures';

/** Verified persons of one cell, dealt to its households, and what those with verified persons fail. */
export type VerifiedSpread = {
  /** Verified members by household of the cell. */
  verified: number[];
  /** Failed indicators by household, as masks; only for households with verified members. */
  failed: number[];
};

const PARTITION_TRIES = 400;
const COVER_TRIES = 30;

/**
 * Deals a cell's verified persons to its households and its failing counts to subsets of them, so that for every
 * indicator the verified members of the failing households add up to the published count, and every household with
 * verified members fails something in each dimension of the cell.
 *
 * @param clustered prefer several verified persons per household over one in each
 * @returns undefined where none was found in the tries allowed
 */
export function spreadVerified(cell: PoorCell, random: Random, clustered: boolean): VerifiedSpread | undefined {
  for (let attempt = 0; attempt < PARTITION_TRIES; attempt += 1) {
    const single = cell.verified <= cell.households && !clustered;
    const verified = single ? singles(cell, random) : partition(cell, random, clustered || attempt % 2 === 1);
    if (verified.reduce((places, persons) => places + Math.max(1, persons), 0) > cell.persons) continue;
    const failed = dealFailures(cell, verified, random);
    if (failed) return { verified, failed };
  }
  return undefined;
}

function singles(cell: PoorCell, random: Random): number[] {
  return random.shuffle(Array.from({ length: cell.households }, (_, h) => (h < cell.verified ? 1 : 0)));
}

/** As many households as there are persons to go round get one each, the rest goes to any; or all of it goes anywhere. */
function partition(cell: PoorCell, random: Random, anywhere: boolean): number[] {
  const parts = new Array<number>(cell.households).fill(0);
  let rest = cell.verified;
  if (!anywhere) {
    for (let h = 0; h < parts.length && rest > 0; h += 1, rest -= 1) parts[h] = 1;
  }
  const few = anywhere ? 1 + random.int(parts.length) : parts.length;
  for (; rest > 0; rest -= 1) {
    const h = random.int(few);
    parts[h] = (parts[h] as number) + 1;
  }
  return random.shuffle(parts);
}

function dealFailures(cell: PoorCell, verified: readonly number[], random: Random): number[] | undefined {
  const failed = new Array<number>(verified.length).fill(0);
  const deal = (indicator: number, preferred: (h: number) => boolean): boolean => {
    const chosen = subsetAddingUpTo(cell.failing[indicator] as number, verified, preferred, random);
    for (const h of chosen ?? []) failed[h] = (failed[h] as number) | (1 << indicator);
    return chosen !== undefined;
  };
  let index = 0;
  for (let d = 0; d < DIMENSION_INDICATORS.length; d += 1) {
    const own = DIMENSION_INDICATORS[d] as number;
    index |= own;
    if (!(cell.dimensions & dimensionBit(d)) || cell.verified === 0) continue;
    if (!coverDimension(cell, own, verified, failed, deal, random)) return undefined;
  }
  for (let i = 0; i < INDICATOR_COUNT; i += 1) {
    if (!(index & (1 << i)) && !deal(i, () => random.chance(0.5))) return undefined;
  }
  return failed;
}

function coverDimension(
  cell: PoorCell,
  own: number,
  verified: readonly number[],
  failed: number[],
  deal: (indicator: number, preferred: (h: number) => boolean) => boolean,
  random: Random,
): boolean {
  const indicators = Array.from({ length: INDICATOR_COUNT }, (_, i) => i).filter(
    (i) => own & (1 << i) && (cell.failing[i] as number) > 0,
  );
  for (let attempt = 0; attempt < COVER_TRIES; attempt += 1) {
    for (let h = 0; h < failed.length; h += 1) failed[h] = (failed[h] as number) & ~own;
    const dealt = random.shuffle(indicators).every((i) => deal(i, (h) => ((failed[h] as number) & own) === 0));
    if (!dealt) return false;
    if (verified.every((persons, h) => persons === 0 || ((failed[h] as number) & own) !== 0)) return true;
  }
  return false;
}

/** Households whose verified members add up to the sum, preferred ones first where the sum still can be reached. */
function subsetAddingUpTo(
  sum: number,
  verified: readonly number[],
  preferred: (h: number) => boolean,
  random: Random,
): number[] | undefined {
  if (sum === 0) return [];
  const holders = random.shuffle(verified.flatMap((persons, h) => (persons > 0 ? [h] : [])));
  const [first, then]: [number[], number[]] = [[], []];
  for (const h of holders) (preferred(h) ? first : then).push(h);
  const order = [...first, ...then];
  // reach[k][s]: households k… of the order can add up to s.
  const reach = Array.from({ length: order.length + 1 }, () => new Uint8Array(sum + 1));
  (reach[order.length] as Uint8Array)[0] = 1;
  for (let k = order.length - 1; k >= 0; k -= 1) {
    const persons = verified[order[k] as number] as number;
    const after = reach[k + 1] as Uint8Array;
    const here = reach[k] as Uint8Array;
    for (let s = 0; s <= sum; s += 1) here[s] = after[s] || (s >= persons && after[s - persons]) ? 1 : 0;
  }
  if (!(reach[0] as Uint8Array)[sum]) return undefined;
  const chosen: number[] = [];
  let rest = sum;
  for (let k = 0; k < order.length && rest > 0; k += 1) {
    const h = order[k] as number;
    const persons = verified[h] as number;
    if (rest >= persons && (reach[k + 1] as Uint8Array)[rest - persons]) {
      chosen.push(h);
      rest -= persons;
    }
  }
  return chosen;
}
