import { associationOf } from './association';
import { agreementOf, dominates, midRanks } from './ranking';

describe('two orders of the same areas', () => {
  test('agree wholly, or are each other’s reverse', () => {
    expect(agreementOf([1, 2, 3, 4], [10, 20, 30, 40])).toEqual({
      kendallTauB: 1,
      spearman: expect.closeTo(1, 12),
      pairs: 6,
      pairsKept: 6,
      pairsReversed: 0,
    });
    expect(agreementOf([1, 2, 3], [3, 2, 1])).toMatchObject({ kendallTauB: -1, spearman: expect.closeTo(-1, 12) });
  });

  test('with ties: tau-b counts them in the denominator', () => {
    // Kendall's formula by hand: 4 concordant, 1 discordant, one pair tied on the right only: 3 ÷ √(6 × 5).
    const { kendallTauB, pairsKept, pairsReversed, spearman } = agreementOf([1, 2, 3, 4], [1, 3, 2, 3]);
    expect(kendallTauB).toBeCloseTo(3 / Math.sqrt(30), 12);
    expect([pairsKept, pairsReversed]).toEqual([4, 1]);
    expect(spearman).toBeCloseTo(0.6324555, 6);
  });

  test('cannot be compared where all are tied or there is only one', () => {
    expect(agreementOf([1, 1], [1, 2])).toMatchObject({ kendallTauB: null, spearman: null });
    expect(agreementOf([1], [2])).toMatchObject({ kendallTauB: null, pairs: 0 });
  });

  test('are ranked from the highest, ties in the middle', () => {
    expect(midRanks([5, 9, 5, 1])).toEqual([2.5, 1, 2.5, 4]);
  });
});

describe('dominance over every cut-off', () => {
  test('is lost where the curves cross, and needs a difference somewhere', () => {
    expect(dominates([1, 0.5, 0.2], [1, 0.4, 0.2])).toBe(true);
    expect(dominates([1, 0.5, 0.1], [1, 0.4, 0.2])).toBe(false);
    expect(dominates([1, 0.5], [1, 0.5])).toBe(false);
  });
});

describe('redundancy of two indicators', () => {
  test('is whole where they always fail together, none where they are independent', () => {
    expect(associationOf({ persons: 100, one: 20, other: 20, both: 20 })).toEqual({ cramersV: 1, overlap: 1 });
    expect(associationOf({ persons: 100, one: 20, other: 50, both: 10 })).toEqual({ cramersV: 0, overlap: 0.5 });
    expect(associationOf({ persons: 100, one: 0, other: 50, both: 0 })).toEqual({ cramersV: null, overlap: null });
  });
});
