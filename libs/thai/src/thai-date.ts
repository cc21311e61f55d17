import { digitValue } from './digits';
import { daysInMonth, isoDayOf } from './iso-day';
import type { Sentence } from './sentence';

/** How much of a date is known. */
export type DatePrecision = 'year' | 'month' | 'day';

/** Years between the Buddhist Era, as people write it, and the Common Era, as it is stored. */
export const BUDDHIST_ERA_OFFSET_YEARS = 543;

/** A written year below this is not a Buddhist Era year of anybody alive: most likely a Common Era one. */
export const BUDDHIST_YEAR_MIN = 2400;

/** A written year above this is a typing slip. */
export const BUDDHIST_YEAR_MAX = 2699;

/** The day that stands for a date of which only the month is known. */
export const STAND_IN_DAY_OF_MONTH = 15;

/** The month and day that stand for a date of which only the year is known: 1 July. */
export const STAND_IN_MONTH_OF_YEAR = 7;

/** Stable codes of what can be wrong with a written date. */
export type ThaiDateProblemCode =
  'date-unreadable' | 'date-two-digit-year' | 'date-year-not-buddhist' | 'date-impossible';

/** What is wrong with a written date, and what is possible instead. */
export type ThaiDateProblem = { readonly code: ThaiDateProblemCode; readonly sentence: Sentence };

/**
 * A date as it is stored: `iso` is `yyyy-mm-dd` in the Common Era. With precision `month` the day is the 15th, with `year` it
 * is 1 July: one rule, used wherever a day is needed.
 */
export type KnownDate = { readonly iso: string; readonly precision: DatePrecision };

/** A date that was read, or why it was not. */
export type ThaiDateReading =
  ({ readonly ok: true } & KnownDate) | { readonly ok: false; readonly problem: ThaiDateProblem };

/**
 * Reads a date as Thai files have it: `d/m/yyyy`, `m/yyyy` or `yyyy` in the Buddhist Era, with Arabic or Thai digits, parted by
 * `/`, `-` or `.`; a day or month of 0 or 00 means "not known", as house registers write it. Never throws.
 *
 * Refused, each with its own code: a two-digit year, a year that is not in the Buddhist Era, and a day that no calendar has.
 * The year is converted by 543 throughout, also before 2484, when the civil year began in April.
 *
 * @example parseThaiDate('๑๕/๒/๒๕๖๑') // { ok: true, iso: '2018-02-15', precision: 'day' }
 * @example parseThaiDate('2490')       // { ok: true, iso: '1947-07-01', precision: 'year' }
 */
export function parseThaiDate(text: string): ThaiDateReading {
  let value = 0;
  let before = 0;
  let beforeThat = 0;
  let separators = 0;
  let digits = 0;
  let gap = false;
  for (let index = 0; index < text.length; index++) {
    const codeUnit = text.charCodeAt(index);
    const digit = digitValue(codeUnit);
    if (digit >= 0) {
      if (gap || digits === 4) return UNREADABLE;
      value = value * 10 + digit;
      digits += 1;
    } else if (isSeparator(codeUnit)) {
      if (digits === 0 || digits > 2 || separators === 2) return UNREADABLE;
      beforeThat = before;
      before = value;
      separators += 1;
      value = 0;
      digits = 0;
      gap = false;
    } else if (codeUnit === 0x20) {
      gap = digits > 0;
    } else {
      return UNREADABLE;
    }
  }
  if (digits === 2) return TWO_DIGIT_YEAR;
  if (digits !== 4) return UNREADABLE;
  return fromParts(value, before, beforeThat);
}

function fromParts(buddhistYear: number, month: number, day: number): ThaiDateReading {
  if (buddhistYear < BUDDHIST_YEAR_MIN || buddhistYear > BUDDHIST_YEAR_MAX) return NOT_BUDDHIST;
  const year = buddhistYear - BUDDHIST_ERA_OFFSET_YEARS;
  if (month === 0) {
    if (day !== 0) return IMPOSSIBLE;
    return { ok: true, iso: isoDayOf(year, STAND_IN_MONTH_OF_YEAR, 1), precision: 'year' };
  }
  if (month > 12) return IMPOSSIBLE;
  if (day === 0) return { ok: true, iso: isoDayOf(year, month, STAND_IN_DAY_OF_MONTH), precision: 'month' };
  if (day > daysInMonth(year, month)) return IMPOSSIBLE;
  return { ok: true, iso: isoDayOf(year, month, day), precision: 'day' };
}

function isSeparator(codeUnit: number): boolean {
  return codeUnit === 0x2f || codeUnit === 0x2d || codeUnit === 0x2e;
}

function refusal(code: ThaiDateProblemCode, th: string, en: string): ThaiDateReading {
  return { ok: false, problem: { code, sentence: { th, en } } };
}

const UNREADABLE = refusal(
  'date-unreadable',
  'อ่านวันที่ไม่ได้ ใช้รูปแบบ วัน/เดือน/ปี พ.ศ. เช่น 15/2/2561 หรือ เดือน/ปี หรือ ปี อย่างเดียว',
  'The date cannot be read. Write day/month/year in the Buddhist Era such as 15/2/2561, or month/year, or the year alone.',
);

const TWO_DIGIT_YEAR = refusal(
  'date-two-digit-year',
  'ปีมีสองหลัก ซึ่งอ่านได้มากกว่าหนึ่งแบบ ให้เขียนปี พ.ศ. สี่หลัก เช่น 2561',
  'The year has two digits and can be read in more than one way. Write all four digits of the Buddhist Era year, such as 2561.',
);

const NOT_BUDDHIST = refusal(
  'date-year-not-buddhist',
  `ปีไม่อยู่ในช่วง พ.ศ. ${BUDDHIST_YEAR_MIN}–${BUDDHIST_YEAR_MAX} ดูเหมือนเป็น ค.ศ. ให้เขียนเป็น พ.ศ. (ค.ศ. + 543)`,
  `The year is not within ${BUDDHIST_YEAR_MIN}–${BUDDHIST_YEAR_MAX} of the Buddhist Era and looks like a Common Era one. Write it in the Buddhist Era (C.E. + 543).`,
);

const IMPOSSIBLE = refusal(
  'date-impossible',
  'ไม่มีวันที่นี้ในปฏิทิน ให้ตรวจวันและเดือน ถ้าทราบเพียงเดือนหรือปี ให้เขียน เดือน/ปี หรือ ปี',
  'No calendar has this day. Check day and month; if only the month or the year is known, write month/year or the year.',
);
