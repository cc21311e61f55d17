import { digitValue } from './digits';
import type { Sentence } from './sentence';

/** Digits of a Thai identity number, check digit included. */
export const IDENTITY_NUMBER_DIGITS = 13;

/**
 * What kind of identity document a number is.
 * `citizenId`: 13 digits, first digit 1–5 or 8 · `nonThaiId`: 13 digits, first digit 0, 6 or 7 (no registration status, or a
 * card for people without Thai nationality) · `gCode`: G and 12 digits, given by schools to learners without registration ·
 * `passport`: 6–9 Latin letters and digits with at least one letter · `none`: nothing was given.
 */
export type IdentityNumberKind = 'citizenId' | 'nonThaiId' | 'gCode' | 'passport' | 'none';

/** Stable codes of what can be wrong with an identity number. */
export type IdentityNumberProblemCode =
  | 'number-wrong-length'
  | 'number-in-scientific-notation'
  | 'number-check-digit'
  | 'number-first-digit'
  | 'number-placeholder'
  | 'number-unreadable';

/** What is wrong with an identity number. An `error` refuses it; a `warning` is for the one who verifies the person. */
export type IdentityNumberProblem = {
  readonly code: IdentityNumberProblemCode;
  readonly severity: 'error' | 'warning';
  readonly sentence: Sentence;
};

/**
 * An identity number as it was understood. `normalised` has no spaces, dashes or Thai digits and is the text to match on; it
 * is empty for `none` and for a number that was refused before its digits could be read.
 */
export type IdentityNumberReading = {
  readonly kind: IdentityNumberKind;
  readonly normalised: string;
  readonly check: 'passed' | 'failed' | 'notApplicable';
  /** False exactly when `problem` is an error. */
  readonly accepted: boolean;
  readonly problem: IdentityNumberProblem | undefined;
};

const NOTHING_GIVEN: IdentityNumberReading = {
  kind: 'none',
  normalised: '',
  check: 'notApplicable',
  accepted: true,
  problem: undefined,
};

const SCIENTIFIC_NOTATION = /^\d+([.,]\d+)?E[+-]\d+$|^\d+[.,]\d+E\d+$/;
const G_CODE = /^G\d{12}$/;
const G_CODE_OF_OTHER_LENGTH = /^G\d{9,}$/;
const PASSPORT = /^(?=.*[A-Z])(?=(?:.*\d){4})[A-Z0-9]{6,9}$/;

/**
 * The check digit of a 13-digit number: (11 − S mod 11) mod 10 with S = Σ (14 − i)·Nᵢ, i = 1…12.
 * Takes the first twelve Arabic digits (a longer text is read up to there); throws a RangeError when they are not there.
 *
 * @example checkDigit('184000000002') // 8
 */
export function checkDigit(first12: string): number {
  let sum = 0;
  for (let index = 0; index < IDENTITY_NUMBER_DIGITS - 1; index++) {
    const digit = first12.charCodeAt(index) - 0x30;
    if (!(digit >= 0 && digit <= 9)) throw new RangeError('A check digit needs twelve digits.');
    sum += (IDENTITY_NUMBER_DIGITS - index) * digit;
  }
  return (11 - (sum % 11)) % 10;
}

/**
 * Reads an identity number as people and spreadsheets write it: Thai digits, spaces and dashes are accepted. Never throws.
 *
 * A wrong check digit refuses a number that starts with 1–8; a number that starts with 0 is accepted with a warning, because
 * it is not certain that every number of that category obeys the rule. Twelve digits (a leading zero lost) and 1.84E+12 are
 * refused with codes of their own. Nothing at all is accepted as `none`.
 *
 * @example parseIdentityNumber('๑-๘๔๐๐-๐๐๐๐๐-๐๒-๘') // { kind: 'citizenId', normalised: '1840000000028', check: 'passed', … }
 */
export function parseIdentityNumber(text: string): IdentityNumberReading {
  const compact = isThirteenPlainDigits(text) ? text : compacted(text);
  if (compact === '') return NOTHING_GIVEN;
  if (isAllDigits(compact)) return readDigits(compact);
  if (G_CODE.test(compact)) return accepted('gCode', compact);
  if (SCIENTIFIC_NOTATION.test(compactedKeepingDashes(text))) return refused(SCIENTIFIC);
  if (G_CODE_OF_OTHER_LENGTH.test(compact)) return refused(gCodeOfWrongLength(compact.length - 1));
  if (PASSPORT.test(compact)) return accepted('passport', compact);
  return refused(UNREADABLE);
}

/**
 * A 13-digit number as cards print it, X-XXXX-XXXXX-XX-X. Any other text comes back unchanged.
 *
 * @example formatIdentityNumber('1840000000028') // '1-8400-00000-02-8'
 */
export function formatIdentityNumber(normalised: string): string {
  if (!isThirteenPlainDigits(normalised)) return normalised;
  const part = (from: number, to?: number) => normalised.slice(from, to);
  return `${part(0, 1)}-${part(1, 5)}-${part(5, 10)}-${part(10, 12)}-${part(12)}`;
}

function readDigits(digits: string): IdentityNumberReading {
  if (digits.length !== IDENTITY_NUMBER_DIGITS) return refused(wrongLength(digits.length));
  const first = digits.charCodeAt(0) - 0x30;
  const kind: IdentityNumberKind = first === 0 || first === 6 || first === 7 ? 'nonThaiId' : 'citizenId';
  if (first === 9) return refused(FIRST_DIGIT);
  if (digits === '0000000000000') return refused(PLACEHOLDER);
  if (checkDigit(digits) === digits.charCodeAt(IDENTITY_NUMBER_DIGITS - 1) - 0x30) {
    return { kind, normalised: digits, check: 'passed', accepted: true, problem: undefined };
  }
  const problem = first === 0 ? CHECK_DIGIT_WARNING : CHECK_DIGIT_ERROR;
  return { kind, normalised: digits, check: 'failed', accepted: first === 0, problem };
}

