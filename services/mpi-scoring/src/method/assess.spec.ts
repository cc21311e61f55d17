import { tpmap2561, type Ruleset } from '@faemban/reference-data';
import { createMethod, flagsOf, weightOf } from './assess';

const allPass = 'p'.repeat(31);

/** Thirty-one answers: `p`, but for those named. */
function answering(others: Readonly<Record<number, 'f' | 'n' | 'u'>>): string {
  return [...allPass].map((pass, index) => others[index + 1] ?? pass).join('');
}

describe('the TPMAP rule of 2561', () => {
  const method = createMethod(tpmap2561);

  test('a household that passes everything is not poor', () => {
    expect(method.assess(allPass)).toEqual({ failedIndicators: [], failedDimensions: [], isPoor: false });
  });

  test('one failed indicator fails its dimension, and one failed dimension makes the household poor', () => {
    expect(method.assess(answering({ 22: 'f' }))).toEqual({
      failedIndicators: [22],
      failedDimensions: ['income'],
      isPoor: true,
    });
  });

  test('two failed indicators of one dimension fail it once', () => {
    expect(method.assess(answering({ 20: 'f', 22: 'f' })).failedDimensions).toEqual(['income']);
  });

  test('not applicable and unknown are not failed', () => {
    expect(method.assess(answering({ 1: 'n', 16: 'u', 28: 'n' })).isPoor).toBe(false);
  });

  test('an indicator outside the seventeen is kept as failed, and makes nobody poor', () => {
    expect(method.assess(answering({ 25: 'f', 2: 'f' }))).toEqual({
      failedIndicators: [2, 25],
      failedDimensions: [],
      isPoor: false,
    });
  });

  test.each([
    ['health', [1, 4, 5, 7]],
    ['living', [8, 9, 10, 11]],
    ['education', [15, 16, 17, 19]],
    ['income', [20, 21, 22]],
    ['access', [27, 28]],
  ] as const)('%s is failed by any of its indicators and by no other', (dimension, indicators) => {
    for (let indicator = 1; indicator <= 31; indicator++) {
      const { failedDimensions } = method.assess(answering({ [indicator]: 'f' }));
      expect(failedDimensions.includes(dimension)).toBe((indicators as readonly number[]).includes(indicator));
    }
  });

  test('priority is health, living and income failed together; any three others are not enough', () => {
    expect(flagsOf(tpmap2561, method.assess(answering({ 7: 'f', 11: 'f', 22: 'f' })))).toEqual({ priority3of5: true });
    expect(flagsOf(tpmap2561, method.assess(answering({ 7: 'f', 11: 'f', 16: 'f', 28: 'f' })))).toEqual({
      priority3of5: false,
    });
  });
});

describe('other ways to identify the poor', () => {
  const rule = (identification: Ruleset['identification'], rest: Partial<Ruleset> = {}): Ruleset => ({
    ...tpmap2561,
    identification,
    ...rest,
  });

  test('at least k of the dimensions', () => {
    const method = createMethod(rule({ kind: 'atLeast', dimensions: 3 }));
    expect(method.assess(answering({ 7: 'f', 11: 'f' })).isPoor).toBe(false);
    expect(method.assess(answering({ 7: 'f', 11: 'f', 16: 'f' })).isPoor).toBe(true);
  });

  test('a named set of dimensions', () => {
    const method = createMethod(rule({ kind: 'namedSet', dimensions: ['income', 'living'] }));
    expect(method.assess(answering({ 22: 'f', 7: 'f' })).isPoor).toBe(false);
    expect(method.assess(answering({ 22: 'f', 8: 'f' })).isPoor).toBe(true);
  });

  test('weights reach the cut-off exactly, where thirds in floating point would not', () => {
    const weights = { 1: 1, 4: 1, 5: 1 };
    const thirds = rule({ kind: 'weighted', weights, denominator: 3, cutoff: { num: 2, den: 3 } });
    const method = createMethod(thirds);
    const failures = method.assess(answering({ 1: 'f', 4: 'f' }));
    expect(weightOf(weights, failures)).toBe(2);
    expect(failures.isPoor).toBe(true);
    expect(method.assess(answering({ 1: 'f' })).isPoor).toBe(false);
  });

  test('unknown and not applicable fail where the ruleset says so, and only for indicators it uses', () => {
    const method = createMethod(rule({ kind: 'any' }, { unknown: 'failed', notApplicable: 'notFailed' }));
    expect(method.assess(answering({ 16: 'u', 28: 'n', 25: 'u' })).failedIndicators).toEqual([16]);
  });

  test('a ruleset about unknown indicators is refused', () => {
    expect(() => createMethod(rule({ kind: 'any' }, { indicatorSet: 'no-such-set' }))).toThrow(RangeError);
  });
});
