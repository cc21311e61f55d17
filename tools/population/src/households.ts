import { indicatorBits } from './indicators';
import { HOUSEHOLD_SIZE_MAX, arrangePoorHouseholds } from './poor-households';
import type { Arrangement, PoorHousehold } from './poor-households';
import type { PlannedHousehold } from './planned-household';
import { hasPlaceForGrown, placesLeft } from './planned-household';
import type { Random } from './random';
import type { VillageFigures } from './village-figures';

const INFANTS = indicatorBits(1, 2);
const VACCINATION = indicatorBits(3);
const PRESCHOOLERS = indicatorBits(15);
const PUPILS = indicatorBits(16);
const LEAVERS = indicatorBits(17);
const CHILDREN = [INFANTS, PRESCHOOLERS, PUPILS, LEAVERS] as const;
const WORKERS = indicatorBits(18, 19, 20);
const ELDERLY = indicatorBits(21, 27);
const PLAUSIBILITY_TRIES = 4;

/** The poor households of a village and the others, with sizes, welfare flags and places for what they fail. */
export function makeHouseholds(
  village: VillageFigures,
  poor: readonly PoorHousehold[],
  random: Random,
): PlannedHousehold[] {
  const byCell = new Map<unknown, PlannedHousehold[]>();
  for (const { cell, size, verified, failed } of poor) {
    const household = {
      ...emptyHousehold(size),
      dimensions: cell.dimensions,
      verified,
      failed,
      isDecided: verified > 0,
    };
    byCell.set(cell, [...(byCell.get(cell) ?? []), household]);
  }
  const rest = {
    households: village.households,
    members: village.members,
    registered: village.registered,
    verified: village.verified,
  };
  const all: PlannedHousehold[] = [];
  for (const cell of village.cells) {
    const households = byCell.get(cell) ?? [];
    registerMembers(households, cell.registered, random);
    rest.households -= cell.households;
    rest.members -= cell.persons;
    rest.registered -= cell.registered;
    rest.verified -= cell.verified;
    all.push(...households);
  }
  const others = sizesAddingUpTo(rest.members, rest.households, random).map(emptyHousehold);
  dealPersons(
    others,
    rest.verified,
    random,
    (household) => (household.verified += 1),
    (household) => household.verified,
  );
  registerMembers(others, rest.registered, random);
  all.push(...others);
  for (const household of all) reservePlaces(household);
  return random.shuffle(all);
}

/** Tries arrangements of the poor households until one misses no person; for plausibility alone only a few times. */
export function bestArrangement(
  village: VillageFigures,
  tries: number,
  randomOfTry: (attempt: number) => Random,
): Arrangement {
  let best: Arrangement = { households: [], missed: Infinity, strain: 0 };
  const isEnough = (attempt: number): boolean =>
    best.missed === 0 && (best.strain === 0 || attempt >= PLAUSIBILITY_TRIES);
  for (let attempt = 0; attempt < tries && !isEnough(attempt); attempt += 1) {
    const found = arrangePoorHouseholds(village, randomOfTry(attempt), attempt % 3 === 2);
    if (found.missed < best.missed || (found.missed === best.missed && found.strain < best.strain)) best = found;
  }
  return best;
}

function emptyHousehold(size: number): PlannedHousehold {
  return {
    size,
    dimensions: 0,
    verified: 0,
    registered: 0,
    failed: 0,
    isDecided: false,
    answered: 0,
    grown: 0,
    elderly: 0,
    workers: 0,
    infants: 0,
    toddlers: 0,
    preschoolers: 0,
    pupils: 0,
    leavers: 0,
    disabled: 0,
    chronic: 0,
    isWithoutWorkers: false,
    isYoung: false,
    happiness: undefined,
  };
}

/** Household sizes of a plausible mixture (one and a Poisson number) with exactly this sum. */
export function sizesAddingUpTo(members: number, households: number, random: Random): number[] {
  if (households === 0) return [];
  const mean = members / households;
  const sizes = Array.from({ length: households }, () => Math.min(HOUSEHOLD_SIZE_MAX, 1 + poisson(mean - 1, random)));
  let rest = members - sizes.reduce((sum, size) => sum + size, 0);
  const highest = Math.max(HOUSEHOLD_SIZE_MAX, Math.ceil(mean));
  while (rest !== 0) {
    const h = random.int(households);
    const size = (sizes[h] as number) + Math.sign(rest);
    if (size < 1 || size > highest) continue;
    sizes[h] = size;
    rest -= Math.sign(rest);
  }
  return sizes;
}

function poisson(mean: number, random: Random): number {
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > floor; product *= random.next()) count += 1;
  return count;
}

/** Verified persons are registered too, as far as the published numbers allow; the other cards go to anybody. */
function registerMembers(households: PlannedHousehold[], registered: number, random: Random): void {
  let rest = registered;
  for (const household of households) {
    household.registered = Math.min(household.verified, rest);
    rest -= household.registered;
  }
  dealPersons(
    households,
    rest,
    random,
    (household) => (household.registered += 1),
    (household) => household.registered,
  );
}

/** Deals persons to households: two to each at most while that is possible, and never more than live there. */
function dealPersons(
  households: PlannedHousehold[],
  persons: number,
  random: Random,
  give: (household: PlannedHousehold) => void,
  held: (household: PlannedHousehold) => number,
): void {
  let rest = persons;
  for (let most = 2; rest > 0; most += 1) {
    const room = random.shuffle(
      households.flatMap((household) => {
        const limit = Math.min(most, household.size, most > HOUSEHOLD_SIZE_MAX ? most : grownPossible(household));
        return new Array<PlannedHousehold>(Math.max(0, limit - held(household))).fill(household);
      }),
    );
    for (const household of room.slice(0, rest)) give(household);
    rest -= Math.min(rest, room.length);
    if (most > 10_000) throw new Error('more persons are to be dealt than live in the households');
  }
}

function grownPossible(household: PlannedHousehold): number {
  return household.size - childrenNeeded(household.failed);
}

function childrenNeeded(failed: number): number {
  return CHILDREN.reduce((count, asked) => count + (failed & asked ? 1 : 0), 0);
}

/** Members without whom a failed indicator, or a welfare card, could not be. */
function reservePlaces(household: PlannedHousehold): void {
  const { failed } = household;
  household.infants = failed & INFANTS ? 1 : 0;
  household.preschoolers = failed & PRESCHOOLERS ? 1 : 0;
  household.pupils = failed & PUPILS ? 1 : 0;
  household.leavers = failed & LEAVERS ? 1 : 0;
  household.toddlers = failed & VACCINATION && !(failed & (INFANTS | PRESCHOOLERS | PUPILS)) ? 1 : 0;
  household.grown = Math.max(1, household.verified, household.registered);
  if (failed & ELDERLY) {
    household.elderly = 1;
    if (failed & WORKERS && hasPlaceForGrown(household)) household.grown = Math.max(household.grown, 2);
  }
  if (failed & WORKERS && household.elderly < household.grown) household.workers = 1;
  // Where the published figures leave no place for a child, its indicator is answered without one.
  for (const kind of ['toddlers', 'leavers', 'infants', 'preschoolers', 'pupils'] as const) {
    if (placesLeft(household) < 0) household[kind] = 0;
  }
}
