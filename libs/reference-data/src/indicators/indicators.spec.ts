import * as fc from 'fast-check';
import { bmn2560, findIndicatorSet, getIndicator } from './bmn-2560';
import { applicabilityTo, meetsThreshold, type MemberFacts } from './indicator';

const adult: MemberFacts = { ageYears: 40, health: 'normal', canHelpSelf: true };
const child: MemberFacts = { ageYears: 10, health: 'normal', canHelpSelf: true };

describe('the indicators of 2560–2564', () => {
  test('are numbered 1 to 31 in five categories of 7, 7, 5, 4 and 8', () => {
    expect(bmn2560.indicators.map(({ number }) => number)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
    const sizes = bmn2560.categories.map(
      (category) => bmn2560.indicators.filter((indicator) => indicator.category === category.number).length,
    );
    expect(sizes).toEqual([7, 7, 5, 4, 8]);
  });

  test('apply to all when they are answered for the household', () => {
    for (const { unit, appliesTo } of bmn2560.indicators) if (unit === 'household') expect(appliesTo).toBe('all');
  });

  test('are found by set and number', () => {
    expect(findIndicatorSet('bmn-2560')).toBe(bmn2560);
    expect(getIndicator(bmn2560, 22).threshold).toMatchObject({ measure: 'meanIncome', min: 38_000 });
    expect(() => getIndicator(bmn2560, 32)).toThrow(RangeError);
  });
});

describe('whether an indicator applies', () => {
  const appliesTo = (number: number, members: MemberFacts[]) => applicabilityTo(getIndicator(bmn2560, number), members);

  test('follows the ages of the members', () => {
    expect(appliesTo(16, [adult, child])).toBe('yes');
    expect(appliesTo(16, [adult])).toBe('no');
    expect(appliesTo(16, [{ ...child, ageYears: 14 }])).toBe('yes');
    expect(appliesTo(16, [{ ...child, ageYears: 15 }])).toBe('no');
    expect(appliesTo(27, [{ ...adult, ageYears: 60 }])).toBe('yes');
    expect(appliesTo(1, [{ ...child, ageYears: 1 }])).toBe('yes');
  });

  test('follows their health', () => {
    expect(appliesTo(28, [{ ...adult, health: 'disabled' }])).toBe('yes');
    expect(appliesTo(28, [{ ...adult, health: 'chronicallyIll' }])).toBe('no');
    expect(appliesTo(29, [{ ...adult, health: 'chronicallyIll' }])).toBe('yes');
  });

  test('leaves out disabled people who cannot help themselves from work', () => {
    const elder: MemberFacts = { ageYears: 70, health: 'disabled', canHelpSelf: false };
    expect(appliesTo(21, [elder])).toBe('no');
    expect(appliesTo(21, [{ ...elder, canHelpSelf: true }])).toBe('yes');
  });

  test('is not known where the file does not say', () => {
    expect(appliesTo(17, [child])).toBe('notKnown');
    expect(appliesTo(20, [adult])).toBe('notKnown');
    expect(appliesTo(20, [child])).toBe('no');
  });

  test('is certain for every household where everybody counts', () => {
    expect(appliesTo(24, [])).toBe('yes');
  });
});

describe('thresholds', () => {
  const meets = (number: number, raw: Parameters<typeof meetsThreshold>[1]) => {
    const { threshold } = getIndicator(bmn2560, number);
    if (threshold === undefined) throw new Error('no threshold');
    return meetsThreshold(threshold, raw);
  };

  test('are the four that have a raw figure', () => {
    const numbers = bmn2560.indicators.filter(({ threshold }) => threshold !== undefined).map(({ number }) => number);
    expect(numbers).toEqual([1, 9, 10, 22]);
  });

  test('are met at the line itself', () => {
    expect(meets(1, { members: 3, lowestBirthWeightG: 2500 })).toBe(true);
    expect(meets(1, { members: 3, lowestBirthWeightG: 2499 })).toBe(false);
    expect(meets(9, { members: 3, drinkingWaterLPerPersonDay: 4.9 })).toBe(false);
    expect(meets(10, { members: 3, utilityWaterLPerPersonDay: 45 })).toBe(true);
    expect(meets(22, { members: 3, incomeSatangPerYear: 11_400_000 })).toBe(true);
    expect(meets(22, { members: 3, incomeSatangPerYear: 11_399_999 })).toBe(false);
  });

  test('say nothing without a figure', () => {
    expect(meets(1, { members: 3 })).toBeUndefined();
  });

  test('of mean income need a member', () => {
    expect(() => meets(22, { members: 0, incomeSatangPerYear: 1 })).toThrow(RangeError);
  });

  test('of mean income turn at exactly one satang', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: -5, max: 5 }), (members, satang) => {
        expect(meets(22, { members, incomeSatangPerYear: 3_800_000 * members + satang })).toBe(satang >= 0);
      }),
    );
  });
});
