import { incompleteBeta, studentQuantile } from './student-t';

describe('the quantile of Student’s t', () => {
  // Closed forms: one degree of freedom is Cauchy's, tan(π (p − ½)); two is (2p − 1) √(2 ÷ (4p (1 − p))).
  test.each([0.6, 0.9, 0.975, 0.9995])('is the closed form at one and two degrees of freedom, p = %p', (p) => {
    expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 6);
    expect(studentQuantile(p, 2)).toBeCloseTo((2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p))), 9);
  });

  test.each([
    [5, 2.5706],
    [30, 2.0423],
    [120, 1.9799],
    [1_000_000, 1.95997],
  ])('is the tabled value for 97.5 %% and %p degrees of freedom', (df, tabled) => {
    expect(studentQuantile(0.975, df)).toBeCloseTo(tabled, 4);
    expect(studentQuantile(0.025, df)).toBe(-studentQuantile(0.975, df));
  });

  test('has no meaning outside its range', () => {
    expect(() => studentQuantile(1, 5)).toThrow(RangeError);
    expect(() => studentQuantile(0.5, 0)).toThrow(RangeError);
  });

  test('rests on a beta function that is symmetric and ends at 0 and 1', () => {
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
    expect(incompleteBeta(0.3, 2, 3)).toBeCloseTo(1 - incompleteBeta(0.7, 3, 2), 14);
    expect(incompleteBeta(0.3, 2, 3)).toBeCloseTo(0.3483, 10);
  });
});
