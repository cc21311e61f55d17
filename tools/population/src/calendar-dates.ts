import type { Random } from './random';

/** A day of the C.E. calendar. */
export type Day = { year: number; month: number; day: number };

/** Years between the Buddhist Era of the files and the C.E. */
export const ERA_YEARS = 543;

/** Share of members whose birth date is known by its year only; the 1st of July stands for it. */
export const YEAR_ONLY_SHARE = 0.02;

/** Share of members whose birth date is known by month and year only; the 15th stands for it. */
export const MONTH_ONLY_SHARE = 0.005;

const MS_PER_DAY = 86_400_000;
const STAND_IN_DAY = 15;

/** Until B.E. 2483 the year began in April, so that January to March of those years are written differently. */
const JANUARY_BEGINS_YEAR_SINCE = 1941;
const FIRST_MONTH_OF_OLD_YEAR = 4;

/** One to three days between 1 January and 31 March on which a village is surveyed. */
export function interviewDays(round: number, random: Random): Day[] {
  const year = round - ERA_YEARS;
  const first = random.int(87);
  return Array.from({ length: random.between(1, 3) }, (_, k) => {
    const day = dayOf(Date.UTC(year, 0, 1 + first + k));
    // Ages of people born on 1 March are disputed on a leap day; nobody is interviewed then.
    return day.month === 2 && day.day === 29 ? { ...day, day: 28 } : day;
  });
}

/** A birth date as it is written in the file, with its C.E. year. */
export type WrittenBirth = { text: string; year: number; precision: 'day' | 'month' | 'year' };

/** A birth date that gives exactly this many completed years at the interview, with the stand-in days where it is not precise. */
export function birthAt(age: number, interview: Day, random: Random): WrittenBirth {
  const share = random.next();
  if (share < YEAR_ONLY_SHARE) {
    const year = interview.year - age - (isBefore(interview, 7, 1) ? 1 : 0);
    return { text: String(year + ERA_YEARS), year, precision: 'year' };
  }
  if (share < YEAR_ONLY_SHARE + MONTH_ONLY_SHARE) {
    for (;;) {
      const month = random.between(1, 12);
      const year = interview.year - age - (isBefore(interview, month, STAND_IN_DAY) ? 1 : 0);
      if (isUnambiguous(year, month)) return { text: `${month}/${year + ERA_YEARS}`, year, precision: 'month' };
    }
  }
  for (;;) {
    const { year, month, day } = dayOf(
      Date.UTC(interview.year - age, interview.month - 1, interview.day) - random.int(365) * MS_PER_DAY,
    );
    if (isUnambiguous(year, month)) return { text: `${day}/${month}/${year + ERA_YEARS}`, year, precision: 'day' };
  }
}

/** A day as the files write it: d/m/yyyy in the Buddhist Era. */
export function writtenDay({ year, month, day }: Day): string {
  return `${day}/${month}/${year + ERA_YEARS}`;
}

function isBefore(day: Day, month: number, dayOfMonth: number): boolean {
  return day.month < month || (day.month === month && day.day < dayOfMonth);
}

function isUnambiguous(year: number, month: number): boolean {
  return year >= JANUARY_BEGINS_YEAR_SINCE || month >= FIRST_MONTH_OF_OLD_YEAR;
}

function dayOf(time: number): Day {
  const date = new Date(time);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
