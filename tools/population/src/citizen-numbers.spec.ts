import { parseIdentityNumber } from '@faemban/thai';
import { PERSONS_MAX, identityNumber } from './citizen-numbers';

describe('making identity numbers', () => {
  const numbers = Array.from({ length: 20_000 }, (_, k) =>
    identityNumber(k * 17, 1940 + (k % 78), 2018 - 1940 - (k % 78), k % 5 === 0),
  );

  test('gives no number twice', () => {
    const given = numbers.filter((number) => number !== '');
    expect(new Set(given).size).toBe(given.length);
  });

  test('gives only numbers that are accepted, with a right check digit', () => {
    const readings = numbers.map(parseIdentityNumber);
    expect(readings.filter(({ problem, check }) => problem !== undefined || check === 'failed')).toEqual([]);
  });

  test('stays on registry office 8400, which no district has', () => {
    const thirteen = numbers.filter((text) => /^\d{13}$/.test(text));
    expect(new Set(thirteen.map((number) => number.slice(1, 5)))).toEqual(new Set(['8400']));
  });

  test('begins with 1 or 2 for births since B.E. 2527 and with 3, 4 or 5 before', () => {
    const firsts = (year: number) =>
      new Set(Array.from({ length: 500 }, (_, k) => identityNumber(k, year, 30, true).charAt(0)));
    expect([...firsts(1984)].sort()).toEqual(['1', '2']);
    expect([...firsts(1983)].sort()).toEqual(['3', '4', '5']);
  });

  test('gives some people without a welfare card another document, or none', () => {
    const kinds = new Set(numbers.map((number) => parseIdentityNumber(number).kind));
    expect([...kinds].sort()).toEqual(['citizenId', 'gCode', 'nonThaiId', 'none', 'passport']);
    const ofHolders = numbers.filter((_, k) => k % 5 === 0).map((number) => parseIdentityNumber(number).kind);
    expect(new Set(ofHolders)).toEqual(new Set(['citizenId']));
  });

  test('refuses more people than there are numbers', () => {
    expect(() => identityNumber(PERSONS_MAX, 1980, 38, true)).toThrow(RangeError);
  });
});
