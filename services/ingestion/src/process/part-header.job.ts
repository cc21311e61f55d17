import type { ImportPart } from '@faemban/contracts';
import type { ImportRecord } from '../imports/import-record';
import { type ReadHeader, standardHeader } from '../sources/header';
import { partForms } from '../sources/part-forms';
import type { Tools } from './tools';

/** How the header of a part is read. */
export function headerOf(_tools: Tools, _record: ImportRecord, part: ImportPart): ReadHeader {
  return standardHeader(partForms[part]);
}

/** The sheet of a workbook in which a part is to be looked for, where that is said. */
export function sheetNameOf(_tools: Tools, _record: ImportRecord, _part: ImportPart): string | undefined {
  return undefined;
}
