/**
 * The p-quantile of Student's t distribution, by bisection on the regularised incomplete beta function: t with
 * I(df ÷ (df + t²); df ÷ 2, ½) = 2 (1 − p). To about 12 digits.
 *
 * @param p above 0, below 1
 * @param degreesOfFreedom above 0
 */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1) || !(degreesOfFreedom > 0)) throw new RangeError('p lies between 0 and 1, df above 0.');
  if (p < 0.5) return -studentQuantile(1 - p, degreesOfFreedom);
  const tail = 2 * (1 - p);
  const tailAt = (t: number): number =>
    incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
  let low = 0;
  let high = 1;
  while (tailAt(high) > tail) high *= 2;
  for (let step = 0; step < bisectionSteps; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (tailAt(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const bisectionSteps = 200;

/** The regularised incomplete beta function I(x; a, b), by its continued fraction (Abramowitz and Stegun 26.5.8, evaluated by Lentz). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const isQuick = x < (a + 1) / (a + b + 2);
  return isQuick ? (front * continuedFraction(x, a, b)) / a : 1 - (front * continuedFraction(1 - x, b, a)) / b;
}

const tiny = 1e-300;
const closeEnough = 1e-16;
const termsMax = 10_000;

function continuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= termsMax; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let step = 1;
    for (const term of [even, odd]) {
      d = 1 / awayFromZero(1 + term * d);
      c = awayFromZero(1 + term / c);
      step = c * d;
      value *= step;
    }
    if (Math.abs(step - 1) < closeEnough) break;
  }
  return value;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** Coefficients of Lanczos' approximation for g = 7, nine terms. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;
const lanczosG = 7;

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const base = shifted + lanczosG + 0.5;
  const series = lanczos.reduce(
    (sum, coefficient, n) => sum + (n === 0 ? coefficient : coefficient / (shifted + n)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}
