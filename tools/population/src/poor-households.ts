import {
  DIMENSION_INDICATORS,
  INDEX_INDICATORS,
  INDICATOR_COUNT,
  bitCount,
  dimensionBit,
  indicatorBits,
} from './indicators';
import type { Random } from './random';
import { spreadVerified } from './verified-spread';
import type { PoorCell, VillageFigures } from './village-figures';

/** A household that fails something, before it has a roster. */
export type PoorHousehold = {
  cell: PoorCell;
  size: number;
  verified: number;
  /** Failed indicators as a mask. Of households without verified members only the 17 of the index are decided. */
  failed: number;
};

/** The poor households of a village, and how far they are from what is wanted. */
export type Arrangement = {
  households: PoorHousehold[];
  /** Persons too many or too few, over all indicators. */
  missed: number;
  /** Members that what is failed asks for and no household has place for. */
  strain: number;
};

/** The published counts no household arrangement was found for; thrown, as these columns are exact. */
export class NoArrangementFound extends Error {
  override readonly name = 'NoArrangementFound';
}

const CHILDREN = [indicatorBits(1), indicatorBits(15), indicatorBits(16), indicatorBits(17)] as const;
const ELDERLY_CARE = indicatorBits(21, 27);
const WORKING_AGE = indicatorBits(19, 20);
const DISABLED_CARE = indicatorBits(28);

/** How many members a household must have for what it fails: children, adults, an elderly person. */
export function membersNeeded(failed: number, adults: number): number {
  const children = CHILDREN.reduce((count, bit) => count + (failed & bit ? 1 : 0), 0);
  const grown = (failed & ELDERLY_CARE ? 1 : 0) + (failed & WORKING_AGE ? 1 : 0);
  return children + Math.max(adults, grown, 1);
}

/** The largest household that is made where figures leave a choice. */
export const HOUSEHOLD_SIZE_MAX = 15;

const STEPS_PER_HOUSEHOLD = 900;
const STEPS_MIN = 6_000;
const MISS_WEIGHT = 4;

/**
 * Arranges the poor households of a village: sizes, verified members and failed indicators. The figures of the cells are
 * met exactly. The persons failing each indicator are met by a seeded annealing over sizes and answers, which stops at
 * the first arrangement that misses nothing.
 *
 * @returns the best arrangement found, with what it misses
 * @throws NoArrangementFound where a cell's verified persons cannot be dealt
 */
export function arrangePoorHouseholds(village: VillageFigures, random: Random, clustered: boolean): Arrangement {
  const search = new ArrangementSearch(village, random);
  for (const cell of village.cells) search.place(cell, clustered);
  return search.run();
}

class ArrangementSearch {
  private readonly cellOf: number[] = [];
  private readonly size: number[] = [];
  private readonly verified: number[] = [];
  private readonly failed: number[] = [];
  private readonly byCell: { cell: PoorCell; from: number; to: number }[] = [];
  private readonly sums = new Int32Array(INDICATOR_COUNT);
  private readonly open: number;
  private readonly tracked: number[] = [];
  private verifiedHouseholdsPersons = 0;
  private deficit = 0;
  private elderlyHouseholds = 0;
  private elderlyPersons = 0;
  private disabledHouseholds = 0;

  constructor(
    private readonly village: VillageFigures,
    private readonly random: Random,
  ) {
    this.open = Array.from({ length: INDICATOR_COUNT }, (_, i) => i)
      .filter((i) => village.failing[i] !== 0)
      .reduce((bits, i) => bits | (1 << i), 0);
  }

  place(cell: PoorCell, clustered: boolean): void {
    const spread = spreadVerified(cell, this.random, clustered) ?? spreadVerified(cell, this.random, !clustered);
    if (!spread) {
      throw new NoArrangementFound(
        `village ${this.village.villageId}: the ${cell.verified} target persons of ${cell.households} households could not be dealt`,
      );
    }
    const sizes = this.sizes(cell, spread.verified, spread.failed);
    const from = this.size.length;
    for (let h = 0; h < cell.households; h += 1) {
      const verified = spread.verified[h] as number;
      const failed = verified > 0 ? (spread.failed[h] as number) : this.anyFailure(cell.dimensions);
      this.cellOf.push(this.byCell.length);
      this.size.push(sizes[h] as number);
      this.verified.push(verified);
      this.failed.push(failed);
      this.add(from + h, 1);
    }
    this.byCell.push({ cell, from, to: this.size.length });
  }

