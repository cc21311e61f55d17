import type { Contribution, Tally } from './define-view';
import { contributionsOf, DifferenceSum } from './tally-differences';
import { sumDifferences } from './tally-sums';

const contribution = (overrides: Partial<Contribution> = {}): Contribution => ({
  areas: { village: '8417010101', district: '8417' },
  round: '2561',
  ruleset: 'tpmap-2561',
  from: '2018-02-14',
  add: new Map([[0, 1]]),
  ...overrides,
});

describe('booking contributions', () => {
  const booked = (...list: [Contribution, 1 | -1, string][]) => {
    const sum = new DifferenceSum();
    for (const [one, sign, knownDay] of list) sum.add({ contribution: one, sign, knownDay });
    return sum.differences();
  };

  test('counts from the first day up to and including the last', () => {
    const differences = booked([contribution({ to: '2018-02-28' }), 1, '2018-03-01']);
    const on = (asOf: string) =>
      sumDifferences(differences, { under: '84', level: 'district', round: '2561', ruleset: 'tpmap-2561', asOf }, 1)
        .length;
    expect([on('2018-02-13'), on('2018-02-14'), on('2018-02-28'), on('2018-03-01')]).toEqual([0, 1, 1, 0]);
    expect(differences).toHaveLength(4);
  });

  test('merges what stands under the same area and days, and leaves out what cancels', () => {
    const other = contribution({ add: new Map([[1, 5]]) });
    expect(booked([contribution(), 1, '2018-03-01'], [other, 1, '2018-03-01'])).toEqual([
      expect.objectContaining({
        level: 'village',
        add: new Map([
          [0, 1],
          [1, 5],
        ]),
      }),
      expect.objectContaining({
        level: 'district',
        add: new Map([
          [0, 1],
          [1, 5],
        ]),
      }),
    ]);
    expect(booked([contribution(), 1, '2018-03-01'], [contribution(), -1, '2018-03-01'])).toEqual([]);
    expect(booked([contribution(), 1, '2018-03-01'], [contribution(), -1, '2018-03-02'])).toHaveLength(4);
  });

  test('of a stretch that ends before it begins counts nowhere', () => {
    expect(booked([contribution({ to: '2018-02-13' }), 1, '2018-03-01'])).toEqual([]);
  });
});

describe('contributions that cannot be counted', () => {
  const tally = (one: Contribution): Tally<object> => ({
    name: 'figures',
    version: 1,
    context: 'mpi-scoring',
    idOf: () => undefined,
    fold: () => ({}),
    measures: ['households'],
    contributions: () => [one],
  });

  test.each([
    ['a day that is none', contribution({ from: '2018-13-14' })],
    ['a Buddhist year left as text', contribution({ to: '14/2/2561' })],
    ['a measure nobody declared', contribution({ add: new Map([[1, 1]]) })],
    ['half a household', contribution({ add: new Map([[0, 0.5]]) })],
  ])('are refused: %s', (_, one) => {
    expect(() => contributionsOf(tally(one), {})).toThrow('Invariant');
    expect(contributionsOf(tally(one), undefined)).toEqual([]);
  });
});
