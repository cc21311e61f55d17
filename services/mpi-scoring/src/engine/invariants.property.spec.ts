import fc from 'fast-check';
import { figuresOf, type AfFigures } from '../method/alkire-foster/figures';
import type { CellState } from '../method/alkire-foster/record';
import { scoreSample } from '../method/alkire-foster/estimates';
import {
  missingPolicies,
  nestedWeights,
  notApplicablePolicies,
  prepare,
  type AfIdentification,
  type PreparedSpecification,
} from '../method/alkire-foster/specification';
import { subgroupShare } from '../method/alkire-foster/subgroups';
import { sumRange, type SumTable } from '../method/alkire-foster/sums';
import { groupEffect, incidenceAndIntensity, shapleyOfThree } from '../method/alkire-foster/changes';
import { runsOf, runUnder } from './areas';
import { columnsOf, type Row } from './columns';
import { condense } from './condense';
import { scoreCurves } from './distributions';
import { createColumnScorer, scoreColumns, standingOf, type ColumnScorer } from './score-columns';
import { scoreOneByOne } from './score-rows-one-by-one';

const seed = 20181001;
const runs = { seed, numRuns: 25 };
const line = 100;

/** Two to four dimensions of one to four indicators with uneven nested weights, spread over all 32 bits. */
const specifications = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
    weights: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 4 }),
    firstBit: fc.integer({ min: 0, max: 16 }),
    missing: fc.constantFrom(...missingPolicies),
    notApplicable: fc.constantFrom(...notApplicablePolicies),
    hasLine: fc.boolean(),
  })
  .map(({ sizes, weights, firstBit, missing, notApplicable, hasLine }) => {
    const den = sizes.reduce((sum, _, index) => sum + (weights[index] ?? 1), 0);
    let bit = firstBit;
    const dimensions = nestedWeights(
      sizes.map((size, index) => ({
        key: `d${index}`,
        weight: { num: weights[index] ?? 1, den },
        indicators: Array.from({ length: size }, (_, at) => ({
          key: `d${index}i${at}`,
          bit: bit++,
          ...(hasLine && index === 0 && at === 0 ? { line } : {}),
        })),
      })),
    );
    return prepare({ dimensions, missing, notApplicable });
  });
const identifications: fc.Arbitrary<AfIdentification> = fc.oneof(
  fc
    .record({ num: fc.integer({ min: 0, max: 12 }) })
    .map(({ num }) => ({ kind: 'weighted' as const, k: { num, den: 12 } })),
  fc.constant({ kind: 'any' as const }),
  fc.integer({ min: 1, max: 3 }).map((dimensions) => ({ kind: 'atLeast' as const, dimensions })),
  fc.constant({ kind: 'namedSet' as const, dimensions: ['d0', 'd1'] }),
);
const cells = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<CellState>('deprived', 'notDeprived') },
  { weight: 1, arbitrary: fc.constantFrom<CellState>('notApplicable', 'unknown') },
);
const villages = ['8401010101', '8401010201', '8401510101', '8402010101'];
const rows = fc.array(
  fc.record({
    area: fc.constantFrom(...villages),
    cells: fc.array(cells, { minLength: 32, maxLength: 32 }),
    persons: fc.integer({ min: 1, max: 9 }),
    income: fc.integer({ min: 0, max: line - 1 }),
  }),
  { minLength: 1, maxLength: 40 },
);
type Drawn = Parameters<typeof toRow>[0];
function toRow({
  area,
  cells: own,
  persons,
  income,
}: {
  area: string;
  cells: CellState[];
  persons: number;
  income: number;
}): Row {
  return { area, cells: own, persons, achievements: own.map((cell) => (cell === 'deprived' ? income : line)) };
}
const columnsFrom = (drawn: readonly Drawn[]) => columnsOf(drawn.map(toRow));

const check = (property: (prepared: PreparedSpecification, rule: AfIdentification, drawn: Drawn[]) => void): void =>
  fc.assert(fc.property(specifications, identifications, rows, property), runs);
