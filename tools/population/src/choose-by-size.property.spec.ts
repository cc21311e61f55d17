import fc from 'fast-check';
import { chooseBySize } from './choose-by-size';

const someSizes = fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 40 });

/** The largest sum up to the target that some of the sizes have. */
function bestSum(sizes: readonly number[], target: number): number {
  let sums = new Set([0]);
  for (const size of sizes)
    sums = new Set([...sums, ...[...sums].map((sum) => sum + size).filter((sum) => sum <= target)]);
  return Math.max(...sums);
}

describe('choosing households by size', () => {
  test('reaches every sum that some of them have, and otherwise the nearest below', () => {
    fc.assert(
      fc.property(someSizes, fc.nat(200), (sizes, target) => {
        const { chosen, missing } = chooseBySize(sizes, [...sizes.keys()], target);
        const sum = chosen.reduce((total, h) => total + (sizes[h] as number), 0);
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(sum).toBe(bestSum(sizes, target));
        expect(missing).toBe(target - sum);
      }),
    );
  });

  test('takes the first candidates where they fit', () => {
    expect(chooseBySize([2, 3, 4, 5], [3, 0, 1, 2], 7).chosen.sort()).toEqual([0, 3]);
  });

  test('never takes a household that is no candidate', () => {
    expect(chooseBySize([2, 3, 4, 5], [0, 2], 5)).toEqual({ chosen: [2], missing: 1 });
  });
});
