const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_MS = 86_400_000;
const THAILAND_OFFSET_HOURS = 7;
const INSTANT_WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Days of a month (1–12) of a Common Era year in the Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2 && isLeapYear(year)) return 29;
  return MONTH_LENGTHS[month - 1] ?? 0;
}

/** `yyyy-mm-dd` of a Common Era year (0–9999), month (1–12) and day (1–31). The parts are taken as they are. */
export function isoDayOf(year: number, month: number, day: number): string {
  const years = year >= 1000 ? `${year}` : `${year}`.padStart(4, '0');
  return `${years}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;
}

/** Whether a text is `yyyy-mm-dd` and a day the calendar has. */
export function isIsoDay(text: string): boolean {
  if (text.length !== 10 || text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return false;
  const year = numberAt(text, 0, 4);
  const month = numberAt(text, 5, 7);
  const day = numberAt(text, 8, 10);
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The day `days` after (before, when negative) an ISO day. Throws a RangeError when the text is not an ISO day. */
export function addDays(isoDay: string, days: number): string {
  requireIsoDay(isoDay);
  return new Date(Date.parse(`${isoDay}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The calendar day in Thailand (UTC+07:00, no summer time) at an instant, as `yyyy-mm-dd`. Takes an ISO 8601 instant with its
 * zone; throws a RangeError for anything else. Days of `asOf` and `asKnownAt` are these.
 *
 * @example thaiDayOf('2021-08-02T17:00:00.000Z') // '2021-08-03'
 */
export function thaiDayOf(instant: string): string {
  if (!isUtcInstantOfCommonShape(instant)) return thaiDayOfOtherShape(instant);
  const hour = numberAt(instant, 11, 13);
  if (hour < 24 - THAILAND_OFFSET_HOURS) return instant.slice(0, 10);
  const day = numberAt(instant, 8, 10) + 1;
  // Every month has the 28th: only the last days of a month need the calendar.
  if (day <= 28) return `${instant.slice(0, 8)}${day < 10 ? '0' : ''}${day}`;
  return addDays(instant.slice(0, 10), 1);
}

/**
 * Completed years between birth and a day, both ISO days. Somebody born on 29 February completes a year on 1 March of a year
 * that has no 29th. Negative when the birth is after the day. Texts are taken to be ISO days and not checked: callers have
 * parsed them.
 *
 * @example completedAge('1958-02-16', '2018-02-15') // 59
 */
export function completedAge(birthIsoDay: string, onIsoDay: string): number {
  const years = numberAt(onIsoDay, 0, 4) - numberAt(birthIsoDay, 0, 4);
  const birthMonthDay = numberAt(birthIsoDay, 5, 7) * 100 + numberAt(birthIsoDay, 8, 10);
  const onMonthDay = numberAt(onIsoDay, 5, 7) * 100 + numberAt(onIsoDay, 8, 10);
  return onMonthDay < birthMonthDay ? years - 1 : years;
}

/** Throws a RangeError when the text is not an ISO day. */
export function requireIsoDay(text: string): void {
  if (!isIsoDay(text)) throw new RangeError('An ISO day (yyyy-mm-dd) is needed.');
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** The number written in `text` from `from` to `to`, or -1 when a character there is not a digit. */
function numberAt(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** True for yyyy-mm-ddThh:mm:ss.sssZ with a real day and hour, the shape every clock here produces. */
function isUtcInstantOfCommonShape(instant: string): boolean {
  if (instant.length !== 24 || instant.charCodeAt(10) !== 0x54 || instant.charCodeAt(23) !== 0x5a) return false;
  if (instant.charCodeAt(4) !== 0x2d || instant.charCodeAt(7) !== 0x2d || instant.charCodeAt(13) !== 0x3a) return false;
  const year = numberAt(instant, 0, 4);
  const month = numberAt(instant, 5, 7);
  const day = numberAt(instant, 8, 10);
  const hour = numberAt(instant, 11, 13);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return false;
  return hour >= 0 && hour < 24 && numberAt(instant, 14, 16) >= 0;
}

function thaiDayOfOtherShape(instant: string): string {
  const isInstant = INSTANT_WITH_ZONE.test(instant) && isIsoDay(instant.slice(0, 10));
  const milliseconds = isInstant ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new RangeError('An ISO 8601 instant with its zone is needed.');
  return new Date(milliseconds + THAILAND_OFFSET_HOURS * 3_600_000).toISOString().slice(0, 10);
}