  /** Every household has room for what it holds; the other persons go anywhere. */
  private sizes(cell: PoorCell, verified: readonly number[], failed: readonly number[]): number[] {
    const sizes = verified.map((persons) => Math.max(1, persons));
    let rest = cell.persons - sizes.reduce((sum, size) => sum + size, 0);
    if (rest < 0) {
      throw new NoArrangementFound(
        `village ${this.village.villageId}: more verified persons than places in households`,
      );
    }
    for (let h = 0; h < sizes.length && rest > 0; h += 1) {
      const wanted = membersNeeded(failed[h] as number, verified[h] as number) - (sizes[h] as number);
      const given = Math.min(rest, Math.max(0, wanted));
      sizes[h] = (sizes[h] as number) + given;
      rest -= given;
    }
    for (let tries = 0; rest > 0; tries += 1) {
      const h = this.random.int(sizes.length);
      if ((sizes[h] as number) >= HOUSEHOLD_SIZE_MAX && tries < 50 * cell.persons) continue;
      sizes[h] = (sizes[h] as number) + 1;
      rest -= 1;
    }
    return sizes;
  }

  /** One failed indicator for each dimension, likelier where more persons are published to fail it. */
  private anyFailure(dimensions: number): number {
    let failed = 0;
    for (let d = 0; d < DIMENSION_INDICATORS.length; d += 1) {
      if (!(dimensions & dimensionBit(d))) continue;
      failed |= 1 << this.anyIndicator(d);
    }
    return failed;
  }

  private anyIndicator(dimension: number): number {
    const own = DIMENSION_INDICATORS[dimension] as number;
    const choices: number[] = [];
    let total = 0;
    for (let i = 0; i < INDICATOR_COUNT; i += 1) {
      if (!(own & this.open & (1 << i))) continue;
      choices.push(i);
      total += this.village.failing[i] ?? 1;
    }
    if (choices.length === 0) {
      throw new NoArrangementFound(
        `village ${this.village.villageId}: a dimension is failed, but none of its indicators`,
      );
    }
    let at = this.random.next() * total;
    for (const i of choices) {
      at -= this.village.failing[i] ?? 1;
      if (at < 0) return i;
    }
    return choices.at(-1) as number;
  }

  private add(h: number, sign: 1 | -1): void {
    const size = this.size[h] as number;
    const failed = this.failed[h] as number;
    const verified = this.verified[h] as number;
    for (let bits = failed; bits !== 0; bits &= bits - 1) {
      const i = 31 - Math.clz32(bits & -bits);
      this.sums[i] = (this.sums[i] as number) + sign * size;
    }
    if (verified > 0) this.verifiedHouseholdsPersons += sign * size;
    this.deficit += sign * Math.max(0, membersNeeded(failed, verified) - size);
    if (failed & ELDERLY_CARE) {
      this.elderlyHouseholds += sign;
      this.elderlyPersons += sign * size;
    }
    if (failed & DISABLED_CARE) this.disabledHouseholds += sign;
  }

  /** Members and households that what is failed asks for, and that are not to be had. */
  private strain(): number {
    const { elderly, disabled, applicable } = this.village;
    return (
      this.deficit +
      Math.max(0, this.elderlyHouseholds - elderly) +
      Math.max(0, this.elderlyPersons - (applicable[26] as number)) +
      Math.max(0, this.disabledHouseholds - disabled)
    );
  }

  /** Misses of the index's indicators; of the others only what no household left could make good. */
  private missed(): number {
    const { failing, members } = this.village;
    const undecided = members - this.verifiedHouseholdsPersons;
    let missed = 0;
    for (const i of this.tracked) {
      const over = (this.sums[i] as number) - (failing[i] ?? (this.sums[i] as number));
      missed += INDEX_INDICATORS & (1 << i) ? Math.abs(over) : Math.max(0, over, -over - undecided);
    }
    return missed;
  }

  private cost(): number {
    return MISS_WEIGHT * this.missed() + this.strain();
  }

  run(): Arrangement {
    for (let i = 0; i < INDICATOR_COUNT; i += 1) if (this.open & (1 << i) || this.sums[i]) this.tracked.push(i);
    const total = this.size.length;
    let cost = this.cost();
    let best = cost;
    let kept = this.snapshot();
    const steps = total === 0 ? 0 : Math.max(STEPS_MIN, STEPS_PER_HOUSEHOLD * total);
    for (let step = 0; step < steps && best > 0; step += 1) {
      const change = this.propose();
      if (!change) continue;
      this.apply(change);
      const next = this.cost();
      const temperature = 6 * (1 - step / steps) ** 2 + 0.2;
      if (next <= cost || this.random.next() < Math.exp((cost - next) / temperature)) {
        cost = next;
        if (cost < best) {
          best = cost;
          kept = this.snapshot();
        }
      } else {
        this.apply(change);
      }
    }
    return kept;
  }

