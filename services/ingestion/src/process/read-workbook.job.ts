import type { ImportPart } from '@faemban/contracts';
import type { SealedReader } from '../files/sealed-file.file';
import { WorkbookFault } from '../files/workbook-fault';
import { type Sheet, Workbook } from '../files/workbook.file';
import type { PartRows } from '../sources/part-rows';
import type { Work } from './tools';

/** Rows checked before others get a turn: about 2 ms. */
const rowsPerTurn = 256;

/** A sealed upload that is a workbook, and how far reading it is. */
export interface WorkbookUpload {
  readonly reader: SealedReader;
  readonly bytes: number;
  readonly part: ImportPart;
  /** The sheet a mapping names. */
  readonly sheetName: string | undefined;
}

/** Reads a workbook's sheet into `rows`. What makes it unreadable is said there. */
export async function readWorkbook(
  { reader, bytes, part, sheetName }: WorkbookUpload,
  rows: PartRows,
  work: Work,
  between: () => Promise<void> | void,
): Promise<void> {
  let workbook: Workbook | undefined;
  try {
    workbook = await Workbook.open(reader, bytes, work.turn);
    const sheet = await chosenSheet(workbook, part, sheetName, rows, work);
    if (sheet === undefined) return;
    let seen = 0;
    for await (const { rows: found, merges } of workbook.rows(sheet)) {
      for (const [index, row] of found.entries()) {
        rows.sheetRow(row);
        if ((index + 1) % rowsPerTurn === 0) await work.turn();
      }
      for (const row of merges) rows.merged(row);
      await between();
      seen += found.length;
      work.report({ stage: part, done: seen, total: seen, unit: 'rows' });
      await work.turn();
      if (rows.isUnreadable) break;
    }
  } catch (error) {
    if (!(error instanceof WorkbookFault)) throw error;
    rows.breakOff(error.code, error.row ?? undefined);
  } finally {
    workbook?.close();
  }
}

/** The sheet whose header is the form's; of several, the one named as the part. A workbook of one sheet has no choice. */
async function chosenSheet(
  workbook: Workbook,
  part: ImportPart,
  sheetName: string | undefined,
  rows: PartRows,
  work: Work,
): Promise<Sheet | undefined> {
  const { sheets } = workbook;
  if (sheetName !== undefined) {
    const named = sheets.find(({ name }) => isSame(name, sheetName));
    if (named === undefined)
      rows.sheetNotChosen(
        'sheet-missing',
        sheets.map(({ name }) => name),
      );
    return named;
  }
  if (sheets.length === 1) return sheets[0];
  const fitting: Sheet[] = [];
  for (const sheet of sheets) {
    const header = await workbook.firstRow(sheet, work.turn);
    if (header !== undefined && rows.isHeader(header)) fitting.push(sheet);
  }
  const chosen = fitting.length === 1 ? fitting[0] : fitting.find(({ name }) => isSame(name, part));
  if (chosen === undefined) {
    const code = fitting.length === 0 ? 'sheet-not-found' : 'sheet-ambiguous';
    rows.sheetNotChosen(
      code,
      (fitting.length === 0 ? sheets : fitting).map(({ name }) => name),
    );
  }
  return chosen;
}

const isSame = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();
