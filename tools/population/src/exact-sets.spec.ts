import { suratThaniDistrictFigures, suratThaniTargetPersonsByExactMask as provinceSets } from '@faemban/reference-data';
import { exactSetsOf } from './exact-sets';
import { bitCount } from './indicators';
import { apportion } from './invented-villages';
import { randomOf } from './random';

const proportions = Array.from({ length: 32 }, (_, set) => provinceSets[set.toString(2).padStart(5, '0')] ?? 0);

describe('finding exact sets for the totals of a district', () => {
  test.each(suratThaniDistrictFigures)('district $code has all its totals', (district) => {
    const { health, living, education, income, access, targetPersons, anyThree, healthLivingIncome } = district;
    const byDimension = [health, living, education, income, access];
    const totals = { persons: targetPersons, byDimension, anyThree, healthLivingIncome };
    const counts = exactSetsOf(totals, proportions, randomOf(district.code));
    const sum = (holds: (set: number) => boolean): number =>
      counts.reduce((all, count, set) => (holds(set) ? all + count : all), 0);
    expect(Math.min(...counts)).toBe(0);
    expect(byDimension.map((_, d) => sum((set) => (set & (1 << (4 - d))) !== 0))).toEqual(byDimension);
    expect(sum(() => true)).toBe(targetPersons);
    expect(sum((set) => bitCount(set) >= 3)).toBe(anyThree);
    expect(sum((set) => (set & 0b11010) === 0b11010)).toBe(healthLivingIncome);
  });
});

describe('apportioning', () => {
  test('keeps the sum and gives the largest remainders the rest', () => {
    expect(apportion(10, [1, 1, 1])).toEqual([4, 3, 3]);
    expect(apportion(7, [5, 0, 2])).toEqual([5, 0, 2]);
  });
});
