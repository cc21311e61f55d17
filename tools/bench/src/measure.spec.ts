import { measured, quantile } from './measure';

describe('summing up latencies', () => {
  test('takes quantiles by the nearest rank', () => {
    const sorted = Array.from({ length: 100 }, (_, at) => at + 1);
    expect([quantile(sorted, 0.5), quantile(sorted, 0.95), quantile(sorted, 0.99)]).toEqual([50, 95, 99]);
    expect(quantile([7], 0.99)).toBe(7);
  });

  test('gives the rate by the wall time, not by the sum of overlapping latencies', () => {
    expect(measured([10, 10, 10, 10], 10)).toMatchObject({ runs: 4, perSecond: 400, p50Ms: 10 });
  });
});
