import type { ImportPart } from '@faemban/contracts';
import { SealedReader } from '../files/sealed-file.file';
import { textPieces } from '../files/text-pieces.file';
import type { ImportRecord } from '../imports/import-record';
import type { PartRows } from '../sources/part-rows';
import type { Tools, Work } from './tools';

const kibibyte = 1024;

/**
 * Reads an uploaded part from its sealed file into `rows`, a frame at a time, and lets others have a turn after each. `between` runs
 * after each frame, for what has to be written.
 */
export async function readPart(
  { files, imports }: Pick<Tools, 'files' | 'imports'>,
  record: ImportRecord,
  part: ImportPart,
  rows: PartRows,
  work: Work,
  between: () => Promise<void> | void,
): Promise<void> {
  const total = imports.files(record).find((file) => file.part === part)?.bytes ?? 0;
  const reader = await SealedReader.open(files.pathOf(record.importId, part), files.keyOf(record.importId));
  let done = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const content of reader.contents()) {
      done += content.length;
      yield content;
    }
  };
  try {
    for await (const { text, fault, notice } of textPieces(counted())) {
      if (notice) rows.notice(notice);
      rows.push(text);
      if (fault) rows.breakOff(fault);
      await between();
      work.report({ stage: part, done: Math.ceil(done / kibibyte), total: Math.ceil(total / kibibyte), unit: 'KiB' });
      await work.turn();
      if (rows.isUnreadable) break;
    }
    rows.end();
    await between();
  } finally {
    await reader.close();
  }
}
