import type { Day } from './calendar-dates';
import { interviewDays, writtenDay } from './calendar-dates';
import { dirty } from './dirt';
import type { CellKind } from './dirt';
import { TEST_REGISTRY_OFFICE } from './citizen-numbers';
import { THRESHOLDS } from './indicators';
import type { NameLists } from './names';
import { makePeople } from './people';
import type { Person } from './people';
import type { Random } from './random';
import { birthWeightFor, incomeFor, waterFor } from './raw-figures';
import { HOUSEHOLD_COLUMNS, MEMBER_COLUMNS, REGISTER_COLUMNS, csvLine } from './survey-columns';
import type { VillageHousehold } from './village';

/** The lines of one village in each of the three files. */
export type VillageLines = {
  households: string;
  members: string;
  register: string;
  registerRows: number;
  dirtyCells: number;
  yearOnlyBirths: number;
};

/** Where a village stands in the province: its people and houses are numbered through. */
export type VillagePlace = { villageId: string; round: number; firstHousehold: number; firstPerson: number };

const FIRST_MUNICIPAL_TAMBON = 51;

/** Writes the households of a village as lines of the three files. */
export function writeVillage(
  place: VillagePlace,
  households: readonly VillageHousehold[],
  names: NameLists,
  dirtRate: number,
  random: Random,
): VillageLines {
  const lines: VillageLines = {
    households: '',
    members: '',
    register: '',
    registerRows: 0,
    dirtyCells: 0,
    yearOnlyBirths: 0,
  };
  const days = interviewDays(place.round, random);
  const line = (cells: string[], kinds: readonly CellKind[]): string => {
    if (dirty(cells, kinds, dirtRate, random)) lines.dirtyCells += 1;
    return csvLine(cells);
  };
  let person = place.firstPerson;
  households.forEach((household, k) => {
    const ref = `${place.villageId}-${String(k + 1).padStart(4, '0')}`;
    const day = random.pick(days);
    const people = makePeople(household.members, day, person, names, random);
    person += people.length;
    lines.households += line(
      householdCells(ref, place, place.firstHousehold + k, day, household, random),
      HOUSEHOLD_KINDS,
    );
    people.forEach((member, m) => {
      if (member.birth.precision === 'year') lines.yearOnlyBirths += 1;
      lines.members += line(memberCells(ref, m + 1, member), MEMBER_KINDS);
      if (!member.registered && !member.verified) return;
      lines.register += line(registerCells(member, place.round - 1), REGISTER_KINDS);
      lines.registerRows += 1;
    });
  });
  return lines;
}

function householdCells(
  ref: string,
  { villageId, round }: VillagePlace,
  houseNumber: number,
  day: Day,
  { answers, members, happiness }: VillageHousehold,
  random: Random,
): string[] {
  const income = incomeFor(answers[21] ?? '', members.length, random);
  const isTown = Number(villageId.slice(4, 6)) >= FIRST_MUNICIPAL_TAMBON;
  const number = random.between(1, 399);
  return [
    ref,
    String(round),
    villageId,
    random.chance(0.97) ? `${TEST_REGISTRY_OFFICE}${String(houseNumber).padStart(7, '0')}` : '',
    random.chance(0.3) ? `${number}/${random.between(1, 30)}` : String(number),
    String(Number(villageId.slice(6, 8))),
    isTown && random.chance(0.3) ? `ซอย ${random.between(1, 20)}` : '',
    isTown && random.chance(0.5) ? `ถนนเทศบาล ${random.between(1, 9)}` : '',
    writtenDay(day),
    income.main,
    income.secondary,
    income.other,
    income.ownProduce,
    birthWeightFor(answers[0] ?? '', random),
    waterFor(answers[8] ?? '', THRESHOLDS.drinkingWaterLitresPerPersonDay, random),
    waterFor(answers[9] ?? '', THRESHOLDS.utilityWaterLitresPerPersonDay, random),
    ...answers,
    happiness === undefined ? '' : String(happiness),
  ];
}

function memberCells(ref: string, memberNo: number, person: Person): string[] {
  return [
    ref,
    String(memberNo),
    memberNo === 1 ? '1' : '0',
    person.title,
    person.firstName,
    person.lastName,
    person.isMale ? 'ชาย' : 'หญิง',
    person.citizenId,
    person.birth.text,
    person.relation,
    String(person.health),
    person.canHelpSelf ? '1' : '0',
  ];
}

function registerCells(person: Person, registerYear: number): string[] {
  return [
    person.citizenId,
    person.title,
    person.firstName,
    person.lastName,
    person.registered ? '1' : '0',
    person.verified ? '1' : '0',
    String(registerYear),
  ];
}

const FIGURES =
  /^(round|interview_date|income_|birth_weight|drinking|utility|happiness|birth_date|register_year|house_no|moo)/;

function kindsOf(columns: readonly string[]): CellKind[] {
  return columns.map((column) => {
    if (column === 'first_name' || column === 'last_name') return 'name';
    if (column === 'citizen_id') return 'identityNumber';
    return FIGURES.test(column) ? 'figure' : 'clean';
  });
}

const HOUSEHOLD_KINDS = kindsOf(HOUSEHOLD_COLUMNS);
const MEMBER_KINDS = kindsOf(MEMBER_COLUMNS);
const REGISTER_KINDS = kindsOf(REGISTER_COLUMNS);
