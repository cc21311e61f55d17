import type { ImportPart } from '@faemban/contracts';
import { fileKindOf } from '../files/file-kind.file';
import { SealedReader } from '../files/sealed-file.file';
import { textPieces } from '../files/text-pieces.file';
import type { ImportRecord } from '../imports/import-record';
import type { PartRows } from '../sources/part-rows';
import { mappingOf } from './part-header.job';
import { readWorkbook } from './read-workbook.job';
import type { Tools, Work } from './tools';

const kibibyte = 1024;

/**
 * Reads an uploaded part from its sealed file into `rows`, a piece at a time, and lets others have a turn after each: text, or the sheet of a
 * workbook, which its first bytes tell. `between` runs after each piece, for what has to be written.
 */
export async function readPart(
  tools: Tools,
  record: ImportRecord,
  part: ImportPart,
  rows: PartRows,
  work: Work,
  between: () => Promise<void> | void,
): Promise<void> {
  const { files, imports } = tools;
  const bytes = imports.files(record).find((file) => file.part === part)?.bytes ?? 0;
  const reader = await SealedReader.open(files.pathOf(record.importId, part), files.keyOf(record.importId));
  try {
    const kind = fileKindOf(await reader.uploadedFrame(0));
    if (kind === 'text') await readText({ reader, bytes, part }, rows, work, between);
    else if (kind === 'compound') rows.breakOff('workbook-old-or-locked', 1);
    else
      await readWorkbook(
        { reader, bytes, part, sheetName: mappingOf(tools, record, part)?.sheet },
        rows,
        work,
        between,
      );
    rows.end();
    await between();
  } finally {
    await reader.close();
  }
}

async function readText(
  { reader, bytes, part }: { readonly reader: SealedReader; readonly bytes: number; readonly part: ImportPart },
  rows: PartRows,
  work: Work,
  between: () => Promise<void> | void,
): Promise<void> {
  const total = Math.ceil(bytes / kibibyte);
  let read = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const content of reader.contents()) {
      read += content.length;
      yield content;
    }
  };
  for await (const { text, fault, notice } of textPieces(counted())) {
    if (notice) rows.notice(notice);
    rows.push(text);
    if (fault) rows.breakOff(fault);
    await between();
    work.report({ stage: part, done: Math.ceil(read / kibibyte), total, unit: 'KiB' });
    await work.turn();
    if (rows.isUnreadable) break;
  }
}
