import { round } from './measure';

/** Work at one size: how much there was, and how long it took. */
export interface SizedWork {
  readonly size: number;
  readonly seconds: number;
}

/** The exponent e of cost ~ size^e, by least squares over the logarithms: 1 is linear. NaN for fewer than two sizes. */
export function exponentOf(works: readonly SizedWork[]): number {
  const points = works.map(({ size, seconds }) => [Math.log(size), Math.log(seconds)] as const);
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
  const variance = points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
  return round(covariance / variance);
}
