import { describeWhere, testDataDir } from '@faemban/fixtures';
import type { Fraction } from '@faemban/reference-data';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  logitBounds,
  scoreSample,
  type DomainEstimates,
  type Estimate,
  type Sample,
  type SampleRecord,
} from '../method/alkire-foster/estimates';
import { figuresOf, type AfFigures, type IndicatorFigures } from '../method/alkire-foster/figures';
import { parseFraction } from '../method/alkire-foster/fraction';
import type { CellState } from '../method/alkire-foster/record';
import {
  prepare,
  withoutIndicators,
  type AfSpecification,
  type MissingPolicy,
  type PreparedSpecification,
} from '../method/alkire-foster/specification';
import { subgroupShare } from '../method/alkire-foster/subgroups';
import { createSumTable, layoutOf, sumRange, at, type SumTable } from '../method/alkire-foster/sums';
import { columnsOf, type Columns, type Row } from './columns';
import { condense } from './condense';
import { createColumnScorer, scoreColumns } from './score-columns';
import { scoreOneByOne } from './score-rows-one-by-one';

/** A published example: rows or aggregates, and what they were published to give. Fractions are exact text such as `1/18`. */
interface Vector {
  readonly id: string;
  readonly kind: 'rows' | 'published-aggregates';
  readonly dimensions: readonly {
    readonly name: string;
    readonly indicators: readonly { readonly name: string; readonly weight: string; readonly z?: string }[];
  }[];
  readonly k: readonly string[];
  readonly rel_tol?: number;
  readonly missing_policies?: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly groups?: readonly string[];
  readonly countries: Readonly<Record<string, Country>>;
  readonly expected: Node;
}
interface Country {
  readonly H_percent: number;
  readonly hdk_percent: Readonly<Record<string, number | null>>;
  readonly ci: { readonly M0: Interval; readonly H_percent: Interval };
  readonly regions?: Readonly<Record<string, Region>>;
}
interface Interval {
  readonly b: number;
  readonly se: number;
  readonly lo: number;
}
interface Region extends Pick<Country, 'H_percent' | 'hdk_percent'> {
  readonly share_percent: number;
}
type Leaf = string | number | null;
interface Node {
  readonly [key: string]: Leaf | Node;
}

const folder = testDataDir('mpi-vectors');
const vectors = (folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.json'))).map(
  (name) => JSON.parse(readFileSync(join(folder as string, name), 'utf8')) as Vector,
);
const ofKind = (kind: Vector['kind']): Vector[] => vectors.filter((vector) => vector.kind === kind);

describeWhere(folder !== undefined, 'the published vectors (FAEMBAN_TEST_DATA)')('published vectors', () => {
  test('are ten files or more', () => expect(vectors.length).toBeGreaterThanOrEqual(10));

  for (const vector of ofKind('rows')) {
    for (const policy of vector.missing_policies ?? ['listwise']) {
      for (const k of vector.k) {
        const expected = leavesOf(expectedOf(vector, policy, k));
        const rule = { kind: 'weighted', k: fraction(k) } as const;

        test(`${vector.id}, ${policy}, k = ${k}: household, batch and cube give the published figures`, () => {
          const prepared = prepare(specificationOf(vector, policy));
          const columns = columnsOf(rowsOf(vector, prepared));
          const scorer = createColumnScorer(prepared);
          const household = scoreOneByOne(prepared, rule, columns);
          const batch = scoreColumns(scorer, rule, columns);
          const cube = scoreColumns(scorer, rule, condense(columns));
          expectSameSums(batch, household, isWhole(columns));
          if (!prepared.hasLines) expectSameSums(cube, household, isWhole(columns));
          for (const table of prepared.hasLines ? [household, batch] : [household, batch, cube]) {
            for (const { path, leaf } of expected) {
              const found = figureAt(path, table, columns);
              if (found !== 'an estimate') expectLeaf(found, leaf, path, vector);
            }
          }
        });

        test(`${vector.id}, ${policy}, k = ${k}: estimates and standard errors`, () => {
          const prepared = prepare(specificationOf(vector, policy));
          const sample = scoreSample(prepared, rule, sampleOf(vector, prepared), { kind: 'sample' });
          const domains = new Map<string, DomainEstimates>();
          for (const { path, leaf } of expected) {
            const found = estimateAt(path, vector, sample, domains);
            if (found !== 'a figure') expectLeaf(found, leaf, path, vector);
          }
        });
      }
    }
  }

  for (const vector of ofKind('published-aggregates')) {
    test.each(Object.entries(vector.countries))(
      `${vector.id}, %s: headcounts, weights and regions give what was published`,
      (code, country) => {
        for (const { path, leaf } of leavesOf(vector.expected[code] as Node)) {
          expectLeaf(aggregateAt(path, vector, country), leaf, path, vector);
        }
      },
    );
  }
});

