import { columnsMax } from './csv-records';
import { columnNameOf, type PartForm, type ReadHeader } from './header';

/** A column of the form: the name of a column of the file, its place such as `#3`, or a value that all rows have. */
export type MappedColumn = string | { readonly value: string };

/** How a source's file of one part is read: which of its columns is which of the form's. */
export interface PartMapping {
  readonly columns: Readonly<Record<string, MappedColumn>>;
  /** What becomes of columns that are not named: `ignored` leaves them unread. */
  readonly others: 'refused' | 'ignored';
  /** The sheet of a workbook. */
  readonly sheet?: string;
}

/** What is wrong with a mapping: the form's column it is about, and which kind of wrong. */
export interface MappingFault {
  readonly column: string;
  readonly fault: 'column-not-of-form' | 'column-not-mapped' | 'column-mapped-twice' | 'place-out-of-range';
}

/** Checks a mapping against the form of its part. No fault: every file whose header has the named columns can be read. */
export function faultsOfMapping(form: PartForm, { columns }: PartMapping): MappingFault[] {
  const faults: MappingFault[] = [];
  const used = new Map<string, string>();
  for (const [column, from] of Object.entries(columns)) {
    if (!form.columns.includes(column)) faults.push({ column, fault: 'column-not-of-form' });
    if (typeof from !== 'string') continue;
    const name = columnNameOf(from);
    if (used.has(name)) faults.push({ column, fault: 'column-mapped-twice' });
    used.set(name, column);
    const place = placeOf(name);
    if (place !== undefined && !(place >= 0 && place < columnsMax))
      faults.push({ column, fault: 'place-out-of-range' });
  }
  const { oneOf = [] } = form;
  for (const column of form.columns) {
    if (!(column in columns) && !oneOf.includes(column)) faults.push({ column, fault: 'column-not-mapped' });
  }
  if (oneOf.length > 0 && !oneOf.some((column) => column in columns)) {
    faults.push({ column: oneOf.join('|'), fault: 'column-not-mapped' });
  }
  return faults;
}

/** Finds the form's columns in a header row by a mapping without faults. */
export function mappedHeader(form: PartForm, { columns, others }: PartMapping): ReadHeader {
  return (cells, row, report) => {
    report.begin();
    if (cells.length > columnsMax) {
      report.say(row, null, 'columns-too-many');
      return undefined;
    }
    const names = cells.map(columnNameOf);
    const constants: string[] = [];
    const taken = new Set<number>();
    const places = form.columns.map((column) => {
      const from = columns[column];
      if (from === undefined) return -1;
      if (typeof from !== 'string') return cells.length + constants.push(from.value) - 1;
      const name = columnNameOf(from);
      const place = placeOf(name) ?? names.indexOf(name);
      if (place < 0 || place >= cells.length) report.say(row, column, 'mapped-column-missing');
      else if (placeOf(name) === undefined && names.lastIndexOf(name) !== place)
        report.say(row, column, 'mapped-column-twice');
      taken.add(place);
      return place;
    });
    if (others === 'refused') {
      for (let place = 0; place < cells.length; place += 1) {
        if (!taken.has(place)) report.say(row, `#${place + 1}`, 'column-not-mapped');
      }
    }
    return report.isRowSound ? { places, constants } : undefined;
  };
}

/** The place that `#3` names, from 0; undefined for a name. */
function placeOf(name: string): number | undefined {
  const found = /^#(\d{1,4})$/.exec(name);
  return found === null ? undefined : Number(found[1]) - 1;
}
