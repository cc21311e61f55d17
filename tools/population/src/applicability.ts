import { chooseBySize } from './choose-by-size';
import { INDEX_INDICATORS, INDICATOR_COUNT, indicatorBits } from './indicators';
import { FiguresContradict } from './inversion';
import type { PlannedHousehold } from './planned-household';
import { addElderly, addWorker, hasPlaceForGrown, placesLeft } from './planned-household';
import type { Random } from './random';
import type { VillageFigures } from './village-figures';

/** Published persons that no choice of households was found for, by indicator. */
export type Misses = { applicable: number[]; failing: number[] };

const HOUSEHOLD_INDICATORS = [4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 22, 23, 24, 25, 26, 30, 31] as const;
const ELDERLY_PER_HOUSEHOLD = 1.35;
const DISABLED_PER_HOUSEHOLD = 1.05;
const COUNT_TOLERANCE = 0.2;
const TILTS = [0, 0.5, 1, 2, 4, 8, -0.5, -1, -2, -4, -8] as const;

/**
 * Decides for every household which indicators are answered and, outside the index, which of them fail, so that the
 * members of those households add up to the published numbers; and reserves places for the members this implies.
 *
 * @returns what could not be met
 */
export function decideAnswers(village: VillageFigures, households: PlannedHousehold[], random: Random): Misses {
  return new AnswerChoice(village, households, random).decide();
}

class AnswerChoice {
  private readonly sizes: number[];
  private readonly everywhere: number[];
  private readonly misses: Misses = {
    applicable: new Array<number>(INDICATOR_COUNT).fill(0),
    failing: new Array<number>(INDICATOR_COUNT).fill(0),
  };

  constructor(
    private readonly village: VillageFigures,
    private readonly households: PlannedHousehold[],
    private readonly random: Random,
  ) {
    this.sizes = households.map(({ size }) => size);
    this.everywhere = households.map((_, h) => h);
  }

  decide(): Misses {
    this.chooseHouseholdsWithoutWorkers();
    this.chooseElderly();
    this.chooseYoung();
    this.chooseChildren();
    this.chooseWork();
    this.chooseCare();
    for (const indicator of HOUSEHOLD_INDICATORS) this.answer(indicator, this.everywhere);
    for (let i = 0; i < INDICATOR_COUNT; i += 1) this.chooseFailing(i + 1);
    return this.misses;
  }

  private household(h: number): PlannedHousehold {
    return this.households[h] as PlannedHousehold;
  }

  private where(holds: (household: PlannedHousehold) => boolean): number[] {
    return this.random.shuffle(this.everywhere.filter((h) => holds(this.household(h))));
  }

  private published(indicator: number): number {
    return this.village.applicable[indicator - 1] as number;
  }

  private persons(chosen: readonly number[]): number {
    return chosen.reduce((sum, h) => sum + (this.sizes[h] as number), 0);
  }

  /** Indicator 19 is asked wherever somebody is 15 to 59: the others are households of elderly people. */
  private chooseHouseholdsWithoutWorkers(): void {
    const asked = indicatorBits(18, 19, 20);
    const possible = this.where(
      (o) => !(o.failed & asked) && o.infants + o.preschoolers + o.pupils + o.leavers + o.toddlers === 0,
    );
    possible.sort((a, b) => (this.sizes[a] as number) - (this.sizes[b] as number));
    const without = chooseBySize(this.sizes, possible, this.village.members - this.published(19)).chosen;
    let [elderly, persons] = [this.village.elderly, this.published(27)];
    for (const h of this.where((o) => o.elderly > 0))
      [elderly, persons] = [elderly - 1, persons - (this.sizes[h] as number)];
    for (const h of without) {
      const household = this.household(h);
      const more = household.size - household.elderly;
      const isCounted = household.elderly > 0;
      if (more > elderly || (!isCounted && household.size > persons)) continue;
      household.isWithoutWorkers = true;
      household.grown = household.size;
      household.elderly = household.size;
      elderly -= more;
      if (!isCounted) persons -= household.size;
    }
    for (const household of this.households) {
      if (!household.isWithoutWorkers && household.workers === 0) addWorker(household);
    }
  }

