import * as fc from 'fast-check';
import { compareThai } from './collation';
import { digitValue, hasThaiDigits, toArabicDigits, toThaiDigits } from './digits';

describe('digits', () => {
  test('change between Thai and Arabic, and nothing else does', () => {
    expect(toArabicDigits('บ้านเลขที่ ๑๒/๓')).toBe('บ้านเลขที่ 12/3');
    expect(toThaiDigits('3 ส.ค. 2564')).toBe('๓ ส.ค. ๒๕๖๔');
  });

  test('come back after a round trip', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(toArabicDigits(toThaiDigits(text))).toBe(toArabicDigits(text));
        expect(hasThaiDigits(toArabicDigits(text))).toBe(false);
      }),
    );
  });

  test('have their value in both scripts', () => {
    expect([...'09๐๙ก'].map((digit) => digitValue(digit.charCodeAt(0)))).toEqual([0, 9, 0, 9, -1]);
  });
});

describe('Thai order', () => {
  test('sorts by the consonant, not by the vowel written before it', () => {
    expect(['แก้ว', 'ขวัญ', 'เกษม', 'กาน'].sort(compareThai)).toEqual(['กาน', 'เกษม', 'แก้ว', 'ขวัญ']);
  });

  test('sorts numbers by value', () => {
    expect(['หมู่ 10', 'หมู่ 2'].sort(compareThai)).toEqual(['หมู่ 2', 'หมู่ 10']);
  });
});
