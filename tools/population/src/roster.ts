import { indicatorBits } from './indicators';
import { FiguresContradict } from './inversion';
import type { PlannedHousehold } from './planned-household';
import { children, placesLeft } from './planned-household';
import type { Random } from './random';
import type { VillageFigures } from './village-figures';

/** Relations to the head, as the members' file writes them. */
export type Relation = 'head' | 'spouse' | 'child' | 'parent' | 'grandchild' | 'sibling' | 'other';

/** A member without a name yet. */
export type RosterMember = {
  /** Completed years at the interview. */
  age: number;
  isMale: boolean;
  relation: Relation;
  /** 0 normal, 1 disabled, 2 chronically ill. */
  health: 0 | 1 | 2;
  canHelpSelf: boolean;
  registered: boolean;
  verified: boolean;
};

const ELDERLY_AGE = 60;
const ADULT_AGE = 18;
const HELPS_SELF_SHARE = 0.85;

/** Indicators by whom they ask about. */
const ASKED = {
  everywhere: indicatorBits(4, 5, 8, 9, 10, 11, 12, 13, 14, 22, 23, 24, 25, 30, 31),
  infants: indicatorBits(1, 2),
  under13: indicatorBits(3),
  preschoolers: indicatorBits(15),
  from6: indicatorBits(7, 26),
  pupils: indicatorBits(16),
  workingAge: indicatorBits(19),
  from35: indicatorBits(6),
  elderly: indicatorBits(21, 27),
  helplessElderly: indicatorBits(27),
  elderlyAtWork: indicatorBits(21),
  disabled: indicatorBits(28),
  chronic: indicatorBits(29),
  // The roster does not tell who has left school this year, or who studies.
  schoolLeavers: indicatorBits(17, 18),
  occupied: indicatorBits(20),
} as const;

/** Gives the elderly who are still without a household one, or takes some back: their number is exact. */
export function placeElderly(village: VillageFigures, households: readonly PlannedHousehold[], random: Random): void {
  let rest = village.elderly - households.reduce((sum, { elderly }) => sum + elderly, 0);
  const give = (household: PlannedHousehold, mayDisplace: boolean): void => {
    const { grown, elderly, workers } = household;
    if (elderly + workers < grown) household.elderly += 1;
    else if (placesLeft(household) > 0) {
      household.elderly += 1;
      household.grown += 1;
    } else if (mayDisplace && workers > 0) {
      household.elderly += 1;
      household.workers -= 1;
    } else if (mayDisplace && children(household) > 0) {
      const kind = (['leavers', 'pupils', 'preschoolers', 'toddlers', 'infants'] as const).find(
        (k) => household[k] > 0,
      );
      if (!kind) return;
      household[kind] -= 1;
      household.grown += 1;
      household.elderly += 1;
    } else return;
    rest -= 1;
  };
  const shuffled = random.shuffle([...households]);
  const asked = shuffled.filter(({ elderly }) => elderly > 0);
  for (const most of [2, 3, 15]) {
    for (const household of asked)
      while (rest > 0 && household.elderly < most && canTake(household)) give(household, false);
  }
  for (const household of asked) if (rest > 0 && household.workers > 1) give(household, true);
  for (const household of shuffled) if (rest > 0 && canTake(household)) give(household, false);
  for (let before = -1; rest > 0 && rest !== before;) {
    before = rest;
    for (const household of shuffled) if (rest > 0) give(household, true);
  }
  for (const household of shuffled) {
    if (rest >= 0) break;
    const back = Math.min(-rest, household.elderly);
    household.elderly -= back;
    household.workers += back;
    rest += back;
  }
  if (rest !== 0) throw new FiguresContradict(`village ${village.villageId}: no place for ${rest} elderly persons`);
}

function canTake(household: PlannedHousehold): boolean {
  return household.elderly + household.workers < household.grown || placesLeft(household) > 0;
}

/** The people of a household: ages, relations, health and welfare flags; the head comes first. */
export function makeRoster(household: PlannedHousehold, random: Random): RosterMember[] {
  const members = [...grownMembers(household, random), ...youngMembers(household, random)];
  relate(members, random);
  giveCards(household, members);
  giveHealth(household, members, random);
  return members;
}

function grownMembers(household: PlannedHousehold, random: Random): RosterMember[] {
  const ages: number[] = [];
  const oldest = random.between(ELDERLY_AGE, 84);
  for (let k = 0; k < household.elderly; k += 1) {
    ages.push(k === 0 ? oldest : Math.max(ELDERLY_AGE, oldest + random.between(-6, 5)));
  }
  const isYoung = household.isYoung && household.elderly === 0;
  const workers = household.grown - household.elderly + fillers(household, random);
  const first =
    household.elderly > 0
      ? random.between(20, Math.min(59, oldest - 18))
      : random.between(isYoung ? 20 : 35, isYoung ? 34 : 59);
  for (let k = 0; k < workers; k += 1) {
    const near = Math.min(59, Math.max(20, first + random.between(-5, 5)));
    const age =
      k === 0 ? first : k === 1 && !isYoung ? near : random.between(ADULT_AGE, isYoung ? 34 : Math.max(19, first - 12));
    ages.push(age);
  }
  return ages.map(emptyMember);
}

