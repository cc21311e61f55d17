import { digitValue, toArabicDigits } from '@faemban/thai';

/** What a cell that is no number reads as. */
export const unreadable = Number.NaN;

/** A whole number of up to nine digits, Thai or Arabic; `undefined` when blank, {@link unreadable} otherwise. */
export function readWhole(cell: string): number | undefined {
  let value = 0;
  let digits = 0;
  for (let index = 0; index < cell.length; index += 1) {
    const character = cell.charCodeAt(index);
    if (character === 0x20) continue;
    const digit = digitValue(character);
    digits += 1;
    if (digit < 0 || digits > 9) return unreadable;
    value = value * 10 + digit;
  }
  return digits === 0 ? undefined : value;
}

const decimal = /^\d{1,7}(\.\d{1,2})?$/;

/** A number ≥ 0 with at most two decimals; `undefined` when blank, {@link unreadable} otherwise. */
export function readDecimal(cell: string, max: number): number | undefined {
  const text = cell.trim();
  if (text === '') return undefined;
  const arabic = toArabicDigits(text);
  if (!decimal.test(arabic)) return unreadable;
  const value = Number(arabic);
  return value <= max ? value : unreadable;
}

/** 1 or 0, Thai or Arabic; `undefined` for anything else. */
export function readFlag(cell: string): boolean | undefined {
  const value = readWhole(cell);
  return value === 1 ? true : value === 0 ? false : undefined;
}

const yes: ReadonlySet<string> = new Set(['1', '๑', 'y', 'yes', 'ใช่', 'true']);
const no: ReadonlySet<string> = new Set(['', '0', '๐', 'n', 'no', 'ไม่ใช่', 'ไม่', 'false', '-']);

/** A flag as lists write it: 1 or 0, Y or N, ใช่ or ไม่ใช่, in any case; blank is no. `undefined` for anything else. */
export function readYesOrNo(cell: string): boolean | undefined {
  const text = cell.trim().toLowerCase();
  return yes.has(text) ? true : no.has(text) ? false : undefined;
}

/** Whether the cell is so many digits, Thai or Arabic, after trimming; answers them as Arabic ones. */
export function readDigits(cell: string, count: number): string | undefined {
  const digits = toArabicDigits(cell.trim());
  if (digits.length !== count) return undefined;
  for (let index = 0; index < count; index += 1) {
    const character = digits.charCodeAt(index);
    if (character < 0x30 || character > 0x39) return undefined;
  }
  return digits;
}

const reference = /^[A-Za-z0-9_-]{1,40}$/;

/** A household reference, trimmed; `undefined` when it is none. */
export function readReference(cell: string): string | undefined {
  const text = cell.trim();
  return reference.test(text) ? text : undefined;
}
