import { CsvRecords, type RecordFault, recordsMax } from './csv-records';
import type { Places, ReadHeader } from './header';
import type { ProblemCode } from './problem-sentences';
import type { RowReport } from './row-problem';

/** Where a text ends before its end. */
export type TextFaultCode = Extract<ProblemCode, `encoding-${string}` | 'nul-character'>;

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
  private isOver = false;

  constructor(
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
    return Math.max(0, this.csv.rows - 1);
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
  breakOff(fault: TextFaultCode): void {
    if (!this.isOver) this.report.say(this.csv.rows + 1, null, fault);
    this.isOver = true;
  }

  end(): void {
    if (this.isOver) return;
    this.csv.end();
    if (this.csv.rows <= 1 && !this.isOver) this.report.say(1, null, 'file-empty');
  }

  private record(fields: string[], row: number): void {
    if (this.isOver) return;
    if (this.reader === undefined) {
      const header = this.readHeader(fields, row, this.report);
      this.cellCount = fields.length;
      this.constants = header?.constants ?? [];
      if (header === undefined) this.isOver = true;
      else this.reader = this.readerFor(header.places);
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
