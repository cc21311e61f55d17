import fc from 'fast-check';
import { DIMENSION_INDICATORS, dimensionBit } from './indicators';
import { randomOf } from './random';
import { figuresOfRandomVillage } from './testing/random-village';
import { spreadVerified } from './verified-spread';
import type { PoorCell } from './village-figures';

function holds(cell: PoorCell, verified: readonly number[], failed: readonly number[]): void {
  expect(verified.reduce((sum, persons) => sum + persons, 0)).toBe(cell.verified);
  for (let i = 0; i < 31; i += 1) {
    const failing = verified.reduce((sum, persons, h) => ((failed[h] as number) & (1 << i) ? sum + persons : sum), 0);
    expect(failing).toBe(cell.failing[i]);
  }
  verified.forEach((persons, h) => {
    DIMENSION_INDICATORS.forEach((own, d) => {
      const fails = ((failed[h] as number) & own) !== 0;
      expect(fails).toBe(persons > 0 && (cell.dimensions & dimensionBit(d)) !== 0);
    });
  });
}

describe('dealing verified persons and what they fail to the households of a cell', () => {
  test.each([false, true])('meets every count and covers every dimension (clustered: %s)', (clustered) => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        for (const cell of figuresOfRandomVillage(randomOf(`spread ${seed}`)).cells) {
          const spread =
            spreadVerified(cell, randomOf(`${seed}`), clustered) ??
            spreadVerified(cell, randomOf(`${seed}`), !clustered);
          if (!spread) throw new Error('a cell that is known to have a solution got none');
          holds(cell, spread.verified, spread.failed);
        }
      }),
      { numRuns: 60, seed: 2561 },
    );
  });

  test('finds the partition where there are more verified persons than households', () => {
    const failing = new Array<number>(31).fill(0);
    failing[10] = 5;
    failing[7] = 3;
    const cell = { dimensions: 0b01000, households: 2, persons: 9, registered: 5, verified: 5, failing };
    const spread = spreadVerified(cell, randomOf('partition'), false);
    expect(spread?.verified.toSorted()).toEqual([2, 3]);
  });

  test('finds nothing where nothing covers the dimension', () => {
    const cell = {
      dimensions: 0b01000,
      households: 2,
      persons: 4,
      registered: 2,
      verified: 2,
      failing: new Array<number>(31).fill(0),
    };
    expect(spreadVerified(cell, randomOf('impossible'), false)).toBeUndefined();
  });
});