/** Places nobody claims go to further children where children live, and else to adults. */
function fillers(household: PlannedHousehold, random: Random): number {
  let adults = 0;
  for (let left = placesLeft(household); left > 0; left -= 1) {
    const kinds = (['pupils', 'preschoolers', 'toddlers'] as const).filter(
      (kind) => household[kind] > 0 && household[kind] < 3,
    );
    const kind =
      kinds.length > 0 && household.elderly + household.workers > 1 && random.chance(0.5)
        ? random.pick(kinds)
        : undefined;
    if (kind) household[kind] += 1;
    else adults += 1;
  }
  return adults;
}

function youngMembers(household: PlannedHousehold, random: Random): RosterMember[] {
  const vaccinationAsked = (household.answered & ASKED.under13) !== 0;
  const ages: number[] = [];
  const add = (count: number, from: number, to: number): void => {
    for (let k = 0; k < count; k += 1) ages.push(random.between(from, to));
  };
  add(household.leavers, 15, 15);
  if (vaccinationAsked)
    add(household.pupils, 6, household.preschoolers + household.infants + household.toddlers > 0 ? 14 : 12);
  else add(household.pupils, 13, 14);
  add(household.preschoolers, 3, 5);
  add(household.toddlers, 2, 2);
  add(household.infants, 0, 0);
  return ages.map(emptyMember);
}

function emptyMember(age: number): RosterMember {
  return { age, isMale: false, relation: 'other', health: 0, canHelpSelf: true, registered: false, verified: false };
}

/** The oldest is the head; one of like age and the other sex the spouse; the generations follow from the ages. */
function relate(members: RosterMember[], random: Random): void {
  const [head] = members;
  if (!head) return;
  for (const member of members) member.isMale = random.chance(0.49);
  head.relation = 'head';
  let hasSpouse = false;
  for (const member of members.slice(1)) {
    const younger = head.age - member.age;
    if (!hasSpouse && member.age >= 20 && Math.abs(younger) <= 10) {
      hasSpouse = true;
      member.relation = 'spouse';
      member.isMale = !head.isMale;
    } else if (younger >= 45 || (younger >= 36 && member.age < ADULT_AGE)) member.relation = 'grandchild';
    else if (younger >= 16) member.relation = 'child';
    else if (younger <= -16) member.relation = 'parent';
    else member.relation = Math.abs(younger) <= 15 ? 'sibling' : 'other';
  }
}

/** Cards go to adults; a child gets one only where a household has fewer adults than published card holders. */
function giveCards(household: PlannedHousehold, members: readonly RosterMember[]): void {
  for (const flag of ['verified', 'registered'] as const) {
    for (const member of members.slice(0, household[flag])) member[flag] = true;
  }
}

function giveHealth(household: PlannedHousehold, members: readonly RosterMember[], random: Random): void {
  const order = [...members].sort((a, b) => b.age + random.next() * 30 - (a.age + random.next() * 30));
  order.slice(0, household.disabled).forEach((member) => (member.health = 1));
  order.slice(household.disabled, household.disabled + household.chronic).forEach((member) => (member.health = 2));
  const helplessElderly = (household.answered & ASKED.elderly) === ASKED.helplessElderly;
  for (const member of members.filter(({ health }) => health === 1)) {
    const isElderly = member.age >= ELDERLY_AGE;
    if (helplessElderly && isElderly) member.canHelpSelf = false;
    // Who cannot help himself is not asked about work: somebody else must be there where the answer is given.
    else if (
      !(household.answered & (isElderly ? ASKED.elderlyAtWork : ASKED.occupied)) ||
      hasHealthyPeer(member, members)
    ) {
      member.canHelpSelf = random.chance(HELPS_SELF_SHARE);
    }
  }
}

function hasHealthyPeer(member: RosterMember, members: readonly RosterMember[]): boolean {
  const isElderly = member.age >= ELDERLY_AGE;
  return members.some(({ age, health }) => health !== 1 && age >= 15 && age >= ELDERLY_AGE === isElderly);
}

/**
 * Which indicators ask about somebody who lives here, as masks: `certain` ones do, `possible` ones may; of all others
 * the household has nobody they could be asked about.
 */
export function concerns(members: readonly RosterMember[]): { certain: number; possible: number } {
  let certain = ASKED.everywhere;
  let possible = ASKED.schoolLeavers;
  for (const { age, health, canHelpSelf } of members) {
    if (age <= 1) certain |= ASKED.infants;
    if (age <= 12) certain |= ASKED.under13;
    if (age >= 3 && age <= 5) certain |= ASKED.preschoolers;
    if (age >= 6) certain |= ASKED.from6;
    if (age >= 6 && age <= 14) certain |= ASKED.pupils;
    const isHelpless = health === 1 && !canHelpSelf;
    if (age >= 15 && age < ELDERLY_AGE) {
      certain |= ASKED.workingAge;
      if (!isHelpless) possible |= ASKED.occupied;
    }
    if (age >= 35) certain |= ASKED.from35;
    if (age >= ELDERLY_AGE) certain |= isHelpless ? ASKED.helplessElderly : ASKED.elderly;
    if (health === 1) certain |= ASKED.disabled;
    if (health === 2) certain |= ASKED.chronic;
  }
  return { certain, possible };
}
