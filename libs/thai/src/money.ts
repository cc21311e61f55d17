import { digitValue } from './digits';
import type { Sentence } from './sentence';

/** Satang in a baht. Money is stored as whole satang. */
export const SATANG_PER_BAHT = 100;

/** The largest amount accepted, in baht: above it a cell holds something else than a household's money. */
export const AMOUNT_BAHT_MAX = 1_000_000_000;

/** Stable codes of what can be wrong with a written amount. */
export type MoneyProblemCode =
  | 'money-unreadable'
  | 'money-negative'
  | 'money-too-many-decimals'
  | 'money-too-large'
  | 'money-in-scientific-notation';

/** What is wrong with a written amount. */
export type MoneyProblem = { readonly code: MoneyProblemCode; readonly sentence: Sentence };

/** An amount in whole satang, or why it was not read. */
export type MoneyReading =
  { readonly ok: true; readonly satang: number } | { readonly ok: false; readonly problem: MoneyProblem };

/**
 * Reads an amount in baht, `1,234.50`: at most two decimals, commas only between groups of three, Thai digits and a leading ฿ or
 * trailing บาท accepted, not negative. Exact: no floating point. Blank is refused as unreadable; callers decide what it means.
 *
 * @example parseBaht('38,000.5') // { ok: true, satang: 3800050 }
 */
export function parseBaht(text: string): MoneyReading {
  let baht = 0;
  let decimals = -1;
  let satang = 0;
  let digits = 0;
  let sinceComma = -1;
  const { from, to } = withoutUnit(text);
  for (let index = from; index < to; index++) {
    const codeUnit = text.charCodeAt(index);
    const digit = digitValue(codeUnit);
    if (digit >= 0) {
      digits += 1;
      if (decimals >= 0) {
        if (++decimals > 2) return TOO_MANY_DECIMALS;
        satang = satang * 10 + digit;
      } else {
        baht = baht * 10 + digit;
        if (baht > AMOUNT_BAHT_MAX) return SCIENTIFIC.test(text) ? IN_SCIENTIFIC_NOTATION : TOO_LARGE;
        if (sinceComma >= 0) sinceComma += 1;
      }
    } else if (codeUnit === 0x2c) {
      if (decimals >= 0 || digits === 0 || (sinceComma >= 0 ? sinceComma !== 3 : digits > 3)) return UNREADABLE;
      sinceComma = 0;
    } else if (codeUnit === 0x2e) {
      if (decimals >= 0 || digits === 0) return UNREADABLE;
      decimals = 0;
    } else if (codeUnit === 0x2d && digits === 0) {
      return NEGATIVE;
    } else {
      return SCIENTIFIC.test(text) ? IN_SCIENTIFIC_NOTATION : UNREADABLE;
    }
  }
  if (digits === 0 || decimals === 0 || (sinceComma >= 0 && sinceComma !== 3)) return UNREADABLE;
  const amount = baht * SATANG_PER_BAHT + (decimals === 1 ? satang * 10 : satang);
  return amount > AMOUNT_BAHT_MAX * SATANG_PER_BAHT ? TOO_LARGE : { ok: true, satang: amount };
}

/**
 * Whole satang as baht with thousands commas and two decimals. Throws a RangeError for a number that is not whole.
 *
 * @example formatBaht(3800050) // '38,000.50'
 */
export function formatBaht(satang: number): string {
  if (!Number.isSafeInteger(satang)) throw new RangeError('Money is a whole number of satang.');
  const amount = Math.abs(satang);
  const baht = `${Math.floor(amount / SATANG_PER_BAHT)}`.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${satang < 0 ? '-' : ''}${baht}.${`${amount % SATANG_PER_BAHT}`.padStart(2, '0')}`;
}

/** The part of the text between spaces, a leading ฿ and a trailing บาท. */
function withoutUnit(text: string): { from: number; to: number } {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) === 0x20) from++;
  while (to > from && text.charCodeAt(to - 1) === 0x20) to--;
  if (text.charCodeAt(from) === 0x0e3f) from++;
  else if (text.endsWith('บาท', to)) to -= 3;
  while (to > from && text.charCodeAt(to - 1) === 0x20) to--;
  while (from < to && text.charCodeAt(from) === 0x20) from++;
  return { from, to };
}

const SCIENTIFIC = /\dE[+-]?\d/i;

function refusal(code: MoneyProblemCode, th: string, en: string): MoneyReading {
  return { ok: false, problem: { code, sentence: { th, en } } };
}

const UNREADABLE = refusal(
  'money-unreadable',
  'อ่านจำนวนเงินไม่ได้ ใช้ตัวเลขเป็นบาท ทศนิยมไม่เกินสองตำแหน่ง เช่น 38,000.50',
  'The amount cannot be read. Write baht with at most two decimals, such as 38,000.50.',
);

const NEGATIVE = refusal(
  'money-negative',
  'จำนวนเงินติดลบ รายได้ต้องเป็นศูนย์หรือมากกว่า',
  'The amount is negative. It has to be zero or more.',
);

const TOO_MANY_DECIMALS = refusal(
  'money-too-many-decimals',
  'จำนวนเงินมีทศนิยมเกินสองตำแหน่ง สตางค์มีได้สองตำแหน่ง',
  'The amount has more than two decimals. Satang take two.',
);

const TOO_LARGE = refusal(
  'money-too-large',
  `จำนวนเงินเกิน ${formatBaht(AMOUNT_BAHT_MAX * SATANG_PER_BAHT)} บาท ให้ตรวจว่าใส่ถูกช่อง`,
  `The amount is over ${formatBaht(AMOUNT_BAHT_MAX * SATANG_PER_BAHT)} baht. Check that it is in the right column.`,
);

const IN_SCIENTIFIC_NOTATION = refusal(
  'money-in-scientific-notation',
  'จำนวนเงินอยู่ในรูปแบบวิทยาศาสตร์ (เช่น 3.8E+4) ให้จัดคอลัมน์เป็นตัวเลขธรรมดาแล้วส่งใหม่',
  'The amount is in scientific notation (such as 3.8E+4). Format the column as plain numbers and send it again.',
);
