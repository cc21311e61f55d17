import { checkDigit } from '@faemban/thai';

/** The registry office of every number made here. No district has it, so no number belongs to anybody. */
export const TEST_REGISTRY_OFFICE = '8400';

/** How many persons get different numbers: seven running digits. */
export const PERSONS_MAX = 10_000_000;

/** The first year whose births have a number beginning with 1 or 2 (B.E. 2527). */
const NUMBERED_AT_BIRTH_SINCE = 1984;

/** A step without common divisor with the running range, so that neighbours do not get neighbouring numbers. */
const SCATTER_STEP = 7_654_321;

const UNREGISTERED_EVERY = 700;
const SCHOOL_CODE_EVERY = 400;
const PASSPORT_EVERY = 2_500;
const NOTHING_EVERY = 1_500;

/**
 * The identity number of a person: 13 digits on registry office 8400 with a right check digit. Of persons without a welfare
 * card a few have another document: a number for people without registration (0-8400-89…), a school code (G…), a passport or none.
 *
 * @param person the person's running number in the whole province, below {@link PERSONS_MAX}; different ones give different numbers
 * @param birthYear C.E., decides the first digit
 * @param hasCard holders of welfare cards are citizens
 */
export function identityNumber(person: number, birthYear: number, age: number, hasCard: boolean): string {
  if (person >= PERSONS_MAX) throw new RangeError(`there are numbers for ${PERSONS_MAX} persons`);
  if (!hasCard) {
    if (person % UNREGISTERED_EVERY === 17) {
      return withCheck(`0${TEST_REGISTRY_OFFICE}89${digits(Math.floor(person / UNREGISTERED_EVERY), 5)}`);
    }
    if (person % SCHOOL_CODE_EVERY === 23 && age >= 4 && age <= 17)
      return `G${TEST_REGISTRY_OFFICE}${digits(person, 8)}`;
    if (person % PASSPORT_EVERY === 31) return `ZZ${digits(person, 7)}`;
    if (person % NOTHING_EVERY === 41) return '';
  }
  return withCheck(`${firstDigit(person, birthYear)}${TEST_REGISTRY_OFFICE}${digits(scattered(person), 7)}`);
}

function firstDigit(person: number, birthYear: number): string {
  const kind = person % 100;
  if (birthYear >= NUMBERED_AT_BIRTH_SINCE) return kind < 97 ? '1' : '2';
  return kind < 85 ? '3' : kind < 92 ? '4' : '5';
}

function scattered(person: number): number {
  return Number((BigInt(person) * BigInt(SCATTER_STEP) + 1_234_567n) % BigInt(PERSONS_MAX));
}

function withCheck(twelve: string): string {
  return `${twelve}${checkDigit(twelve)}`;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
