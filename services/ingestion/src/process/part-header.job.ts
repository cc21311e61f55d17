import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportPart } from '@faemban/contracts';
import { fileKindOf } from '../files/file-kind.file';
import { SealedReader } from '../files/sealed-file.file';
import { textPieces } from '../files/text-pieces.file';
import { WorkbookFault } from '../files/workbook-fault';
import { Workbook } from '../files/workbook.file';
import type { ImportRecord } from '../imports/import-record';
import { mappedHeader, type PartMapping } from '../sources/column-mapping';
import { CsvRecords } from '../sources/csv-records';
import { type ReadHeader, standardHeader } from '../sources/header';
import { partForms } from '../sources/part-forms';
import type { Tools } from './tools';

/** How a part of an import is read where that is not as the form has it. */
export function mappingOf(
  { columnMappings }: Pick<Tools, 'columnMappings'>,
  record: ImportRecord,
  part: ImportPart,
): PartMapping | undefined {
  return columnMappings.find(record, part, record.mapping);
}

/** How the header of a part is read. */
export function headerOf(tools: Pick<Tools, 'columnMappings'>, record: ImportRecord, part: ImportPart): ReadHeader {
  const mapping = mappingOf(tools, record, part);
  return mapping === undefined ? standardHeader(partForms[part]) : mappedHeader(partForms[part], mapping);
}

/** A first row of an uploaded part, and the sheet it stands in. */
export interface UploadedHeader {
  readonly sheet: string | undefined;
  readonly cells: readonly string[];
}

/** The first row of an uploaded part, of each of its sheets where it is a workbook; none where it cannot be read. */
export async function uploadedHeaders(
  { files, imports }: Pick<Tools, 'files' | 'imports'>,
  record: ImportRecord,
  part: ImportPart,
): Promise<readonly UploadedHeader[]> {
  const bytes = imports.files(record).find((file) => file.part === part)?.bytes;
  if (bytes === undefined) return [];
  const reader = await SealedReader.open(files.pathOf(record.importId, part), files.keyOf(record.importId));
  try {
    const kind = fileKindOf(await reader.uploadedFrame(0));
    if (kind === 'zip') return await headersOfWorkbook(reader, bytes);
    return kind === 'text' ? await headerOfText(reader) : [];
  } finally {
    await reader.close();
  }
}

async function headerOfText(reader: SealedReader): Promise<UploadedHeader[]> {
  const found: UploadedHeader[] = [];
  let isOver = false;
  const records = new CsvRecords({
    record: (cells) => found.push({ sheet: undefined, cells }),
    fault: () => (isOver = true),
  });
  for await (const { text, fault } of textPieces(reader.contents())) {
    records.push(text);
    if (found.length > 0 || isOver || fault) break;
  }
  if (found.length === 0 && !isOver) records.end();
  return found.slice(0, 1);
}

async function headersOfWorkbook(reader: SealedReader, bytes: number): Promise<UploadedHeader[]> {
  const found: UploadedHeader[] = [];
  let workbook: Workbook | undefined;
  try {
    workbook = await Workbook.open(reader, bytes, nextTurn);
    for (const sheet of workbook.sheets) {
      const cells = await workbook.firstRow(sheet, nextTurn);
      if (cells !== undefined) found.push({ sheet: sheet.name, cells });
    }
  } catch (error) {
    if (!(error instanceof WorkbookFault)) throw error;
  } finally {
    workbook?.close();
  }
  return found;
}