// --- from a vector to records ---

const policyOf: Readonly<Record<string, MissingPolicy>> = {
  listwise: 'listwise',
  listwise_as_domain: 'listwiseAsDomain',
  not_deprived: 'notDeprived',
  reweight: 'reweight',
};

function specificationOf(vector: Vector, policy = 'listwise'): AfSpecification {
  let bit = 0;
  return {
    dimensions: vector.dimensions.map(({ name, indicators }) => ({
      key: name,
      indicators: indicators.map(({ name: key, weight, z }) => ({
        key,
        bit: bit++,
        weight: fraction(weight),
        ...(z === undefined ? {} : { line: Number(z) }),
      })),
    })),
    missing: policyOf[policy] as MissingPolicy,
    notApplicable: 'notDeprived',
  };
}

function expectedOf(vector: Vector, policy: string, k: string): Node {
  const byPolicy = (vector.expected[policy] ?? vector.expected) as Node;
  return byPolicy[`k=${k}`] as Node;
}

function rowsOf(vector: Vector, prepared: PreparedSpecification): Row[] {
  const group = vector.groups?.[0];
  const [x, g] = [vector.columns.indexOf('x'), vector.columns.indexOf('g')];
  return vector.rows.map((row) => ({
    area: group === undefined ? 'all' : String(row[vector.columns.indexOf(group)]),
    cells: cellsOf(vector, prepared, row),
    persons: ['w', 'size', 'n'].reduce((product, name) => product * numberAt(vector, row, name), 1),
    records: numberAt(vector, row, 'n'),
    ...(g < 0 ? { achievements: row[x] as number[] } : {}),
  }));
}

function cellsOf(vector: Vector, prepared: PreparedSpecification, row: readonly unknown[]): CellState[] {
  const flags = row[vector.columns.indexOf('g')] as string | undefined;
  if (flags !== undefined) {
    return [...flags].map((flag) => (flag === '.' ? 'unknown' : flag === '1' ? 'deprived' : 'notDeprived'));
  }
  const achievements = row[vector.columns.indexOf('x')] as readonly number[];
  return prepared.indicators.map(({ line }, j) => ((achievements[j] ?? 0) < (line ?? 0) ? 'deprived' : 'notDeprived'));
}

function numberAt(vector: Vector, row: readonly unknown[], column: string): number {
  return Number(row[vector.columns.indexOf(column)] ?? 1);
}

function placeOf(vector: Vector, row: readonly unknown[]) {
  const [stratum, psu] = ['stratum', 'psu'].map((column) => row[vector.columns.indexOf(column)]);
  return {
    ...(stratum === undefined ? {} : { stratum: String(stratum) }),
    ...(psu === undefined ? {} : { psu: String(psu) }),
  };
}

