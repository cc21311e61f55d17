import { createDesign } from './design';
import { logitInterval, scoreSample } from './estimates';
import type { CellState } from './record';
import { nestedWeights, prepare } from './specification';

const prepared = prepare({
  dimensions: nestedWeights([{ key: 'd', indicators: [0, 1].map((bit) => ({ key: `i${bit}`, bit })) }]),
  missing: 'listwise',
  notApplicable: 'notDeprived',
});
const rule = { kind: 'weighted', k: { num: 1, den: 2 } } as const;
const cells = (flags: string): CellState[] => [...flags].map((flag) => (flag === '1' ? 'deprived' : 'notDeprived'));
const at = (flags: string, wave: number, psu: string) => ({ cells: cells(flags), wave, stratum: 's', psu });

describe('a change between two waves', () => {
  const records = [
    at('11', 0, 'a'),
    at('00', 0, 'a'),
    at('10', 0, 'b'),
    at('00', 0, 'b'),
    at('01', 1, 'a'),
    at('00', 1, 'a'),
    at('00', 1, 'b'),
    at('00', 1, 'b'),
  ];
  const inWave = (wave: number) => (record: number) => records[record]?.wave === wave;

  test('takes off twice the covariance where the waves share clusters', () => {
    const shared = scoreSample(prepared, rule, records, { kind: 'sample' });
    const change = shared.change('H', inWave(0), inWave(1), 2);
    expect(change).toMatchObject({ absolute: -0.25, relative: -0.5, absoluteAnnualised: -0.125 });
    expect(change.relativeAnnualised).toBeCloseTo(Math.sqrt(0.5) - 1, 12);
    const [before, after] = [0, 1].map((wave) => shared.estimate(inWave(wave)).H.se ?? 0) as [number, number];
    // By hand: wave 0 has 1 of 2 poor in both clusters, wave 1 has 1 and 0 of 2: u = 0, 0 and 1/8, −1/8 over two clusters.
    expect([before, after]).toEqual([0, 0.25]);
    expect(change.seAbsolute).toBeCloseTo(0.25, 12);
    expect(change.seAbsoluteAnnualised).toBeCloseTo(0.125, 12);
    expect(change.seRelative).toBeCloseTo(0.5, 12);
    expect(change.seRelativeAnnualised).toBeCloseTo((Math.sqrt(0.5) / 2) * 1, 12);
  });

  test('of the same households that stayed as they were has no error', () => {
    const panel = [...records.slice(0, 3), at('11', 0, 'b')].flatMap((record) => [record, { ...record, wave: 1 }]);
    const sample = scoreSample(prepared, rule, panel, { kind: 'sample' });
    const change = sample.change(
      'M0',
      (r) => panel[r]?.wave === 0,
      (r) => panel[r]?.wave === 1,
      1,
    );
    expect([change.absolute, change.seAbsolute, change.seRelative]).toEqual([0, 0, 0]);
  });
});

describe('a design', () => {
  const lone = createDesign([
    { stratum: 1, psu: 'a' },
    { stratum: 1, psu: 'b' },
    { stratum: 2, psu: 'a' },
  ]);

  test('knows clusters by their stratum', () => {
    expect([lone.clusters, lone.strata, lone.degreesOfFreedom]).toEqual([3, 2, 1]);
  });

  test('with a stratum of one cluster is refused until somebody says how it varies', () => {
    const u = [1, 3, 5];
    expect(() => lone.varianceOf(u)).toThrow(/single cluster/);
    expect(lone.varianceOf(u, 'certainty')).toBe(4);
    expect(lone.varianceOf(u, 'average')).toBe(8);
    expect(lone.varianceOf(u, 'centreOnAll')).toBe(4 + (5 - 3) ** 2);
  });

  test('without clusters takes each copy of a record as its own', () => {
    const copies = createDesign([{ copies: 2 }, { copies: 1 }]);
    const rows = createDesign([{}, {}, {}]);
    expect(copies.clusters).toBe(3);
    expect(copies.varianceOf([1, 4])).toBeCloseTo(rows.varianceOf([1, 1, 4]), 12);
  });
});

test('there is no logit interval at 0, at 1 and without degrees of freedom', () => {
  expect(logitInterval({ value: 0, se: 0 }, 10)).toBeNull();
  expect(logitInterval({ value: 1, se: 0 }, 10)).toBeNull();
  expect(logitInterval({ value: 0.5, se: 0.1 }, 0)).toBeNull();
});
