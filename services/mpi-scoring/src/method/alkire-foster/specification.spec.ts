import type { Fraction } from '@faemban/reference-data';
import { fractionText, parseFraction } from './fraction';
import {
  effectiveCutoff,
  nestedWeights,
  prepare,
  reachableScores,
  specificationFaults,
  withoutIndicators,
  type AfSpecification,
} from './specification';

const equal = (...sizes: readonly number[]): AfSpecification => {
  let bit = 0;
  return {
    dimensions: nestedWeights(
      sizes.map((size, d) => ({
        key: `d${d}`,
        indicators: Array.from({ length: size }, () => ({ key: `i${bit}`, bit: bit++ })),
      })),
    ),
    missing: 'notDeprived',
    notApplicable: 'notDeprived',
  };
};
const fraction = (text: string): Fraction => parseFraction(text) as Fraction;

describe('fractions as people write them', () => {
  test.each([
    ['1/18', '1/18'],
    ['26%', '13/50'],
    ['0.26', '13/50'],
    ['33/99', '1/3'],
    ['0', '0'],
    ['1', '1'],
  ])('%s is %s', (text, wanted) => expect(fractionText(fraction(text))).toBe(wanted));

  test.each(['', '-1/3', '1/0', '1e3', '٣', '1/3/4', 'NaN', '1/3%', '9999999999', '1.0000000001'])(
    '%p is none',
    (text) => expect(parseFraction(text)).toBeUndefined(),
  );
});

describe('weights', () => {
  test('of the global MPI come to whole numbers over 18, of four, seven, four, two and one indicators over 140', () => {
    const global = prepare(equal(2, 2, 6));
    expect([global.denominator, ...global.indicators.map(({ weight }) => weight)]).toEqual([
      18, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1,
    ]);
    expect(prepare(equal(4, 7, 4, 2, 1)).denominator).toBe(140);
  });

  test('of an indicator that a survey lacks go to the others of its dimension', () => {
    const { indicators, denominator } = prepare(withoutIndicators(equal(2, 2, 6), new Set(['i4', 'i5', 'i0'])));
    expect([denominator, ...indicators.map(({ weight }) => weight)]).toEqual([12, 4, 2, 2, 1, 1, 1, 1]);
  });

  test.each([
    ['do not add up', (spec: AfSpecification) => ({ ...spec, dimensions: spec.dimensions.slice(1) }), /add up to 2\/3/],
    [
      'belong to a dimension without indicators',
      (spec: AfSpecification) => withoutIndicators(spec, new Set(['i0', 'i1'])),
      /no indicator/,
    ],
    ['are there for nothing', () => ({ ...equal(1), dimensions: [] }), /no indicator/],
  ])('that %s are refused', (_, change, message) => {
    expect(specificationFaults(change(equal(2, 2, 6))).join(' ')).toMatch(message);
    expect(() => prepare(change(equal(2, 2, 6)))).toThrow(RangeError);
  });

  test('as decimals that no common denominator fits are refused, and fractions are asked for', () => {
    const awkward = (text: string, key: string, bit: number) => ({ key, bit, weight: fraction(text) });
    const dimensions = [{ key: 'd', indicators: [awkward('0.166667', 'a', 0), awkward('0.833333', 'b', 1)] }];
    expect(specificationFaults({ ...equal(1), dimensions })).toEqual([
      expect.stringContaining('fractions such as 1/18'),
    ]);
  });
});

describe('a cut-off', () => {
  test('between two reachable scores means the higher one', () => {
    const twelve = prepare(equal(...Array.from({ length: 12 }, () => 1)));
    expect(fractionText(effectiveCutoff(twelve, fraction('26%')) as Fraction)).toBe('1/3');
    expect(fractionText(effectiveCutoff(twelve, fraction('1/3')) as Fraction)).toBe('1/3');
    expect(reachableScores(twelve)).toHaveLength(13);
  });

  test('lies exactly on a score that sums of doubles would miss', () => {
    // 4, 7 and 4 indicators and 2 and 1 in five equal dimensions: every pattern that weighs 2/5 is poor at 2/5.
    const prepared = prepare(equal(4, 7, 4, 2, 1));
    let missed = 0;
    for (let mask = 0; mask < 2 ** 18; mask++) {
      let whole = 0;
      let float = 0;
      for (const { bit, weight } of prepared.indicators) {
        if (((mask >> bit) & 1) === 0) continue;
        whole += weight;
        float += weight / prepared.denominator;
      }
      if (whole * 5 === 2 * prepared.denominator && float < 2 / 5) missed++;
    }
    expect(missed).toBeGreaterThan(0);
  });
});