const wholeOf = (table: SumTable): AfFigures => figuresOf(table.layout, sumRange(table, 0, table.areas));
const scorers = new WeakMap<PreparedSpecification, ColumnScorer>();
function score(prepared: PreparedSpecification, rule: AfIdentification, drawn: readonly Drawn[]): AfFigures {
  const scorer = scorers.get(prepared) ?? createColumnScorer(prepared);
  scorers.set(prepared, scorer);
  return wholeOf(scoreColumns(scorer, rule, columnsFrom(drawn)));
}
const near = (found: number | null, wanted: number | null): void => {
  if (found === null || wanted === null) expect(found).toBe(wanted);
  else expect(Math.abs(found - wanted)).toBeLessThanOrEqual(1e-12);
};
const sum = (parts: readonly (number | null)[]): number =>
  parts.reduce<number>((total, part) => total + (part ?? 0), 0);

function expectSameBits(found: Float64Array, wanted: Float64Array): void {
  expect(found.length).toBe(wanted.length);
  expect(found.findIndex((sum, index) => !Object.is(sum, wanted[index]))).toBe(-1);
}

describe('the three ways of scoring', () => {
  test('household, batch and cube give the same sums bit for bit, under every policy and identification', () =>
    check((prepared, rule, drawn) => {
      const columns = columnsFrom(drawn);
      const household = scoreOneByOne(prepared, rule, columns);
      const scorer = createColumnScorer(prepared);
      const batch = scoreColumns(scorer, rule, columns);
      expect([...batch.layout.dens]).toEqual([...household.layout.dens]);
      expectSameBits(batch.sums, household.sums);
      if (!prepared.hasLines) expectSameBits(scoreColumns(scorer, rule, condense(columns)).sums, household.sums);
      const standing = standingOf(scorer, rule);
      const poor = Array.from({ length: columns.length }, (_, row) =>
        standing(columns.deprived[row] ?? 0, columns.known[row] ?? 0, columns.applicable[row] ?? 0) === 1
          ? (columns.persons[row] ?? 0)
          : 0,
      );
      expect(sum(poor)).toBe(wholeOf(household).poor);
    }));

  test('a sample with weights as they are gives the figures of the columns, and a census no standard error', () =>
    check((prepared, rule, drawn) => {
      const figures = score(prepared, rule, drawn);
      const records = drawn.map(({ cells: own, persons }) => ({
        cells: prepared.indicators.map(({ bit }, at) => own[bit] ?? own[at] ?? 'unknown'),
        weight: persons,
      }));
      const census = scoreSample(prepared, rule, records, { kind: 'census' }).estimate();
      for (const measure of ['H', 'A', 'M0'] as const) near(census[measure].value, figures[measure]);
      expect([census.H.se, census.M0.se, census.share.se]).toEqual([null, null, null]);
    }));
});

