import { columnsMax } from './csv-records';
import type { RowReport } from './row-problem';

/** Where a form's columns stand in a file: the place of each column, in the order of the form; -1 for one the file leaves out. */
export type Places = readonly number[];

/** What a part of an import has to look like. */
export interface PartForm {
  readonly columns: readonly string[];
  /** Columns whose cells are dates. In a workbook, a date anywhere else is something the workbook made of it. */
  readonly dates: readonly string[];
  /** Columns of which the file needs at least one; it may leave out the others. */
  readonly oneOf?: readonly string[];
  /** Other names of columns, in lower case. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** What a header row says: where the columns are, and cells that every row gets behind its own. */
export interface Header {
  readonly places: Places;
  readonly constants: readonly string[];
}

/** Reads the header of a part. Says what is wrong and answers undefined where no row of the file can be read. */
export type ReadHeader = (cells: readonly string[], row: number, report: RowReport) => Header | undefined;

/** How names of columns are compared: whatever their case, and the spaces around and in them. */
export const columnNameOf = (cell: string): string =>
  cell.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase();

/**
 * Finds a form's columns in a header row under their own names, in any order. Every column has to be there, once, and no other. An
 * unknown column is named by its place only: a file without a header row has somebody's data there.
 */
export function standardHeader(form: PartForm): ReadHeader {
  const known = new Set(form.columns);
  return (cells, row, report) => {
    report.begin();
    if (cells.length > columnsMax) {
      report.say(row, null, 'columns-too-many');
      return undefined;
    }
    const names = standardNames(cells, form);
    if (!names.some((name) => known.has(name))) {
      report.say(row, null, 'header-missing');
      return undefined;
    }
    const seen = new Set<string>();
    for (const [index, name] of names.entries()) {
      if (name === '') report.say(row, `#${index + 1}`, 'header-cell-empty');
      else if (!known.has(name)) report.say(row, `#${index + 1}`, 'column-unknown');
      else if (seen.has(name)) report.say(row, name, 'column-twice');
      seen.add(name);
    }
    const { oneOf = [] } = form;
    for (const name of form.columns) {
      if (!seen.has(name) && !oneOf.includes(name)) report.say(row, name, 'column-missing');
    }
    if (oneOf.length > 0 && !oneOf.some((name) => seen.has(name))) report.say(row, null, 'household-columns-missing');
    return report.isRowSound ? { places: form.columns.map((name) => names.indexOf(name)), constants: [] } : undefined;
  };
}

/** The form's names of a header's cells; a cell the form does not know keeps its own. */
export function standardNames(cells: readonly string[], { aliases = {} }: PartForm): string[] {
  return cells.map((cell) => {
    const name = columnNameOf(cell);
    return aliases[name] ?? name;
  });
}

/** Whether a header row is that of the form under its own names, without saying anything. */
export function isStandardHeader(cells: readonly string[], form: PartForm): boolean {
  const names = standardNames(cells, form);
  const { columns, oneOf = [] } = form;
  return (
    names.every((name) => columns.includes(name)) &&
    columns.every((name) => names.includes(name) || oneOf.includes(name)) &&
    new Set(names).size === names.length
  );
}
