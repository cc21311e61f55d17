import fc from 'fast-check';
import { failedDimensions } from './indicators';
import { randomOf } from './random';
import { figuresOfRandomVillage } from './testing/random-village';
import { populateVillage } from './village';
import type { VillageHousehold } from './village';
import type { VillageFigures } from './village-figures';

/** Counts the exact columns of a population the plain way. */
function count(households: readonly VillageHousehold[]): Omit<VillageFigures, 'villageId' | 'applicable' | 'failing'> {
  const members = households.flatMap((household) => household.members);
  const bits = ({ answers }: VillageHousehold): number =>
    answers.reduce((mask, answer, i) => (answer === '0' ? mask | (1 << i) : mask), 0);
  const sets = [...new Set(households.map((household) => failedDimensions(bits(household))))].filter(
    (set) => set !== 0,
  );
  return {
    households: households.length,
    members: members.length,
    registered: members.filter(({ registered }) => registered).length,
    verified: members.filter(({ verified }) => verified).length,
    elderly: members.filter(({ age }) => age >= 60).length,
    disabled: members.filter(({ health }) => health === 1).length,
    chronic: members.filter(({ health }) => health === 2).length,
    happiness: {
      sum: households.reduce((sum, { happiness }) => sum + (happiness ?? 0), 0),
      count: households.filter(({ happiness }) => happiness !== undefined).length,
    },
    cells: sets.map((dimensions) => {
      const own = households.filter((household) => failedDimensions(bits(household)) === dimensions);
      const targets = (of: readonly VillageHousehold[]): number =>
        of.flatMap((household) => household.members).filter(({ verified }) => verified).length;
      return {
        dimensions,
        households: own.length,
        persons: own.flatMap((household) => household.members).length,
        registered: own.flatMap((household) => household.members).filter(({ registered }) => registered).length,
        verified: targets(own),
        failing: Array.from({ length: 31 }, (_, i) => targets(own.filter(({ answers }) => answers[i] === '0'))),
      };
    }),
  };
}

describe('populating a village', () => {
  test('meets every exact column of any village that can exist', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const figures = figuresOfRandomVillage(randomOf(`village ${seed}`));
        const counted = count(populateVillage(figures, 'spec', { rounds: 1, arrangements: 1, answers: 1 }).households);
        const { villageId: _, applicable: _applicable, failing: _failing, ...published } = figures;
        const sorted = (cells: VillageFigures['cells']) =>
          [...cells].sort((one, other) => one.dimensions - other.dimensions);
        expect({ ...counted, cells: sorted(counted.cells) }).toEqual({ ...published, cells: sorted(published.cells) });
      }),
      { numRuns: 60, seed: 2561 },
    );
  });

  test('says truly what it does not reach', () => {
    const figures = figuresOfRandomVillage(randomOf('village of the misses'));
    const { households, notReached } = populateVillage(figures, 'spec', { rounds: 1, arrangements: 1, answers: 1 });
    for (let i = 0; i < 31; i += 1) {
      const persons = (holds: (household: VillageHousehold) => boolean): number =>
        households.filter(holds).reduce((sum, { members }) => sum + members.length, 0);
      const applicable = persons(({ answers }) => answers[i] === '0' || answers[i] === '1');
      const failing = persons(({ answers }) => answers[i] === '0');
      expect(notReached.applicable[i]).toBe(Math.abs(applicable - (figures.applicable[i] as number)));
      expect(notReached.failing[i]).toBe(Math.abs(failing - (figures.failing[i] as number)));
    }
  });

  test('gives the same households for the same seed', () => {
    const figures = figuresOfRandomVillage(randomOf('a village'));
    const made = (seed: string) => populateVillage(figures, seed, { rounds: 1, arrangements: 2, answers: 2 });
    expect(made('7')).toEqual(made('7'));
    expect(made('8')).not.toEqual(made('7'));
  });
});
