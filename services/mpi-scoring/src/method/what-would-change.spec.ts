import { tpmap2561, type Identification, type Ruleset } from '@faemban/reference-data';
import fc from 'fast-check';
import { createMethod } from './assess';
import { whatWouldChange } from './what-would-change';

const pass = [...'p'.repeat(31)];
const failing = (...indicators: number[]): string =>
  pass.map((answer, index) => (indicators.includes(index + 1) ? 'f' : answer)).join('');

describe('what would change a result', () => {
  test('a poor household under the union rule leaves when everything failed passes', () => {
    const { assess } = createMethod(tpmap2561);
    expect(whatWouldChange(tpmap2561, assess(failing(7, 20, 22, 25)))).toEqual({
      toward: 'notPoor',
      count: 2,
      options: [
        { dimension: 'health', indicators: [7] },
        { dimension: 'income', indicators: [20, 22] },
      ],
    });
  });

  test('a household that is not poor enters by any one of the seventeen', () => {
    const change = whatWouldChange(tpmap2561, createMethod(tpmap2561).assess(failing()));
    expect(change).toMatchObject({ toward: 'poor', count: 1 });
    expect(change?.options.flatMap(({ indicators }) => indicators)).toHaveLength(17);
  });

  test('at a cut-off of zero nothing can', () => {
    const weights = { 1: 1, 4: 1 };
    const ruleset: Ruleset = {
      ...tpmap2561,
      identification: { kind: 'weighted', weights, denominator: 2, cutoff: { num: 0, den: 1 } },
    };
    expect(whatWouldChange(ruleset, createMethod(ruleset).assess(failing(1)))).toBeUndefined();
  });

  const used = tpmap2561.dimensions.flatMap(({ indicators }) => indicators);
  const rules: fc.Arbitrary<Identification> = fc.oneof(
    fc.constant<Identification>({ kind: 'any' }),
    fc.integer({ min: 1, max: 5 }).map((dimensions): Identification => ({ kind: 'atLeast', dimensions })),
    fc
      .subarray(
        tpmap2561.dimensions.map(({ key }) => key),
        { minLength: 1 },
      )
      .map((dimensions): Identification => ({ kind: 'namedSet', dimensions })),
    fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 17, maxLength: 17 }),
        fc.integer({ min: 1, max: 12 }),
      )
      .map(([list, num]): Identification => {
        const weights = Object.fromEntries(used.map((indicator, index) => [indicator, list[index] ?? 1]));
        return {
          kind: 'weighted',
          weights,
          denominator: list.reduce((sum, each) => sum + each),
          cutoff: { num, den: 12 },
        };
      }),
  );

  test('doing what it says turns the result over, and one option less does not', () => {
    fc.assert(
      fc.property(rules, fc.subarray(used), (identification, failed) => {
        const ruleset: Ruleset = { ...tpmap2561, identification };
        const method = createMethod(ruleset);
        const before = method.assess(failing(...failed));
        const change = whatWouldChange(ruleset, before);
        if (!change) return;
        const after = (options: typeof change.options): boolean => {
          const concerned = options.flatMap(({ indicators }) => (before.isPoor ? indicators : indicators.slice(0, 1)));
          const now = before.isPoor
            ? failed.filter((indicator) => !concerned.includes(indicator))
            : [...failed, ...concerned];
          return method.assess(failing(...now)).isPoor;
        };
        expect(change.toward).toBe(before.isPoor ? 'notPoor' : 'poor');
        expect(after(change.options.slice(0, change.count))).toBe(!before.isPoor);
        expect(after(change.options.slice(0, change.count - 1))).toBe(before.isPoor);
      }),
    );
  });
});