describe('what always holds', () => {
  test('M0 = H × A, contributions add up to M0 and to 100 %, and A is null exactly where nobody is poor', () =>
    check((prepared, rule, drawn) => {
      const { H, A, M0, M1, M2, poor, persons, indicators, dimensions } = score(prepared, rule, drawn);
      expect(A === null).toBe(poor === 0);
      expect(H === null).toBe(persons === 0);
      if (H === null || M0 === null) return;
      near(M0, H * (A ?? 0));
      near(sum(indicators.map(({ contribution }) => contribution)), M0);
      near(sum(dimensions.map(({ contribution }) => contribution)), M0);
      if (M0 > 0) near(sum(indicators.map(({ contributionShare }) => contributionShare)), 1);
      else expect(indicators.every(({ contributionShare }) => contributionShare === null)).toBe(true);
      for (const { raw, censored } of indicators) {
        expect(censored ?? 0).toBeLessThanOrEqual(raw ?? 0);
        expect(censored ?? 0).toBeLessThanOrEqual(H);
      }
      if (M1 !== undefined) {
        expect(M1 ?? 0).toBeLessThanOrEqual(M0 + 1e-12);
        expect(M2 ?? 0).toBeLessThanOrEqual((M1 ?? 0) + 1e-12);
      }
    }));

  test('shares times M0 of the areas add up at every level', () =>
    check((prepared, rule, drawn) => {
      const table = scoreColumns(createColumnScorer(prepared), rule, columnsFrom(drawn));
      const whole = wholeOf(table);
      for (const digits of [2, 4, 6, 10]) {
        const groups = runsOf(columnsFrom(drawn).areas, digits).map(({ from, to }) =>
          figuresOf(table.layout, sumRange(table, from, to)),
        );
        expect(sum(groups.map(({ persons }) => persons))).toBe(whole.persons);
        expect(sum(groups.map(({ poor }) => poor))).toBe(whole.poor);
        near(sum(groups.map((group) => (subgroupShare(group, whole).share ?? 0) * (group.M0 ?? 0))), whole.M0 ?? 0);
        if (whole.M0) near(sum(groups.map((group) => subgroupShare(group, whole).contribution)), 1);
      }
      expect(runUnder(columnsFrom(drawn).areas, '84').to).toBe(table.areas);
    }));

  test('a higher k never makes H or M0 greater, nor A smaller', () =>
    check((prepared, _, drawn) => {
      let before = score(prepared, { kind: 'weighted', k: { num: 0, den: 12 } }, drawn);
      for (let num = 1; num <= 12; num++) {
        const after = score(prepared, { kind: 'weighted', k: { num, den: 12 } }, drawn);
        expect(after.H ?? 0).toBeLessThanOrEqual(before.H ?? 0);
        expect(after.M0 ?? 0).toBeLessThanOrEqual((before.M0 ?? 0) + 1e-12);
        if (after.A !== null) expect(after.A).toBeGreaterThanOrEqual((before.A ?? 0) - 1e-12);
        before = after;
      }
    }));

  test('k at the smallest weight is the union, k = 1 the intersection', () =>
    check((prepared, _, drawn) => {
      if (prepared.specification.missing === 'reweight' || prepared.specification.notApplicable === 'reweight') return;
      const lowest = Math.min(...prepared.indicators.map(({ weight }) => weight));
      const union = score(prepared, { kind: 'weighted', k: { num: lowest, den: prepared.denominator } }, drawn);
      const any = score(prepared, { kind: 'any' }, drawn);
      expect(union).toEqual(any);
      near(
        union.M0 ?? 0,
        sum(
          union.indicators.map(
            ({ raw }, j) => ((raw ?? 0) * (prepared.indicators[j]?.weight ?? 0)) / prepared.denominator,
          ),
        ),
      );
      const all = score(prepared, { kind: 'weighted', k: { num: 1, den: 1 } }, drawn);
      near(all.M0, all.H);
      if (all.poor > 0) expect(all.A).toBe(1);
    }));

  test('doubling every record, or changing the order of records, changes no ratio', () =>
    check((prepared, rule, drawn) => {
      const { H, A, M0, indicators, persons } = score(prepared, rule, drawn);
      const twice = score(prepared, rule, [...drawn, ...drawn].reverse());
      expect(twice.persons).toBe(2 * persons);
      expect([twice.H, twice.A, twice.M0]).toEqual(
        [H, A, M0].map((figure) => (figure === null ? null : expect.closeTo(figure, 12))),
      );
      twice.indicators.forEach((indicator, j) => near(indicator.censored, indicators[j]?.censored ?? null));
      const bigger = score(
        prepared,
        rule,
        drawn.map((row) => ({ ...row, persons: row.persons * 3 })),
      );
      near(bigger.M0, M0);
    }));

  test('the curve over every cut-off gives the headcount at each', () =>
    check((prepared, _, drawn) => {
      if (prepared.specification.missing === 'reweight' || prepared.specification.notApplicable === 'reweight') return;
      const columns = columnsFrom(drawn);
      const curves = scoreCurves(prepared, columns);
      const heads = curves.headcounts({ code: '', from: 0, to: columns.areas.length });
      curves.scores.forEach((reached, index) => {
        const { H } = score(prepared, { kind: 'weighted', k: { num: reached, den: prepared.denominator } }, drawn);
        near(heads[index] ?? null, H ?? 0);
      });
    }));
});

describe('changes', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const incidence = fc.record({ H: share, A: share, share });

  test('Shapley terms add up to the change, whatever the two times are', () =>
    fc.assert(
      fc.property(incidence, incidence, (from, to) => {
        const two = incidenceAndIntensity(from, to);
        near(two.incidence + two.intensity, to.H * to.A - from.H * from.A);
        const three = shapleyOfThree(from, to);
        near(three.share + three.incidence + three.intensity, to.share * to.H * to.A - from.share * from.H * from.A);
        const group = groupEffect({ share: from.share, M0: from.H * from.A }, { share: to.share, M0: to.H * to.A });
        near(group.within + group.demographic, to.share * to.H * to.A - from.share * from.H * from.A);
      }),
      runs,
    ));
});
