import { columnsMax } from './csv-records';
import type { RowReport } from './row-problem';

/** Where a form's columns stand in a file: the place of each column, in the order of the form. */
export type Places = readonly number[];

/**
 * Finds a form's columns in a header row, in any order. Every column has to be there, once, and no other. What is wrong is said; the
 * answer is then undefined, and no row of the file can be read. An unknown column is named by its place only: a file without a header
 * row has somebody's data there.
 */
export function readHeader(cells: readonly string[], form: readonly string[], report: RowReport): Places | undefined {
  report.begin();
  if (cells.length > columnsMax) {
    report.say(1, null, 'columns-too-many');
    return undefined;
  }
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const known = new Set(form);
  if (!names.some((name) => known.has(name))) {
    report.say(1, null, 'header-missing');
    return undefined;
  }
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (!known.has(name)) report.say(1, `#${index + 1}`, 'column-unknown');
    else if (seen.has(name)) report.say(1, name, 'column-twice');
    seen.add(name);
  }
  for (const name of form) if (!seen.has(name)) report.say(1, name, 'column-missing');
  return report.isRowSound ? form.map((name) => names.indexOf(name)) : undefined;
}
