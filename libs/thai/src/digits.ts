const THAI_ZERO = 0x0e50;
const THAI_NINE = 0x0e59;
const ARABIC_ZERO = 0x30;

/**
 * The value 0–9 of a Thai or Arabic digit's UTF-16 code unit, or -1 for anything else. For parsers that walk a text once.
 */
export function digitValue(codeUnit: number): number {
  if (codeUnit >= ARABIC_ZERO && codeUnit <= ARABIC_ZERO + 9) return codeUnit - ARABIC_ZERO;
  if (codeUnit >= THAI_ZERO && codeUnit <= THAI_NINE) return codeUnit - THAI_ZERO;
  return -1;
}

/** Whether the text has a Thai digit (๐–๙). */
export function hasThaiDigits(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const codeUnit = text.charCodeAt(index);
    if (codeUnit >= THAI_ZERO && codeUnit <= THAI_NINE) return true;
  }
  return false;
}

/** The same text with ๐–๙ written 0–9. Everything else is untouched. */
export function toArabicDigits(text: string): string {
  if (!hasThaiDigits(text)) return text;
  return shiftDigits(text, THAI_ZERO, ARABIC_ZERO - THAI_ZERO);
}

/** The same text with 0–9 written ๐–๙, as official letters have it. Everything else is untouched. */
export function toThaiDigits(text: string): string {
  return shiftDigits(text, ARABIC_ZERO, THAI_ZERO - ARABIC_ZERO);
}

function shiftDigits(text: string, from: number, by: number): string {
  let shifted = '';
  for (let index = 0; index < text.length; index++) {
    const codeUnit = text.charCodeAt(index);
    const isDigit = codeUnit >= from && codeUnit <= from + 9;
    shifted += isDigit ? String.fromCharCode(codeUnit + by) : text.charAt(index);
  }
  return shifted;
}
