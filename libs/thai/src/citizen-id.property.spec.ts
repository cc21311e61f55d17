import * as fc from 'fast-check';
import { checkDigit, formatIdentityNumber, parseIdentityNumber } from './citizen-id';
import { toThaiDigits } from './digits';

const body = fc
  .tuple(fc.integer({ min: 0, max: 8 }), fc.stringMatching(/^\d{11}$/))
  .map(([first, rest]) => `${first}${rest}`);
const valid = body.map((first12) => `${first12}${checkDigit(first12)}`);

describe('identity numbers', () => {
  test('are accepted with the right check digit and fail with any other', () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 0, max: 9 }), (first12, digit) => {
        const reading = parseIdentityNumber(`${first12}${digit}`);
        if (`${first12}${digit}` === '0000000000000') return;
        expect(reading.check).toBe(digit === checkDigit(first12) ? 'passed' : 'failed');
        expect(reading.accepted).toBe(reading.check === 'passed' || first12.startsWith('0'));
      }),
    );
  });

  test('one changed digit among the first twelve is noticed unless the sum is the same modulo 11 or its two equal digits', () => {
    fc.assert(
      fc.property(valid, fc.integer({ min: 0, max: 11 }), fc.integer({ min: 1, max: 9 }), (number, position, step) => {
        const changed = (Number(number[position]) + step) % 10;
        const first12 = number.slice(0, position) + changed + number.slice(position + 1, 12);
        const isSame = checkDigit(first12) === Number(number[12]);
        expect(parseIdentityNumber(first12 + number[12]).check === 'failed').toBe(!isSame && !first12.startsWith('9'));
      }),
    );
  });

  test('read the same from a card, in Thai digits and from their own normal form', () => {
    fc.assert(
      fc.property(valid, (number) => {
        const reading = parseIdentityNumber(number);
        expect(parseIdentityNumber(formatIdentityNumber(number))).toEqual(reading);
        expect(parseIdentityNumber(toThaiDigits(number))).toEqual(reading);
        expect(parseIdentityNumber(reading.normalised)).toEqual(reading);
      }),
    );
  });

  test('never throw, and are refused exactly when there is an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const reading = parseIdentityNumber(text);
        expect(reading.accepted).toBe(reading.problem?.severity !== 'error');
        expect(reading.normalised).toMatch(/^[A-Z0-9]*$/);
      }),
      { numRuns: 1000 },
    );
  });
});