  private snapshot(): Arrangement {
    const households = this.cellOf.map((c, h) => ({
      cell: (this.byCell[c] as { cell: PoorCell }).cell,
      size: this.size[h] as number,
      verified: this.verified[h] as number,
      failed: this.failed[h] as number,
    }));
    return { households, missed: this.missed(), strain: this.strain() };
  }

  /** Applying a change twice undoes it: it holds what is to be exchanged. */
  private apply(change: Change): void {
    for (const part of change) {
      this.add(part.h, -1);
      const { size, failed } = part;
      part.size = this.size[part.h] as number;
      part.failed = this.failed[part.h] as number;
      this.size[part.h] = size;
      this.failed[part.h] = failed;
      this.add(part.h, 1);
    }
  }

  private propose(): Change | undefined {
    const h = this.random.int(this.size.length);
    const kind = this.random.next();
    if (kind < 0.35) return this.moveMembers(h);
    if (kind < 0.45) return this.exchangeSizes(h);
    return (this.verified[h] as number) > 0 ? this.exchangeAnswers(h) : this.changeAnswer(h);
  }

  private neighbour(h: number): number | undefined {
    const { from, to } = this.byCell[this.cellOf[h] as number] as { from: number; to: number };
    if (to - from < 2) return undefined;
    const other = from + this.random.int(to - from - 1);
    return other >= h ? other + 1 : other;
  }

  private moveMembers(h: number): Change | undefined {
    const other = this.neighbour(h);
    if (other === undefined) return undefined;
    const spare = (this.size[h] as number) - Math.max(1, this.verified[h] as number);
    const amount = this.random.chance(0.7) ? 1 : this.random.between(1, 4);
    if (amount > spare || (this.size[other] as number) + amount > HOUSEHOLD_SIZE_MAX) return undefined;
    return [
      { h, size: (this.size[h] as number) - amount, failed: this.failed[h] as number },
      { h: other, size: (this.size[other] as number) + amount, failed: this.failed[other] as number },
    ];
  }

  private exchangeSizes(h: number): Change | undefined {
    const other = this.neighbour(h);
    if (other === undefined) return undefined;
    const [mine, theirs] = [this.size[h] as number, this.size[other] as number];
    if (mine === theirs || mine < (this.verified[other] as number) || theirs < (this.verified[h] as number))
      return undefined;
    return [
      { h, size: theirs, failed: this.failed[h] as number },
      { h: other, size: mine, failed: this.failed[other] as number },
    ];
  }

  /** Households with equally many verified members exchange one answer, or all answers of one dimension. */
  private exchangeAnswers(h: number): Change | undefined {
    const other = this.neighbour(h);
    if (other === undefined || this.verified[h] !== this.verified[other]) return undefined;
    const [mine, theirs] = [this.failed[h] as number, this.failed[other] as number];
    const differing = mine ^ theirs;
    if (differing === 0) return undefined;
    const bit = this.anyBit(differing);
    const own = DIMENSION_INDICATORS.find((bits) => bits & bit) ?? bit;
    const swap = this.random.chance(0.5) ? bit : differing & own;
    const [newMine, newTheirs] = [mine ^ swap, theirs ^ swap];
    if (INDEX_INDICATORS & bit && (!(newMine & own) || !(newTheirs & own))) return undefined;
    return [
      { h, size: this.size[h] as number, failed: newMine },
      { h: other, size: this.size[other] as number, failed: newTheirs },
    ];
  }

  /** A household without verified members fails one indicator more, one less, or another one. */
  private changeAnswer(h: number): Change | undefined {
    const { dimensions } = (this.byCell[this.cellOf[h] as number] as { cell: PoorCell }).cell;
    const failed = this.failed[h] as number;
    const d = this.random.int(DIMENSION_INDICATORS.length);
    if (!(dimensions & dimensionBit(d))) return undefined;
    const own = (DIMENSION_INDICATORS[d] as number) & this.open;
    if (bitCount(own) < 2) return undefined;
    const toggled = this.anyBit(own);
    let changed = failed ^ toggled;
    if (this.random.chance(0.6)) {
      const held = changed & own & ~toggled;
      if (failed & toggled) changed |= this.anyBit(own & ~toggled);
      else if (held) changed &= ~this.anyBit(held);
    }
    if (!(changed & own)) return undefined;
    return [{ h, size: this.size[h] as number, failed: changed }];
  }

  private anyBit(bits: number): number {
    let skip = this.random.int(bitCount(bits));
    for (let rest = bits; ; rest &= rest - 1) {
      const bit = rest & -rest;
      if (skip === 0) return bit;
      skip -= 1;
    }
  }
}

type Change = { h: number; size: number; failed: number }[];
