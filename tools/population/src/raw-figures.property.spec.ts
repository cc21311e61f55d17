import { parseBaht } from '@faemban/thai';
import fc from 'fast-check';
import { randomOf } from './random';
import { birthWeightFor, incomeFor, waterFor } from './raw-figures';

const answers = fc.constantFrom('1', '0', '') as fc.Arbitrary<'1' | '0' | ''>;

function satang(text: string): number {
  const reading = parseBaht(text);
  if (!reading.ok) throw new Error(`${text} is no amount`);
  return reading.satang;
}

describe('making raw figures', () => {
  test('gives incomes below 38,000 baht a head exactly where indicator 22 fails', () => {
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 15 }), fc.nat(1_000_000), (answer, members, seed) => {
        const { main, secondary, other, ownProduce } = incomeFor(answer, members, randomOf(`income ${seed}`));
        const total = [main, secondary, other, ownProduce].map(satang).reduce((sum, part) => sum + part, 0);
        expect(total < 38_000 * 100 * members).toBe(answer === '0');
      }),
      { numRuns: 2_000, seed: 2561 },
    );
  });

  test('gives water and weights on the right side of their thresholds, and none without an answer', () => {
    fc.assert(
      fc.property(answers, fc.nat(1_000_000), (answer, seed) => {
        const random = randomOf(`figures ${seed}`);
        const figures = [
          [birthWeightFor(answer, random), 2500],
          [waterFor(answer, 5, random), 5],
          [waterFor(answer, 45, random), 45],
        ] as const;
        for (const [figure, threshold] of figures) {
          if (answer === '') expect(figure).toBe('');
          else expect(Number(figure) < threshold).toBe(answer === '0');
        }
      }),
    );
  });
});
