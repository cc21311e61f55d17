import { describeWhere, testDataDir } from '@faemban/fixtures';
import { tpmap2561, type Fraction, type Ruleset } from '@faemban/reference-data';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMethod, weightOf } from './assess';

/** A worked example of the Alkire-Foster method with its published results; fractions are exact text such as `1/18`. */
interface Example {
  readonly dimensions: readonly { name: string; indicators: readonly { name: string; weight: string }[] }[];
  readonly k: readonly string[];
  readonly columns: readonly string[];
  readonly missing_policies?: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly expected: Readonly<Record<string, Expected | Readonly<Record<string, Expected>>>>;
}
interface Expected {
  readonly c?: readonly string[];
  readonly H?: string | number;
  readonly A?: string | number | null;
  readonly M0?: string | number;
}

const folder = testDataDir('mpi-vectors');

describeWhere(folder !== undefined, 'the worked examples (FAEMBAN_TEST_DATA)')('published worked examples', () => {
  const examples = [
    'mpitbr-vignette-5x4',
    'afmpi-k-limits',
    'afmpi-no-poor',
    'mpindex-df-household',
    'nlsw88-equal-weights',
  ];

  test.each(examples)('%s: who is poor, how many and how intensely', (name) => {
    const example = JSON.parse(readFileSync(join(folder as string, `${name}.json`), 'utf8')) as Example;
    expect(example.k.length).toBeGreaterThan(0);
    for (const k of example.k) {
      const expected = example.expected[`k=${k}`] as Expected;
      const found = measure(example, k);
      for (const figure of ['H', 'M0', 'A'] as const) {
        if (expected[figure] !== undefined) expectFigure(found[figure], expected[figure]);
      }
      if (expected.c) expect(found.scores).toEqual(expected.c.map((score) => valueOf(fraction(score))));
    }
  });

  test('afmpi-missing-policies: unknown counted as not deprived', () => {
    const example = JSON.parse(readFileSync(join(folder as string, 'afmpi-missing-policies.json'), 'utf8')) as Example;
    const published = example.expected['not_deprived'] as Readonly<Record<string, Expected>>;
    const found = measure(example, '1/2');
    for (const figure of ['H', 'M0', 'A'] as const) {
      expectFigure(found[figure], published['k=1/2']?.[figure] as number);
    }
  });
});

/** Headcount ratio, intensity (null when nobody is poor) and adjusted headcount ratio of an example under a cut-off. */
function measure(example: Example, k: string) {
  const ruleset = rulesetOf(example, fraction(k));
  if (ruleset.identification.kind !== 'weighted') throw new Error('An example is weighted.');
  const { weights, denominator } = ruleset.identification;
  const method = createMethod(ruleset);
  const column = (name: string): number => example.columns.indexOf(name);
  let people = 0;
  let poor = 0;
  let deprivation = 0;
  const scores: number[] = [];
  // Rows with an unknown answer are left out of the estimate where the example says so (`listwise…`).
  const isListwise = example.missing_policies?.length === 1 && example.missing_policies[0]?.startsWith('listwise');
  for (const row of example.rows) {
    if (isListwise && String(row[column('g')]).includes('.')) continue;
    const count = ['w', 'size', 'n'].reduce((product, name) => product * Number(row[column(name)] ?? 1), 1);
    const answers = String(row[column('g')]).replaceAll(/[01.]/g, (flag) => ({ 0: 'p', 1: 'f' })[flag] ?? 'u');
    const assessment = method.assess(answers);
    const score = weightOf(weights, assessment) / denominator;
    scores.push(score);
    people += count;
    if (!assessment.isPoor) continue;
    poor += count;
    deprivation += count * score;
  }
  return { scores, H: poor / people, M0: deprivation / people, A: poor === 0 ? null : deprivation / poor };
}

/** An example's weights over their common denominator, as a ruleset of whole numbers. */
function rulesetOf(example: Example, cutoff: Fraction): Ruleset {
  const weights = example.dimensions.flatMap(({ indicators }) => indicators.map(({ weight }) => fraction(weight)));
  const denominator = weights.reduce((common, { den }) => (common * den) / greatestCommonDivisor(common, den), 1);
  let number = 0;
  return {
    ...tpmap2561,
    dimensions: example.dimensions.map(({ name, indicators }) => {
      return { key: name, th: name, en: name, indicators: indicators.map(() => ++number) };
    }),
    identification: {
      kind: 'weighted',
      denominator,
      weights: Object.fromEntries(weights.map(({ num, den }, index) => [index + 1, (num * denominator) / den])),
      cutoff,
    },
    flags: {},
  };
}

/** A string is the figure as printed and matches what rounds to it; a number matches at a relative tolerance of 1e-9. */
function expectFigure(found: number | null, expected: string | number | null): void {
  if (found === null || expected === null) expect(found).toBe(expected);
  else if (typeof expected === 'string') expect(found.toFixed(expected.split('.')[1]?.length ?? 0)).toBe(expected);
  else expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1e-300, Math.abs(expected)));
}

function fraction(text: string): Fraction {
  const [num = '0', den = '1'] = text.split('/');
  return { num: Number(num), den: Number(den) };
}

function valueOf({ num, den }: Fraction): number {
  return num / den;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
