import type { FindingsStore } from './findings.store';
import type { ImportRecord } from './import-record';

/** Lines read and sent in one piece; other requests are served in between. */
const linesPerPiece = 500;
/** Tells a spreadsheet that the file is UTF-8. */
const byteOrderMark = '\ufeff';

const columns = ['part', 'row', 'column', 'code', 'severity', 'sentence_th', 'sentence_en'];

/**
 * The errors and warnings of an import as CSV, in pieces: errors first, each in the order it was found. Where more were found than are kept,
 * the last line says how many.
 */
export async function* errorsCsvLines(findings: FindingsStore, record: ImportRecord): AsyncGenerator<string> {
  yield `${byteOrderMark}${line(columns)}`;
  let kept = 0;
  let after: readonly [string, number] = ['', 0];
  for (;;) {
    const page = findings.problems(record, after, linesPerPiece);
    const last = page.at(-1);
    if (last === undefined) break;
    yield page
      .map(({ part, row, column, code, severity, sentence: { th, en } }) =>
        line([part, row, column ?? '', code, severity, th, en]),
      )
      .join('');
    kept += page.length;
    after = [last.severity, last.n];
  }
  const found = (record.found?.errors ?? 0) + (record.found?.warnings ?? 0);
  if (found > kept)
    yield line(['', '', '', 'more-were-found', '', moreFound(found - kept).th, moreFound(found - kept).en]);
}

const moreFound = (count: number): { th: string; en: string } => ({
  th: `พบอีก ${count} แห่งที่ไม่ได้เก็บรายละเอียด แก้ที่แสดงไว้แล้วนำเข้าใหม่`,
  en: `${count} more were found and are not kept in detail. Mend those above and import again.`,
});

function line(cells: readonly (string | number)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(cell: string | number): string {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