/** Published shares are laid out as the sums they are the shares of, per hundred persons. */
function figuresOfShares(
  vector: Vector,
  { H_percent: H, hdk_percent: shares }: Pick<Country, 'H_percent' | 'hdk_percent'>,
): AfFigures {
  const absent = new Set(Object.entries(shares).flatMap(([key, share]) => (share === null ? [key] : [])));
  const prepared = prepare(withoutIndicators(specificationOf(vector), absent));
  const layout = layoutOf(prepared);
  const { sums } = createSumTable(layout, 1);
  sums[at.persons] = 100;
  sums[at.poor] = H;
  prepared.indicators.forEach(({ key, weight }, j) => {
    sums[layout.censored(0, j)] = shares[key] ?? 0;
    sums[layout.score(0)] = (sums[layout.score(0)] ?? 0) + weight * (shares[key] ?? 0);
  });
  return figuresOf(layout, sums);
}

function sampleOf(vector: Vector, prepared: PreparedSpecification): SampleRecord[] {
  return vector.rows.map((row) => ({
    cells: cellsOf(vector, prepared, row),
    weight: numberAt(vector, row, 'w') * numberAt(vector, row, 'size'),
    copies: numberAt(vector, row, 'n'),
    ...placeOf(vector, row),
  }));
}

// --- comparing: every leaf of `expected` is resolved by its path; a name that nobody knows is an error ---

const byIndicator: Readonly<Record<string, 'raw' | 'censored' | 'contribution' | 'contributionShare'>> = {
  hd: 'raw',
  hdk: 'censored',
  actb: 'contribution',
  pctb: 'contributionShare',
};
const figureNames = ['H', 'A', 'M0', 'M1', 'M2', 'G', 'S', 'share', 'contribution'] as const;
const estimateNames = ['se', 'ci_logit_t', 'df', 'c'];

type Path = readonly string[];

function figureAt(path: Path, table: SumTable, columns: Columns): number | null | 'an estimate' {
  const whole = figuresOf(table.layout, sumRange(table, 0, columns.areas.length));
  if (path[0] !== 'by') return figureOf(path, whole);
  const area = columns.areas.indexOf(path[2] ?? '');
  expect(area).toBeGreaterThanOrEqual(0);
  const own = figuresOf(table.layout, sumRange(table, area, area + 1));
  const { share, contribution } = subgroupShare(own, whole);
  return figureOf(path.slice(3), { ...own, share, contribution });
}

type Shown = AfFigures & { readonly share?: number | null; readonly contribution?: number | null };

function figureOf([name = '', key = '']: Path, figures: Shown): number | null | 'an estimate' {
  if (estimateNames.includes(name)) return 'an estimate';
  const bare = name.replace(/_percent$/, '');
  const value = ((): number | null => {
    if (bare === 'n') return figures.records;
    const measure = figureNames.find((known) => known === bare);
    if (measure) return figures[measure] ?? null;
    const list = bare === 'pctb_dim' ? figures.dimensions : figures.indicators;
    const part = list.find((each) => each.key === key) as IndicatorFigures | undefined;
    const field = byIndicator[bare] ?? (bare === 'pctb_dim' ? 'contributionShare' : undefined);
    if (!part || !field) throw new Error(`Nothing is compared with ${name} ${key}.`);
    return part[field];
  })();
  return value === null || bare === name ? value : value * 100;
}

function estimateAt(path: Path, vector: Vector, sample: Sample, domains: Map<string, DomainEstimates>) {
  const [group, value] = path[0] === 'by' ? path.slice(1, 3) : [];
  const column = vector.columns.indexOf(group ?? '');
  const domain = `${group} ${value}`;
  const estimates =
    domains.get(domain) ??
    sample.estimate((record) => value === undefined || String(vector.rows[record]?.[column]) === value);
  domains.set(domain, estimates);
  return estimateOf(value === undefined ? path : path.slice(3), estimates, sample);
}

