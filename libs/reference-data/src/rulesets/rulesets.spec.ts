import * as fc from 'fast-check';
import { bmn2560, findIndicatorSet } from '../indicators/bmn-2560';
import {
  dimensionMask,
  dimensionsOfMask,
  indicatorsOfRuleset,
  maskText,
  rulesetFaults,
  type Ruleset,
  type TpmapDimension,
} from './ruleset';
import { findRuleset, rulesets, tpmap2561 } from './tpmap-2561';

describe('the ruleset of 2561', () => {
  test('uses 17 of the 31 indicators in five dimensions', () => {
    expect(indicatorsOfRuleset(tpmap2561)).toEqual([1, 4, 5, 7, 8, 9, 10, 11, 15, 16, 17, 19, 20, 21, 22, 27, 28]);
    expect(tpmap2561.dimensions.map(({ key }) => key)).toEqual(['health', 'living', 'education', 'income', 'access']);
  });

  test('reads masks from the left as the published file names do', () => {
    expect(maskText(tpmap2561, dimensionMask(tpmap2561, ['health']))).toBe('10000');
    expect(maskText(tpmap2561, dimensionMask(tpmap2561, ['access']))).toBe('00001');
    expect(maskText(tpmap2561, dimensionMask(tpmap2561, ['income', 'health']))).toBe('10010');
  });

  test('gives the dimensions of a mask back', () => {
    const keys = fc.subarray<TpmapDimension>(['health', 'living', 'education', 'income', 'access']);
    fc.assert(
      fc.property(keys, (some) => {
        expect(dimensionsOfMask(tpmap2561, dimensionMask(tpmap2561, some))).toEqual(some);
      }),
    );
  });

  test('knows no other dimension', () => {
    const asRuleset: Ruleset = tpmap2561;
    expect(() => dimensionMask(asRuleset, ['happiness'])).toThrow(RangeError);
  });

  test('is found by id and version', () => {
    expect(findRuleset('tpmap-2561')).toBe(tpmap2561);
    expect(findRuleset('tpmap-2561', 1)).toBe(tpmap2561);
    expect(findRuleset('tpmap-2561', 2)).toBeUndefined();
  });
});

describe('rulesets that ship', () => {
  test('have no faults, each id and version once', () => {
    for (const ruleset of rulesets) {
      const set = findIndicatorSet(ruleset.indicatorSet);
      expect(set === undefined ? ['no indicator set'] : rulesetFaults(ruleset, set)).toEqual([]);
    }
    expect(new Set(rulesets.map(({ id, version }) => `${id} ${version}`)).size).toBe(rulesets.length);
  });
});

describe('the faults of a ruleset', () => {
  const faultsWith = (change: Partial<Ruleset>) => rulesetFaults({ ...tpmap2561, ...change }, bmn2560);
  const weights = Object.fromEntries(indicatorsOfRuleset(tpmap2561).map((number) => [number, 1]));

  test('are none for every kind of identification', () => {
    expect(faultsWith({ identification: { kind: 'atLeast', dimensions: 3 } })).toEqual([]);
    expect(faultsWith({ identification: { kind: 'namedSet', dimensions: ['income'] } })).toEqual([]);
    const cutoff = { num: 1, den: 3 };
    expect(faultsWith({ identification: { kind: 'weighted', weights, denominator: 17, cutoff } })).toEqual([]);
  });

  test('name an indicator in two dimensions or in none of the set', () => {
    const [health, ...others] = tpmap2561.dimensions;
    if (health === undefined) throw new Error('no dimension');
    expect(faultsWith({ dimensions: [{ ...health, indicators: [1, 8] }, ...others] })).toEqual([
      'An indicator is in two dimensions.',
    ]);
    expect(faultsWith({ dimensions: [{ ...health, indicators: [32] }, ...others] })).toEqual([
      'There is no indicator 32.',
    ]);
    expect(faultsWith({ dimensions: [health, { ...health, indicators: [2] }], flags: {} })).toContain(
      'Two dimensions have one key.',
    );
  });

  test('name identification that cannot be', () => {
    expect(faultsWith({ identification: { kind: 'atLeast', dimensions: 6 } })).toHaveLength(1);
    expect(faultsWith({ identification: { kind: 'namedSet', dimensions: ['happiness'] } })).toHaveLength(1);
    expect(faultsWith({ identification: { kind: 'namedSet', dimensions: [] } })).toHaveLength(1);
    expect(faultsWith({ flags: { priority: { kind: 'atLeast', dimensions: 0 } } })).toHaveLength(1);
  });

  test('name weights that do not add up and cut-offs outside 0 and 1', () => {
    const identification = { kind: 'weighted', weights, denominator: 18, cutoff: { num: 3, den: 2 } } as const;
    expect(faultsWith({ identification })).toEqual([
      'The weights add up to 17, not to 18.',
      'The cut-off is not a fraction within 0 and 1.',
    ]);
    const { 1: _, ...missing } = weights;
    expect(
      faultsWith({
        identification: { ...identification, weights: missing, denominator: 16, cutoff: { num: 1, den: 3 } },
      }),
    ).toEqual(['Indicator 1 has no weight.']);
  });
});