  /** Indicator 27 is asked wherever somebody is 60 or older; 21 too, but for the helpless. */
  private chooseElderly(): void {
    const held = this.where((o) => o.elderly > 0);
    const inHeld = held.reduce((sum, h) => sum + this.household(h).elderly, 0);
    const target = this.published(27) - this.persons(held);
    const most = this.village.elderly - inHeld;
    const possible = this.where((o) => o.elderly === 0 && hasPlaceForGrown(o));
    const chosen = this.chooseCounted(possible, target, most / ELDERLY_PER_HOUSEHOLD, most);
    for (const h of chosen) addElderly(this.household(h));
    this.answer(
      27,
      this.where((o) => o.elderly > 0),
      held,
    );
    this.answer(
      21,
      this.where((o) => o.elderly > 0),
    );
  }

  /** Indicator 6 is asked wherever somebody is 35 or older. */
  private chooseYoung(): void {
    const possible = this.where((o) => o.elderly === 0 && !(o.failed & indicatorBits(6)));
    if (this.isTight(6)) this.decidedLast(6, possible).reverse();
    const young = chooseBySize(this.sizes, possible, this.village.members - this.published(6)).chosen;
    for (const h of young) this.household(h).isYoung = true;
    this.answer(
      6,
      this.where((o) => !o.isYoung),
    );
  }

  private chooseChildren(): void {
    this.placeMember(16, 'pupils');
    this.placeMember(15, 'preschoolers');
    this.placeMember(1, 'infants');
    this.answer(
      2,
      this.where((o) => o.infants > 0),
    );
    const young = this.where((o) => o.infants + o.preschoolers + o.toddlers > 0);
    const withPupils = this.where((o) => o.infants + o.preschoolers + o.toddlers === 0 && o.pupils > 0);
    const withPlace = this.where((o) => o.infants + o.preschoolers + o.toddlers + o.pupils === 0 && placesLeft(o) > 0);
    this.answer(3, [...young, ...withPupils, ...withPlace], young);
    for (const h of withPlace) {
      const household = this.household(h);
      if (household.answered & indicatorBits(3)) household.toddlers += 1;
    }
    this.placeMember(17, 'leavers');
  }

  /** Indicators that ask for a member of one age: chosen where there is one, or a place for one. */
  private placeMember(indicator: number, kind: 'infants' | 'preschoolers' | 'pupils' | 'leavers'): void {
    const possible = this.where((o) => o[kind] > 0 || placesLeft(o) > 0);
    possible.sort((a, b) => Math.min(3, placesLeft(this.household(b))) - Math.min(3, placesLeft(this.household(a))));
    this.answer(indicator, this.loosen(possible));
    for (const household of this.households) {
      if (household.answered & indicatorBits(indicator) && household[kind] === 0 && placesLeft(household) > 0)
        household[kind] = 1;
    }
  }

  /** Roughly the same order, with exceptions: not every large household comes before every small one. */
  private loosen(order: number[]): number[] {
    const keys = new Float64Array(this.sizes.length);
    order.forEach((h, k) => (keys[h] = k + this.random.next() * order.length));
    return order.sort((a, b) => (keys[a] as number) - (keys[b] as number));
  }

  private chooseWork(): void {
    const workers = this.where((o) => o.workers > 0);
    this.answer(19, workers);
    this.answer(20, workers);
    this.answer(18, workers);
  }

  private chooseCare(): void {
    this.placeIll(28, 'disabled', this.village.disabled);
    this.placeIll(29, 'chronic', this.village.chronic);
  }

  private placeIll(indicator: number, kind: 'disabled' | 'chronic', most: number): void {
    const bit = indicatorBits(indicator);
    const failing = this.where((o) => (o.failed & bit) !== 0);
    const possible = this.where((o) => !(o.failed & bit) && o.disabled + o.chronic < o.size);
    const free = most - failing.length;
    const target = this.published(indicator) - this.persons(failing);
    const chosen = [...failing, ...this.chooseCounted(possible, target, free / DISABLED_PER_HOUSEHOLD, free)];
    this.answer(indicator, chosen, chosen);
    let rest = most;
    for (const h of chosen) if (rest > 0 && this.place(h, kind)) rest -= 1;
    const answered = this.where((o) => (o.answered & bit) !== 0);
    for (const order of [answered, answered, answered, answered]) {
      for (const h of order) if (rest > 0 && this.place(h, kind)) rest -= 1;
    }
    while (rest > 0) {
      const before = rest;
      for (const h of this.where(() => true)) if (rest > 0 && this.place(h, kind)) rest -= 1;
      if (rest === before)
        throw new FiguresContradict(`village ${this.village.villageId}: more ${kind} persons than members`);
    }
  }