function estimateOf([name = '', key = '', side = '']: Path, estimates: DomainEstimates, sample: Sample) {
  const isError = name === 'se';
  const [measure, indicator] = isError ? [key, side] : [name, key];
  const shown = (estimate: Estimate): number | null => (isError ? estimate.se : estimate.value);
  if (name === 'df') return sample.design === 'census' ? null : sample.design.degreesOfFreedom;
  if (name === 'c') return sample.scores[Number(key)] ?? null;
  if (name === 'ci_logit_t') return estimates[key as 'H'].interval?.[Number(side)] ?? null;
  if (measure === 'H' || measure === 'A' || measure === 'M0') return shown(estimates[measure]);
  if (measure === 'contribution') return shown(estimates.shareOfM0);
  if (measure === 'share') return shown(estimates.share);
  const field = byIndicator[measure];
  if (field) return shown(estimates[field][indicator] as Estimate);
  return 'a figure' as const;
}

function aggregateAt(path: Path, vector: Vector, country: Country): number | null {
  const { M0, H_percent: H } = country.ci;
  const quantile = ((logit(M0.b) - logit(M0.lo)) * M0.b * (1 - M0.b)) / M0.se;
  const regions = Object.values(country.regions ?? {});
  const overRegions = (measure: 'H' | 'M0'): number =>
    regions.reduce(
      (sum, region) => sum + (region.share_percent / 100) * (figuresOfShares(vector, region)[measure] ?? 0),
      0,
    );
  switch (path[0]) {
    case 'ci_M0_upper':
      return logitBounds(M0.b, M0.se, quantile)[1];
    case 'ci_H_percent_lower':
      return logitBounds(H.b / 100, H.se / 100, quantile)[0] * 100;
    case 'ci_H_percent_upper':
      return logitBounds(H.b / 100, H.se / 100, quantile)[1] * 100;
    case 'M0_from_regions':
      return overRegions('M0');
    case 'H_percent_from_regions':
      return overRegions('H') * 100;
    case 'regions':
      return figureOf(path.slice(2), figuresOfShares(vector, country.regions?.[path[1] ?? ''] as Region)) as
        number | null;
    default:
      return figureOf(path, figuresOfShares(vector, country)) as number | null;
  }
}

function isWhole({ persons }: Columns): boolean {
  return persons.every((count) => Number.isInteger(count));
}

/** Bit for bit on whole numbers; sums of fractional sampling weights may be added up in another order. */
function expectSameSums(one: SumTable, other: SumTable, isExact: boolean): void {
  expect(one.layout.dens).toEqual(other.layout.dens);
  if (isExact) expect([...one.sums].findIndex((sum, index) => sum !== other.sums[index])).toBe(-1);
  else expect([...one.sums].findIndex((sum, index) => Math.abs(sum - (other.sums[index] ?? 0)) > 1e-9)).toBe(-1);
}

/** A text is the figure as printed, or an exact fraction; a number matches at the file's relative tolerance. */
function expectLeaf(found: number | null, expected: Leaf, path: Path, { id, rel_tol: tolerance = 1e-9 }: Vector): void {
  const wanted = typeof expected === 'string' && expected.includes('/') ? valueOf(expected) : Number(expected);
  const slack =
    typeof expected === 'string' && !expected.includes('/')
      ? 0.5 * 10 ** -(expected.split('.')[1]?.length ?? 0) + 1e-12
      : tolerance * Math.abs(wanted) + 1e-15;
  const isMatch = expected === null || found === null ? found === expected : Math.abs(found - wanted) <= slack;
  expect({ vector: id, path: path.join(' '), found: isMatch ? expected : found }).toEqual({
    vector: id,
    path: path.join(' '),
    found: expected,
  });
}

function leavesOf(node: Leaf | Node, path: Path = []): { readonly path: Path; readonly leaf: Leaf }[] {
  if (node === null || typeof node !== 'object') return [{ path, leaf: node }];
  return Object.entries(node).flatMap(([key, value]) => leavesOf(value as Leaf | Node, [...path, key]));
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

function valueOf(text: string): number {
  const { num, den } = fraction(text);
  return num / den;
}

function fraction(text: string): Fraction {
  const found = parseFraction(text);
  if (!found) throw new Error(`${text} is not a fraction.`);
  return found;
}
