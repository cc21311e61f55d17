import { nextDay } from '../days';
import { invariant } from '../errors';
import type { TallyDifference } from '../ports';
import type { Contribution, Tally } from './define-view';

/** Contributions that came (`sign` 1) or went (−1) because of events of one known day. */
export interface Booking {
  readonly contribution: Contribution;
  readonly sign: 1 | -1;
  readonly knownDay: string;
}

/**
 * The contributions of a slice, checked; none for no slice.
 * @throws Error (invariant) where a day is no day, a measure is not declared, or an amount is no whole number
 */
export function contributionsOf<Slice>(tally: Tally<Slice>, slice: Slice | undefined): readonly Contribution[] {
  if (slice === undefined) return [];
  const contributions = tally.contributions(slice);
  for (const { from, to, add } of contributions) {
    invariant(isDay(from) && (to === undefined || isDay(to)), `a contribution of ${tally.name} runs from day to day`);
    for (const [measure, amount] of add) {
      invariant(tally.measures[measure] !== undefined, `${tally.name} declares its measure ${measure}`);
      invariant(Number.isSafeInteger(amount), `an amount of ${tally.name} is a whole number`);
    }
  }
  return contributions;
}

/** Collects bookings and merges them into one vector per (level, area, round, ruleset, valid day, known day). */
export class DifferenceSum {
  private readonly merged = new Map<string, Mutable>();
  private readonly days = new Map<string, string>();

  /** Books a contribution from its first day on, and takes it back on the day after its last. A stretch without a day counts nowhere. */
  add({ contribution, sign, knownDay }: Booking): void {
    const { from, to } = contribution;
    if (to !== undefined && to < from) return;
    this.book(contribution, from, knownDay, sign);
    if (to !== undefined) this.book(contribution, this.dayAfter(to), knownDay, sign === 1 ? -1 : 1);
  }

  /** Adds what was collected elsewhere. */
  merge(differences: readonly TallyDifference[]): void {
    for (const { add, ...counter } of differences) {
      const { level, area, round, ruleset, validDay, knownDay } = counter;
      const key = `${level}\0${area}\0${round}\0${ruleset}\0${validDay}\0${knownDay}`;
      const sums = this.merged.get(key)?.add;
      if (sums === undefined) this.merged.set(key, { ...counter, add: new Map(add) });
      else for (const [measure, amount] of add) sums.set(measure, (sums.get(measure) ?? 0) + amount);
    }
  }

  /** What was collected, without what cancelled itself out. */
  differences(): TallyDifference[] {
    const all: TallyDifference[] = [];
    for (const difference of this.merged.values()) {
      for (const [measure, amount] of difference.add) if (amount === 0) difference.add.delete(measure);
      if (difference.add.size > 0) all.push(difference);
    }
    return all;
  }

  private book(contribution: Contribution, validDay: string, knownDay: string, sign: 1 | -1): void {
    const { areas, round, ruleset, add } = contribution;
    const rest = `\0${round}\0${ruleset}\0${validDay}\0${knownDay}`;
    for (const level in areas) {
      const area = areas[level] as string;
      const key = `${level}\0${area}${rest}`;
      let difference = this.merged.get(key);
      if (difference === undefined) {
        difference = { level, area, round, ruleset, validDay, knownDay, add: new Map() };
        this.merged.set(key, difference);
      }
      const sums = difference.add;
      for (const [measure, amount] of add) sums.set(measure, (sums.get(measure) ?? 0) + sign * amount);
    }
  }

  private dayAfter(day: string): string {
    let next = this.days.get(day);
    if (next === undefined) {
      next = nextDay(day);
      this.days.set(day, next);
    }
    return next;
  }
}

type Mutable = Omit<TallyDifference, 'add'> & { readonly add: Map<number, number> };

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
/** Days found to be days; a province's facts fall on a few hundred of them, so asking once is enough. */
const knownDays = new Set<string>();
const knownDaysMax = 20_000;

function isDay(day: string): boolean {
  if (knownDays.has(day)) return true;
  if (!dayPattern.test(day) || Number.isNaN(Date.parse(day))) return false;
  if (knownDays.size < knownDaysMax) knownDays.add(day);
  return true;
}
