import { checkDigit } from '@faemban/thai';
import { householdColumns } from '../sources/bmn-household';
import { memberColumns } from '../sources/bmn-member';
import { fragileColumns } from '../sources/fragile-list';
import { registerColumns } from '../sources/welfare-register';

type Cells = Readonly<Record<string, string>>;

/** A valid number on registry office 8400, which no district has. */
export function testNumber(serial: number): string {
  const first12 = `38400${String(serial).padStart(7, '0')}`;
  return `${first12}${checkDigit(first12)}`;
}

/** A household every check is content with, of one adult; cells in which a test is interested replace its own. */
export function householdCells(ref: string, cells: Cells = {}): Cells {
  const answers = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`ind${index + 1}`, '1']));
  const concerning = ['ind1', 'ind2', 'ind3', 'ind15', 'ind16', 'ind17', 'ind18', 'ind21', 'ind27', 'ind28', 'ind29'];
  return {
    ...answers,
    ...Object.fromEntries(concerning.map((column) => [column, '-'])),
    ...{ household_ref: ref, round: '2561', village_id: '8417010101', house_no: '99/1', interview_date: '15/2/2561' },
    ...{ income_main_baht: '60000', income_secondary_baht: '0', income_other_baht: '0', income_own_produce_baht: '0' },
    ...{ drinking_water_l: '6', utility_water_l: '60', happiness: '8' },
    ...cells,
  };
}

/** A member every check is content with: a woman of 40. */
export function memberCells(ref: string, serial: number, cells: Cells = {}): Cells {
  return {
    ...{ household_ref: ref, member_no: '1', is_head: '1', title: 'นาง', first_name: 'มาลี', last_name: 'ใจดี' },
    ...{ sex: 'หญิง', citizen_id: testNumber(serial), birth_date: '1/6/2520', relation: 'head', health: '0' },
    can_help_self: '1',
    ...cells,
  };
}

/** A person of the register who registered and was verified in 2560. */
export function registerCells(serial: number, cells: Cells = {}): Cells {
  return {
    ...{ citizen_id: testNumber(serial), title: 'นาง', first_name: 'มาลี', last_name: 'ใจดี' },
    ...{ registered: '1', verified: '1', register_year: '2560' },
    ...cells,
  };
}

function csv(columns: readonly string[], rows: readonly Cells[]): string {
  const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [columns, ...rows.map((row) => columns.map((column) => cell(row[column] ?? '')))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');
}

export const householdsCsv = (...rows: Cells[]): string => csv(householdColumns, rows);
export const membersCsv = (...rows: Cells[]): string => csv(memberColumns, rows);
export const registerCsv = (...rows: Cells[]): string => csv(registerColumns, rows);
export const fragileCsv = (...rows: Cells[]): string => csv(fragileColumns, rows);
