import { ALL_DIMENSIONS } from './indicators';

/** Published figures that no population can have: a cell that is negative, or larger than what contains it. */
export class FiguresContradict extends Error {
  override readonly name = 'FiguresContradict';
}

/**
 * Turns unions into exact cells. `unions[mask]` counts those who fail at least one dimension of the mask; the result's
 * `[set]` counts those who fail exactly the dimensions of the set (Möbius inversion over the subsets of five dimensions).
 *
 * @param unions 32 counts by mask; the one at 0 is not read
 * @param what named in the error
 * @returns 32 counts by set; the one at 0 is 0, as those who fail nothing are in no union
 * @throws FiguresContradict where a cell is negative or no whole number
 */
export function invertUnions(unions: readonly number[], what = 'the unions'): number[] {
  const sets = ALL_DIMENSIONS + 1;
  if (unions.length !== sets) throw new RangeError(`${what}: ${sets} counts by mask are needed, not ${unions.length}`);
  const all = unions[ALL_DIMENSIONS] as number;
  // Those whose set lies inside T are all but those who fail something outside T.
  const cells = Array.from({ length: sets }, (_, inside) => {
    const outside = ALL_DIMENSIONS & ~inside;
    return all - (outside === 0 ? 0 : (unions[outside] as number));
  });
  for (let bit = 1; bit < sets; bit <<= 1) {
    for (let set = 0; set < sets; set += 1) {
      if (set & bit) cells[set] = (cells[set] as number) - (cells[set ^ bit] as number);
    }
  }
  cells.forEach((count, set) => {
    if (!Number.isInteger(count) || count < 0) {
      throw new FiguresContradict(
        `${what}: exactly ${set.toString(2).padStart(5, '0')} would hold ${count}, so the published unions contradict each other`,
      );
    }
  });
  return cells;
}

/**
 * Whole numbers behind a published mean: the sum, over as many of the units as possible, that gives the mean again
 * to 15 digits.
 *
 * @param mean as printed, 15 significant digits
 * @param units how many could have answered
 * @throws FiguresContradict where no number of units gives this mean
 */
export function wholeNumbersBehindMean(mean: string, units: number, what = 'the mean'): { sum: number; count: number } {
  if (mean === '' || mean === 'NA' || units === 0) return { sum: 0, count: 0 };
  for (let count = units; count > 0; count -= 1) {
    const sum = Math.round(Number(mean) * count);
    if (fifteenDigits(sum / count) === fifteenDigits(Number(mean))) return { sum, count };
  }
  throw new FiguresContradict(`${what}: no whole numbers of up to ${units} households have the mean ${mean}`);
}

/** A ratio as TPMAP's files print it: 15 significant digits without trailing zeros. */
export function fifteenDigits(value: number): string {
  return String(Number(value.toPrecision(15)));
}
