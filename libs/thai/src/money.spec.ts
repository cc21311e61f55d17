import * as fc from 'fast-check';
import { formatBaht, parseBaht } from './money';

describe('reading an amount in baht', () => {
  test.each([
    ['38000', 3800000],
    ['38,000', 3800000],
    ['1,234,567.8', 123456780],
    ['0', 0],
    ['0.05', 5],
    ['๓๘,๐๐๐.๕๐', 3800050],
    [' 120 ', 12000],
    ['฿ 120', 12000],
    ['120 บาท', 12000],
    ['1,000,000,000', 100_000_000_000],
  ])('takes %s as %i satang', (written, satang) => {
    expect(parseBaht(written)).toEqual({ ok: true, satang });
  });

  test.each([
    ['', 'money-unreadable'],
    ['บาท', 'money-unreadable'],
    ['12,34', 'money-unreadable'],
    ['1234,567', 'money-unreadable'],
    ['1,234,56', 'money-unreadable'],
    ['1.2.3', 'money-unreadable'],
    ['12.', 'money-unreadable'],
    ['.5', 'money-unreadable'],
    ['1 234', 'money-unreadable'],
    ['ไม่มี', 'money-unreadable'],
    ['-5', 'money-negative'],
    ['1.005', 'money-too-many-decimals'],
    ['1000000001', 'money-too-large'],
    ['1000000000.01', 'money-too-large'],
    ['3.8E+4', 'money-in-scientific-notation'],
    ['38e3', 'money-in-scientific-notation'],
  ])('refuses %j with %s', (written, code) => {
    expect(parseBaht(written)).toMatchObject({ ok: false, problem: { code } });
  });

  test('gives back every amount that was formatted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), (satang) => {
        expect(parseBaht(formatBaht(satang))).toEqual({ ok: true, satang });
      }),
    );
  });
});

describe('showing an amount', () => {
  test('has commas and two decimals', () => {
    expect(formatBaht(123456705)).toBe('1,234,567.05');
    expect(formatBaht(-50)).toBe('-0.50');
  });

  test('is refused for a part of a satang', () => {
    expect(() => formatBaht(0.5)).toThrow(RangeError);
  });
});
