import type { Cells } from './published-files';

/** A cell that is not what was published. */
export interface Difference {
  readonly file: string;
  readonly key: string;
  readonly column: string;
  readonly published: string;
  readonly ours: string;
}

/** What a comparison found. `notReached` sums |ours − published| over the best-effort columns, in persons. */
export interface Comparison {
  readonly cells: number;
  readonly differences: readonly Difference[];
  readonly notReached: number;
}

/** Columns that the population can only approach: persons to whom an indicator applies, and persons in households failing it. */
const bestEffort = /^indicator\d+\.(ALL|CNT)$/;
const ratios = new Set(['happiness', 'JPT.MOFval.pov.rate']);
const digitsOfRatios = 15;

/**
 * Compares every cell, matched by key and header: counts exactly, means and rates to 15 digits. With `everyColumn` the best-effort
 * columns must be exact too, as when both sides come from the same survey.
 */
export function compareCells(file: string, published: Cells, ours: Cells, everyColumn = false): Comparison {
  const differences: Difference[] = [];
  let cells = 0;
  let notReached = 0;
  const differ = (key: string, column: string, theirs: string, mine: string) =>
    differences.push({ file, key, column, published: theirs, ours: mine });
  for (const [key, row] of published) {
    const mine = ours.get(key);
    for (const [column, value] of Object.entries(row)) {
      cells += 1;
      const our = mine?.[column];
      if (our === undefined) differ(key, column, value, 'absent');
      else if (!everyColumn && bestEffort.test(column)) notReached += Math.abs(Number(our) - Number(value));
      else if (!same(column, value, our)) differ(key, column, value, our);
    }
  }
  for (const key of ours.keys()) if (!published.has(key)) differ(key, '(row)', 'absent', 'present');
  return { cells, differences, notReached };
}

function same(column: string, published: string, ours: string): boolean {
  if (!ratios.has(column)) return published === ours;
  if (published === ours) return true;
  if (published === '' || ours === '') return false;
  return Number(published).toPrecision(digitsOfRatios) === Number(ours).toPrecision(digitsOfRatios);
}