  private place(h: number, kind: 'disabled' | 'chronic'): boolean {
    const household = this.household(h);
    if (household.disabled + household.chronic >= household.size) return false;
    household[kind] += 1;
    return true;
  }

  /**
   * Households whose members add up to a number, of a wanted and a largest number of households: larger or smaller
   * households are preferred until that comes out.
   */
  private chooseCounted(possible: number[], target: number, wanted: number, most: number): number[] {
    let best: { chosen: number[]; badness: number } | undefined;
    const keys = new Float64Array(this.sizes.length);
    for (const tilt of TILTS) {
      for (const h of possible) keys[h] = -Math.log(1 - this.random.next()) / (this.sizes[h] as number) ** tilt;
      possible.sort((a, b) => (keys[a] as number) - (keys[b] as number));
      const { chosen, missing } = chooseBySize(this.sizes, possible, target);
      const over = Math.max(0, chosen.length - most);
      const distance = Math.abs(chosen.length - wanted);
      const badness = missing * 1_000 + over * 100 + distance;
      if (best === undefined || badness < best.badness) best = { chosen, badness };
      if (missing === 0 && over === 0 && distance <= Math.max(1, wanted * COUNT_TOLERANCE)) break;
    }
    return best?.chosen ?? [];
  }

  /**
   * Answers an indicator in households whose members add up to the published number: those that fail it, then
   * `first`, then `possible`, and others only where the number cannot be met otherwise.
   */
  private answer(indicator: number, possible: readonly number[], first: readonly number[] = []): void {
    const bit = indicatorBits(indicator);
    const failing = this.everywhere.filter((h) => this.household(h).failed & bit);
    const isTaken = new Uint8Array(this.sizes.length);
    for (const h of failing) isTaken[h] = 1;
    const target = this.published(indicator) - this.persons(failing);
    const preferred: number[] = [];
    for (const order of [first, possible]) {
      for (const h of order) {
        if (!isTaken[h]) preferred.push(h);
        isTaken[h] = 1;
      }
    }
    if (this.isTight(indicator)) this.decidedLast(indicator, preferred);
    let choice = chooseBySize(this.sizes, preferred, target);
    if (choice.missing > 0) {
      const others = this.where(() => true).filter((h) => !isTaken[h]);
      choice = chooseBySize(this.sizes, [...preferred, ...others], target);
    }
    for (const h of [...failing, ...choice.chosen]) this.household(h).answered |= bit;
    this.misses.applicable[indicator - 1] = Math.abs(target - this.persons(choice.chosen));
  }

  /** Whether nearly everybody who answers fails, so that households whose failures are published hardly may answer. */
  private isTight(indicator: number): boolean {
    const bit = indicatorBits(indicator);
    const published = this.village.failing[indicator - 1];
    if (published === undefined || bit & INDEX_INDICATORS) return false;
    const passing = this.everywhere.filter((h) => this.household(h).isDecided && !(this.household(h).failed & bit));
    return this.persons(passing) > this.published(indicator) - published;
  }

  private decidedLast(indicator: number, order: number[]): number[] {
    const passes = (h: number): boolean =>
      this.household(h).isDecided && !(this.household(h).failed & indicatorBits(indicator));
    return order.sort((a, b) => Number(passes(a)) - Number(passes(b)));
  }

  /** Outside the index any household may fail what it answers, except those whose failures are published. */
  private chooseFailing(indicator: number): void {
    const bit = indicatorBits(indicator);
    const published = this.village.failing[indicator - 1];
    if (published === undefined) return;
    const failing = this.everywhere.filter((h) => this.household(h).failed & bit);
    const target = published - this.persons(failing);
    if (bit & INDEX_INDICATORS || target < 0) {
      this.misses.failing[indicator - 1] = Math.abs(target);
      return;
    }
    const possible = this.where((o) => (o.answered & bit) !== 0 && !(o.failed & bit) && !o.isDecided);
    const { chosen, missing } = chooseBySize(this.sizes, possible, target);
    for (const h of chosen) this.household(h).failed |= bit;
    this.misses.failing[indicator - 1] = missing;
  }
}
