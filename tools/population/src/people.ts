import { birthAt } from './calendar-dates';
import type { Day, WrittenBirth } from './calendar-dates';
import { identityNumber } from './citizen-numbers';
import type { NameLists } from './names';
import type { Random } from './random';
import type { RosterMember } from './roster';

/** A member with everything the files say about him. */
export type Person = RosterMember & {
  title: string;
  firstName: string;
  lastName: string;
  birth: WrittenBirth;
  citizenId: string;
};

const ADULT_TITLE_AGE = 15;

/**
 * Gives the members of a household names, titles, birth dates and numbers.
 *
 * @param firstPerson running number of the first member in the whole province
 */
export function makePeople(
  members: readonly RosterMember[],
  interview: Day,
  firstPerson: number,
  names: NameLists,
  random: Random,
): Person[] {
  const family = random.pick(names.family);
  const used = new Set<string>();
  return members.map((member, k) => {
    const birth = birthAt(member.age, interview, random);
    const keepsName = member.relation === 'head' || random.chance(member.relation === 'other' ? 0.3 : 0.85);
    return {
      ...member,
      title: titleOf(member, random),
      firstName: firstNameOf(member, names, used, random),
      lastName: keepsName ? family : random.pick(names.family),
      birth,
      citizenId: identityNumber(firstPerson + k, birth.year, member.age, member.registered || member.verified),
    };
  });
}

/** Nobody shares a first name with somebody of the same household, so that each is told apart without a number. */
function firstNameOf(member: RosterMember, names: NameLists, used: Set<string>, random: Random): string {
  const list = member.isMale ? names.male : names.female;
  let name = random.pick(list);
  for (let tries = 0; used.has(name) && tries < 100; tries += 1) name = random.pick(list);
  used.add(name);
  return name;
}

function titleOf({ age, isMale, relation }: RosterMember, random: Random): string {
  if (age < ADULT_TITLE_AGE) return random.chance(0.8) ? (isMale ? 'ด.ช.' : 'ด.ญ.') : isMale ? 'เด็กชาย' : 'เด็กหญิง';
  if (isMale) return 'นาย';
  const isMarried = relation === 'spouse' || relation === 'parent' || (age >= 25 && random.chance(0.6));
  if (isMarried) return 'นาง';
  return random.chance(0.7) ? 'นางสาว' : 'น.ส.';
}