function accepted(kind: IdentityNumberKind, normalised: string): IdentityNumberReading {
  return { kind, normalised, check: 'notApplicable', accepted: true, problem: undefined };
}

function refused(problem: IdentityNumberProblem): IdentityNumberReading {
  return { kind: 'none', normalised: '', check: 'notApplicable', accepted: false, problem };
}

function isThirteenPlainDigits(text: string): boolean {
  return text.length === IDENTITY_NUMBER_DIGITS && isAllDigits(text);
}

function isAllDigits(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const codeUnit = text.charCodeAt(index);
    if (codeUnit < 0x30 || codeUnit > 0x39) return false;
  }
  return true;
}

function compacted(text: string): string {
  return compactedKeepingDashes(text).replace(/[-\u2010-\u2015\u2212]/g, '');
}

/** Upper case, Arabic digits, no white space or invisible characters. */
function compactedKeepingDashes(text: string): string {
  let compact = '';
  for (let index = 0; index < text.length; index++) {
    const codeUnit = text.charCodeAt(index);
    const digit = digitValue(codeUnit);
    if (digit >= 0) compact += String.fromCharCode(0x30 + digit);
    else if (!isSpaceOrInvisible(codeUnit)) compact += text.charAt(index);
  }
  return compact.toUpperCase();
}

function isSpaceOrInvisible(codeUnit: number): boolean {
  return (
    codeUnit <= 0x20 ||
    codeUnit === 0xa0 ||
    codeUnit === 0xad ||
    codeUnit === 0xfeff ||
    (codeUnit >= 0x2000 && codeUnit <= 0x200f) ||
    codeUnit === 0x202f ||
    codeUnit === 0x2060 ||
    codeUnit === 0x3000
  );
}

function wrongLength(digits: number): IdentityNumberProblem {
  return {
    code: 'number-wrong-length',
    severity: 'error',
    sentence: {
      th: `เลขประจำตัวมี ${digits} หลัก ต้องมี 13 หลัก เลขศูนย์ข้างหน้าอาจหายไป ให้จัดคอลัมน์เป็นข้อความแล้วส่งใหม่`,
      en: `The number has ${digits} digits and needs 13. A leading zero may be lost: format the column as text and send it again.`,
    },
  };
}

function gCodeOfWrongLength(digits: number): IdentityNumberProblem {
  return {
    code: 'number-wrong-length',
    severity: 'error',
    sentence: {
      th: `รหัส G มีตัวเลข ${digits} หลัก ต้องเป็นตัว G ตามด้วยตัวเลข 12 หลัก`,
      en: `The G code has ${digits} digits: it must be the letter G and 12 digits.`,
    },
  };
}

const SCIENTIFIC: IdentityNumberProblem = {
  code: 'number-in-scientific-notation',
  severity: 'error',
  sentence: {
    th: 'เลขประจำตัวถูกแปลงเป็นรูปแบบวิทยาศาสตร์ (เช่น 1.84E+12) หลักที่หายไปกู้คืนไม่ได้ ให้จัดคอลัมน์เป็นข้อความแล้วส่งใหม่จากต้นฉบับ',
    en: 'The number is in scientific notation (such as 1.84E+12) and its last digits are lost. Format the column as text and send it again from the original.',
  },
};

const FIRST_DIGIT: IdentityNumberProblem = {
  code: 'number-first-digit',
  severity: 'error',
  sentence: {
    th: 'เลขประจำตัวขึ้นต้นด้วย 9 ซึ่งไม่มีในทะเบียน หลักแรกต้องเป็น 0 ถึง 8',
    en: 'The number starts with 9, which no register gives out. The first digit is 0 to 8.',
  },
};

const PLACEHOLDER: IdentityNumberProblem = {
  code: 'number-placeholder',
  severity: 'error',
  sentence: {
    th: 'เลขประจำตัวเป็นศูนย์ทั้งหมด ถ้าบุคคลไม่มีเลข ให้เว้นว่างไว้',
    en: 'The number is all zeros. Leave it blank for a person who has none.',
  },
};

const CHECK_DIGIT_ERROR: IdentityNumberProblem = {
  code: 'number-check-digit',
  severity: 'error',
  sentence: {
    th: 'เลขประจำตัวไม่ถูกต้อง หลักสุดท้ายไม่ตรงกับ 12 หลักแรก ให้ตรวจกับบัตรประชาชนหรือทะเบียนบ้าน',
    en: 'The number is not valid: its last digit does not follow from the first twelve. Compare it with the card or the house register.',
  },
};

const CHECK_DIGIT_WARNING: IdentityNumberProblem = {
  code: 'number-check-digit',
  severity: 'warning',
  sentence: {
    th: 'เลขประจำตัวที่ขึ้นต้นด้วย 0 นี้หลักสุดท้ายไม่ตรงกับ 12 หลักแรก รับไว้แล้ว ผู้ยืนยันตัวตนควรตรวจกับเอกสาร',
    en: 'The last digit of this number starting with 0 does not follow from the first twelve. It is kept; the verifier should compare it with the document.',
  },
};

const UNREADABLE: IdentityNumberProblem = {
  code: 'number-unreadable',
  severity: 'error',
  sentence: {
    th: 'อ่านเลขประจำตัวไม่ได้ ใช้ได้คือเลข 13 หลัก รหัส G ตามด้วยตัวเลข 12 หลัก เลขหนังสือเดินทาง หรือเว้นว่าง',
    en: 'The number cannot be read. It may be 13 digits, G and 12 digits, a passport number, or blank.',
  },
};
