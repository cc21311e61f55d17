import { decideAnswers } from './applicability';
import type { Misses } from './applicability';
import { bestArrangement, makeHouseholds } from './households';
import { INDICATOR_COUNT, bitCount } from './indicators';
import type { Arrangement } from './poor-households';
import type { PlannedHousehold } from './planned-household';
import { randomOf } from './random';
import type { Random } from './random';
import { concerns, makeRoster, placeElderly } from './roster';
import type { RosterMember } from './roster';
import type { VillageFigures } from './village-figures';

/** 1 pass, 0 fail, - not applicable, nothing where unknown. */
export type Answer = '1' | '0' | '-' | '';

/** A surveyed household before it has names, dates and raw figures. */
export type VillageHousehold = {
  dimensions: number;
  answers: Answer[];
  happiness: number | undefined;
  members: RosterMember[];
};

/** The households of one village, and what of the published figures they do not reach. */
export type VillagePopulation = {
  households: VillageHousehold[];
  /** Persons missing or over, by indicator, in the best-effort columns. */
  notReached: Misses;
  /** Answers about members that the roster does not have. */
  implausible: number;
};

const PLAUSIBILITY_TRIES = 2;

/** How often each step is tried anew as long as a published number is not reached; a round begins with the first step. */
export type Patience = { rounds: number; arrangements: number; answers: number };

const PATIENCE: Patience = { rounds: 8, arrangements: 24, answers: 6 };

/** Makes the households of one village; the same seed gives the same households. */
export function populateVillage(village: VillageFigures, seed: string, patience = PATIENCE): VillagePopulation {
  let best: Attempt | undefined;
  for (let round = 0; round < patience.rounds && (best === undefined || best.missed > 0); round += 1) {
    const randomFor = (step: string): Random => randomOf(`${seed}/${village.villageId}/${round}/${step}`);
    const arrangement = bestArrangement(village, patience.arrangements, (k) => randomFor(`arrangement ${k}`));
    for (let k = 0; k < patience.answers; k += 1) {
      const attempt = settleVillage(village, arrangement, randomFor(`answers ${k}`));
      if (best === undefined || isBetter(attempt, best)) best = attempt;
      if (best.missed === 0 && (best.implausible === 0 || k + 1 >= PLAUSIBILITY_TRIES)) break;
    }
  }
  invariantAttempt(best);
  const { households, notReached, implausible } = best;
  return { households, notReached, implausible };
}

type Attempt = VillagePopulation & { missed: number };

function settleVillage(village: VillageFigures, arrangement: Arrangement, random: Random): Attempt {
  const planned = makeHouseholds(village, arrangement.households, random);
  const notReached = decideAnswers(village, planned, random);
  placeElderly(village, planned, random);
  giveHappiness(village, planned, random);
  const surveyed = planned.map((household) => surveyHousehold(household, random));
  return {
    households: surveyed.map(({ household }) => household),
    notReached,
    implausible: surveyed.reduce((sum, { implausible }) => sum + implausible, 0),
    missed: [...notReached.applicable, ...notReached.failing].reduce((sum, persons) => sum + persons, 0),
  };
}

function isBetter(one: Attempt, other: Attempt): boolean {
  return one.missed < other.missed || (one.missed === other.missed && one.implausible < other.implausible);
}

function invariantAttempt(attempt: Attempt | undefined): asserts attempt is Attempt {
  if (!attempt) throw new RangeError('populating a village needs patience for one round and one attempt at least');
}

/** Whole numbers from 0 to 10 around the mean, with exactly the published sum. */
function giveHappiness(village: VillageFigures, households: readonly PlannedHousehold[], random: Random): void {
  const { sum, count } = village.happiness;
  if (count === 0) return;
  const mean = sum / count;
  const asked = households.slice(0, count);
  let rest = sum;
  for (const household of asked) {
    const spread = random.next() + random.next() + random.next() - 1.5;
    household.happiness = Math.min(10, Math.max(0, Math.round(mean + 2 * spread)));
    rest -= household.happiness;
  }
  while (rest !== 0) {
    const household = random.pick(asked);
    const changed = (household.happiness as number) + Math.sign(rest);
    if (changed < 0 || changed > 10) continue;
    household.happiness = changed;
    rest -= Math.sign(rest);
  }
}

function surveyHousehold(
  household: PlannedHousehold,
  random: Random,
): { household: VillageHousehold; implausible: number } {
  const members = makeRoster(household, random);
  const { certain, possible } = concerns(members);
  const implausible = bitCount(household.answered & ~certain & ~possible);
  const answers: Answer[] = [];
  for (let i = 0; i < INDICATOR_COUNT; i += 1) {
    const bit = 1 << i;
    if (household.answered & bit) answers.push(household.failed & bit ? '0' : '1');
    else answers.push(certain & bit ? '' : '-');
  }
  const { dimensions, happiness } = household;
  return { household: { dimensions, answers, happiness, members }, implausible };
}
