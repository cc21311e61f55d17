import type { Fraction } from '@faemban/reference-data';

/** Zero and one, for sums and bounds. */
export const zero: Fraction = { num: 0, den: 1 };
export const one: Fraction = { num: 1, den: 1 };

/**
 * Reads an exact fraction: `1/18`, `0.26`, `26%`, `1`. Undefined for anything else, for a negative one, and where whole numbers of
 * double precision would not hold it.
 *
 * @example parseFraction('26%') // { num: 13, den: 50 }
 */
export function parseFraction(text: string): Fraction | undefined {
  const match = /^(\d{1,9})(?:\/(\d{1,9})|\.(\d{1,9}))?(%)?$/.exec(text);
  if (!match) return undefined;
  const [, whole = '', over, decimals = '', percent] = match;
  if (over !== undefined && (Number(over) === 0 || percent !== undefined)) return undefined;
  const den = over === undefined ? 10 ** decimals.length : Number(over);
  const num = Number(whole + decimals);
  return Number.isSafeInteger(num) ? reduced({ num, den: percent === undefined ? den : den * 100 }) : undefined;
}

/** How a fraction is written: `1/3`, `0`, `1`. */
export function fractionText({ num, den }: Fraction): string {
  return den === 1 ? `${num}` : `${num}/${den}`;
}

/** The fraction in lowest terms. */
export function reduced({ num, den }: Fraction): Fraction {
  const divisor = greatestCommonDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}

/** @throws RangeError where the sum cannot be held exactly */
export function sumOf(fractions: Iterable<Fraction>): Fraction {
  let sum = zero;
  for (const { num, den } of fractions) {
    const common = leastCommonMultiple(sum.den, den);
    sum = reduced({ num: exact(sum.num * (common / sum.den) + num * (common / den)), den: common });
  }
  return sum;
}

/** @throws RangeError where the product cannot be held exactly */
export function productOf(left: Fraction, right: Fraction): Fraction {
  const [a, b] = [reduced({ num: left.num, den: right.den }), reduced({ num: right.num, den: left.den })];
  return { num: exact(a.num * b.num), den: exact(a.den * b.den) };
}

/** Below zero where `left` is the smaller, zero where they are equal. Exact. */
export function compareFractions(left: Fraction, right: Fraction): number {
  return exact(left.num * right.den) - exact(right.num * left.den);
}

/** @throws RangeError where it cannot be held exactly */
export function leastCommonMultiple(left: number, right: number): number {
  return exact((left / greatestCommonDivisor(left, right)) * right);
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError('The fractions are too fine to be computed exactly.');
  return value;
}
