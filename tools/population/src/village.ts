import { decideAnswers } from './applicability';
import type { Misses } from './applicability';
import { bestArrangement, makeHouseholds } from './households';
import { INDICATOR_COUNT, bitCount } from './indicators';
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

/** How often a step is tried anew as long as a published number is not reached. */
export type Patience = { arrangements: number; answers: number };

const PATIENCE: Patience = { arrangements: 24, answers: 12 };

/** Makes the households of one village; the same seed gives the same households. */
export function populateVillage(village: VillageFigures, seed: string, patience = PATIENCE): VillagePopulation {
  const arrangement = bestArrangement(village, patience.arrangements, (attempt) =>
    randomOf(`${seed}/${village.villageId}/arrangement/${attempt}`),
  );
  let best: { population: VillagePopulation; badness: number } | undefined;
  for (let attempt = 0; attempt < patience.answers; attempt += 1) {
    const random = randomOf(`${seed}/${village.villageId}/answers/${attempt}`);
    const households = makeHouseholds(village, arrangement.households, random);
    const notReached = decideAnswers(village, households, random);
    const missed = [...notReached.applicable, ...notReached.failing].reduce((sum, persons) => sum + persons, 0);
    placeElderly(village, households, random);
    giveHappiness(village, households, random);
    const surveyed = households.map((household) => surveyHousehold(household, random));
    const implausible = surveyed.reduce((sum, household) => sum + household.implausible, 0);
    const badness = missed * 1_000 + implausible;
    if (best === undefined || badness < best.badness) {
      best = { population: { households: surveyed, notReached, implausible }, badness };
    }
    if (best.badness === 0 || (missed === 0 && attempt + 1 >= PLAUSIBILITY_TRIES)) break;
  }
  return (best as { population: VillagePopulation }).population;
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

function surveyHousehold(household: PlannedHousehold, random: Random): VillageHousehold & { implausible: number } {
  const members = makeRoster(household, random);
  const { certain, possible } = concerns(members);
  const implausible = bitCount(household.answered & ~certain & ~possible);
  const answers: Answer[] = [];
  for (let i = 0; i < INDICATOR_COUNT; i += 1) {
    const bit = 1 << i;
    if (household.answered & bit) answers.push(household.failed & bit ? '0' : '1');
    else answers.push(certain & bit ? '' : '-');
  }
  return { dimensions: household.dimensions, answers, happiness: household.happiness, members, implausible };
}
