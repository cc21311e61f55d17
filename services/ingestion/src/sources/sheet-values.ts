import { BUDDHIST_ERA_OFFSET_YEARS, BUDDHIST_YEAR_MIN } from '@faemban/thai';

/** What a workbook makes of a cell that nobody can take at its word. Each is also the code of what is said about it. */
export type CellMark =
  'cell-formula' | 'cell-error-value' | 'cell-is-date' | 'cell-number-imprecise' | 'cell-unreadable';

/** A cell as text, as a person would have typed it, and what is to be said about it. */
export interface CellValue {
  readonly text: string;
  readonly mark?: CellMark;
}

/** How numbers of a style are shown: as dates, filled up with zeros to some digits, or as they are. */
export type NumberStyle = 'plain' | 'date' | { readonly digits: number };

/** Digits that a workbook's numbers are exact to. */
export const exactDigits = 15;
const dayMs = 24 * 3600 * 1000;

/** Numbers of formats that are dates or times in every workbook: ECMA-376 part 1, 18.8.30, with those of Thai workbooks. */
const isDateFormat = (id: number): boolean =>
  (id >= 14 && id <= 22) ||
  (id >= 27 && id <= 36) ||
  (id >= 45 && id <= 47) ||
  (id >= 50 && id <= 58) ||
  (id >= 71 && id <= 81);

/** The style of a number format by its number and, where the workbook defines it, its code. */
export function numberStyle(id: number, code: string | undefined): NumberStyle {
  if (code === undefined) return isDateFormat(id) ? 'date' : 'plain';
  const bare = code.replaceAll(/"[^"]*"|\\.|_.|\*./g, '');
  const digits = /^0{2,}$/.exec(bare.split(';')[0] ?? '')?.[0].length;
  if (digits !== undefined) return { digits };
  const letters = bare.replaceAll(/\[(?![hms]+\])[^\]]*\]/gi, '').replaceAll(/general|standard/gi, '');
  return /[ymdhsb]/i.test(letters) ? 'date' : 'plain';
}

/** A number cell as text: whole numbers in all their digits, never in scientific notation; dates as d/m/yyyy in the Buddhist Era. */
export function numberValue(raw: string, style: NumberStyle, is1904: boolean): CellValue {
  const value = raw.trim() === '' ? Number.NaN : Number(raw);
  if (!Number.isFinite(value)) return { text: raw, mark: 'cell-unreadable' };
  if (style === 'date') return dateOfSerial(value, is1904);
  if (Math.abs(value) >= 10 ** exactDigits) return { text: String(value), mark: 'cell-number-imprecise' };
  if (Number.isInteger(value)) {
    const text = value.toFixed(0);
    return { text: style === 'plain' ? text : text.padStart(style.digits, '0') };
  }
  const text = String(Number(value.toPrecision(exactDigits)));
  return text.includes('e') ? { text, mark: 'cell-number-imprecise' } : { text };
}

/** A workbook counts days from 1900, with a 29 February that year that never was, or from 1904. */
function dateOfSerial(serial: number, is1904: boolean): CellValue {
  const day = Math.floor(serial);
  const isOfCalendar = is1904 ? day >= 0 : day >= 1 && day !== 60;
  const epoch = is1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, day < 60 ? 31 : 30);
  return isOfCalendar && day < 3_000_000
    ? dateValue(new Date(epoch + day * dayMs))
    : { text: String(serial), mark: 'cell-unreadable' };
}

/** A date cell that holds ISO 8601 text. */
export function isoDateValue(raw: string): CellValue {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(raw.trim());
  const date =
    found === null ? undefined : new Date(Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3])));
  return date === undefined || Number.isNaN(date.getTime()) ? { text: raw, mark: 'cell-unreadable' } : dateValue(date);
}

/** Who types a Buddhist Era year where a workbook expects the Common Era gets a date of 2,500 years on: it is meant as it is written. */
function dateValue(date: Date): CellValue {
  const written = date.getUTCFullYear();
  const year = written >= BUDDHIST_YEAR_MIN ? written : written + BUDDHIST_ERA_OFFSET_YEARS;
  return { text: `${date.getUTCDate()}/${date.getUTCMonth() + 1}/${year}`, mark: 'cell-is-date' };
}

/** The place of a cell's column, from 0, by its reference such as `AB12`; undefined where it is none. */
export function columnPlace(reference: string): number | undefined {
  let place = 0;
  let letters = 0;
  for (; letters < reference.length; letters += 1) {
    const letter = reference.charCodeAt(letters) & ~0x20;
    if (letter < 0x41 || letter > 0x5a) break;
    if (letters === 3) return undefined;
    place = place * 26 + letter - 0x40;
  }
  return letters === 0 ? undefined : place - 1;
}
