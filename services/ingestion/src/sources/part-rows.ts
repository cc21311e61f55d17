import { CsvRecords, recordCharactersMax, type RecordFault, recordsMax } from './csv-records';
import type { PartForm, Places, ReadHeader } from './header';
import { type ProblemCode, problemSentences } from './problem-sentences';
import { RowReport } from './row-problem';
import type { CellMark } from './sheet-values';

/** Where a text ends before its end. */
export type TextFaultCode = Extract<ProblemCode, `encoding-${string}` | 'nul-character'>;

/** Where a workbook cannot be read any further. */
export type WorkbookFaultCode = Extract<
  ProblemCode,
  `workbook-${string}` | 'columns-too-many' | 'shared-texts-too-many'
>;

/** A row of a sheet. `width` is how many cells it has; those far beyond the form's are not kept. */
export interface SheetRow {
  readonly row: number;
  readonly cells: readonly string[];
  readonly marks: readonly { readonly place: number; readonly mark: CellMark }[];
  readonly width: number;
}

/** Longest name of a sheet that is told, in characters, as workbooks have it. */
const sheetNameCharactersMax = 31;

/** Reads the rows of one part once its header is known. */
export type RowReader = (cells: readonly string[], row: number) => void;

/**
 * One part of an import as it comes in pieces of text: finds the form's columns in the header, then hands every row with as many cells to
 * the reader made for them. What is wrong is said on the report; after something that makes the rest unreadable, nothing more is read.
 */
export class PartRows {
  private readonly csv: CsvRecords;
  private cellCount = 0;
  private reader: RowReader | undefined;
  private constants: readonly string[] = [];
  private columnAt: readonly (string | undefined)[] = [];
  private sheetRows = 0;
  private isOver = false;

  constructor(
    private readonly form: PartForm,
    private readonly readHeader: ReadHeader,
    private readonly report: RowReport,
    private readonly readerFor: (places: Places) => RowReader,
  ) {
    this.csv = new CsvRecords({
      record: (fields, row) => this.record(fields, row),
      fault: (fault, row) => this.fault(fault, row),
    });
  }

  /** Rows so far, without the header. */
  get rows(): number {
    return Math.max(0, this.csv.rows + this.sheetRows - 1);
  }

  /** Whether the rest of the file cannot be read. */
  get isUnreadable(): boolean {
    return this.isOver;
  }

  push(text: string): void {
    if (!this.isOver) this.csv.push(text);
  }

  /** Something about the text from here on that whoever approves it should know. */
  notice(notice: 'encoding-windows-874'): void {
    this.report.say(this.csv.rows + 1, null, notice);
  }

  /** The text ends here, because of this fault. */
  breakOff(fault: TextFaultCode | WorkbookFaultCode, row: number = this.csv.rows + 1): void {
    if (!this.isOver) this.report.say(row, null, fault);
    this.isOver = true;
  }

  /** Whether these cells are a header that can be read, without saying anything. */
  isHeader(cells: readonly string[]): boolean {
    return this.readHeader(cells, 1, new RowReport(this.report.part, () => undefined)) !== undefined;
  }

  /** No sheet of the workbook can be chosen. Its sheets are named, long numbers in their names left out. */
  sheetNotChosen(code: 'sheet-missing' | 'sheet-not-found' | 'sheet-ambiguous', names: readonly string[]): void {
    const { severity, th, en } = problemSentences[code];
    const listed = names
      .map((name) => `“${name.slice(0, sheetNameCharactersMax).replaceAll(/\p{Nd}{5,}/gu, '…')}”`)
      .join(', ');
    this.report.tell(1, null, code, severity, { th: `${th} ${listed}`, en: `${en} ${listed}` });
    this.isOver = true;
  }

  /** Cells are merged from this row of a sheet on. */
  merged(row: number): void {
    if (!this.isOver) this.report.say(row, null, 'cells-merged');
  }

  /** The next row of a sheet that has something in it; the first is the header. */
  sheetRow({ row, cells, marks, width }: SheetRow): void {
    if (this.isOver) return;
    this.sheetRows += 1;
    let characters = 0;
    for (const cell of cells) characters += cell.length;
    if (characters > recordCharactersMax) this.fault('row-too-long', row);
    else if (this.reader === undefined || width > this.cellCount) this.record([...cells], row);
    else {
      this.report.begin();
      for (const { place, mark } of marks) this.sayOfCell(row, this.columnAt[place], mark);
      this.report.carryToNextRow();
      this.record(cells.length < this.cellCount ? filledUp(cells, this.cellCount) : [...cells], row);
    }
  }

  private sayOfCell(row: number, column: string | undefined, mark: CellMark): void {
    if (column === undefined || (mark === 'cell-is-date' && this.form.dates.includes(column))) return;
    this.report.say(row, column, mark);
  }

  end(): void {
    if (this.isOver) return;
    this.csv.end();
    if (this.csv.rows + this.sheetRows <= 1 && !this.isOver) this.report.say(1, null, 'file-empty');
  }

  private record(fields: string[], row: number): void {
    if (this.isOver) return;
    if (this.reader === undefined) {
      const header = this.readHeader(fields, row, this.report);
      this.cellCount = fields.length;
      this.constants = header?.constants ?? [];
      if (header === undefined) this.isOver = true;
      else {
        this.reader = this.readerFor(header.places);
        this.columnAt = columnsByPlace(this.form.columns, header.places);
      }
    } else if (row > recordsMax) {
      this.report.say(row, null, 'rows-too-many');
      this.isOver = true;
    } else if (fields.length !== this.cellCount) {
      this.report.say(row, null, 'row-ragged');
    } else {
      this.reader(this.constants.length === 0 ? fields : [...fields, ...this.constants], row);
    }
  }

  private fault(fault: RecordFault, row: number): void {
    if (this.isOver) return;
    this.report.say(row, null, fault);
    if (this.reader === undefined) this.isOver = true;
  }
}

const filledUp = (cells: readonly string[], count: number): string[] => [
  ...cells,
  ...Array.from({ length: count - cells.length }, () => ''),
];

function columnsByPlace(columns: readonly string[], places: Places): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  for (const [index, place] of places.entries()) if (place >= 0) names[place] = columns[index];
  return names;
}
