import { requireIsoDay } from './iso-day';
import type { DatePrecision } from './thai-date';

/** How a date is shown: `long` 3 สิงหาคม 2564 · `short` 3 ส.ค. 2564 · `numeric` 03/08/2564. */
export type ThaiDateStyle = 'long' | 'short' | 'numeric';

/** What may be chosen when a date is shown. Defaults: long, Arabic digits, precision day. */
export type ThaiDateFormat = {
  readonly style?: ThaiDateStyle;
  readonly digits?: 'arabic' | 'thai';
  readonly precision?: DatePrecision;
};

const formatters = new Map<string, Intl.DateTimeFormat>();

/**
 * An ISO day as people in Thailand read it, in the Buddhist Era. Only what is known is shown: precision `month` leaves the day
 * out, `year` shows the year alone. Throws a RangeError when the text is not an ISO day.
 *
 * @example formatThaiDate('2021-08-03')                                        // '3 สิงหาคม 2564'
 * @example formatThaiDate('2021-08-03', { style: 'numeric', digits: 'thai' }) // '๐๓/๐๘/๒๕๖๔'
 */
export function formatThaiDate(isoDay: string, format: ThaiDateFormat = {}): string {
  requireIsoDay(isoDay);
  const { style = 'long', digits = 'arabic', precision = 'day' } = format;
  // Noon in Bangkok is the same calendar day there whatever zone this process runs in.
  const instant = new Date(`${isoDay}T12:00:00+07:00`);
  const parts = formatterOf(style, digits, precision).formatToParts(instant);
  // Without a day ICU puts the era before the year in some versions; the parts asked for are enough.
  return parts
    .filter(({ type }) => type !== 'era')
    .map(({ value }) => value)
    .join('')
    .trim();
}

/**
 * An ISO instant as day and time of day in Thailand, such as `3 สิงหาคม 2564 เวลา 09.00 น.`.
 * Throws a RangeError when the text is not an instant.
 */
export function formatThaiInstant(instant: string, format: Omit<ThaiDateFormat, 'precision'> = {}): string {
  const bangkok = new Date(Date.parse(instant) + 7 * 3_600_000).toISOString();
  const day = formatThaiDate(bangkok.slice(0, 10), format);
  const time = new Intl.NumberFormat(`th-TH-u-nu-${format.digits === 'thai' ? 'thai' : 'latn'}`, {
    minimumIntegerDigits: 2,
  });
  return `${day} เวลา ${time.format(Number(bangkok.slice(11, 13)))}.${time.format(Number(bangkok.slice(14, 16)))} น.`;
}

function formatterOf(style: ThaiDateStyle, digits: 'arabic' | 'thai', precision: DatePrecision): Intl.DateTimeFormat {
  const key = `${style} ${digits} ${precision}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    const month = { long: 'long', short: 'short', numeric: '2-digit' } as const;
    formatter = new Intl.DateTimeFormat(`th-TH-u-ca-buddhist-nu-${digits === 'thai' ? 'thai' : 'latn'}`, {
      timeZone: 'Asia/Bangkok',
      year: 'numeric',
      ...(precision === 'year' ? {} : { month: month[style] }),
      ...(precision === 'day' ? { day: style === 'numeric' ? '2-digit' : 'numeric' } : {}),
    });
    formatters.set(key, formatter);
  }
  return formatter;
}
