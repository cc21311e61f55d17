import type { ImportPart } from '@faemban/contracts';
import { uploadedHeaders } from '../process/part-header.job';
import type { Tools } from '../process/tools';
import { mappedHeader } from '../sources/column-mapping';
import { type ReadHeader, standardHeader } from '../sources/header';
import { partForms } from '../sources/part-forms';
import { RowReport } from '../sources/row-problem';
import { type ImportRecord, importForms } from './import-record';

/** How an import's files are read, and what is proposed for those whose header is not the form's. */
export interface ImportMapping {
  /** By which mapping the import is read now. */
  readonly mapping: string;
  /** A remembered mapping of this source under which every part can be read; null where none fits or none is needed. */
  readonly proposed: string | null;
  readonly parts: readonly PartHeader[];
}

/** A part's header: the form's own, one that the proposed mapping reads, another, or none: no file is there or can be read, or the import has ended. */
export interface PartHeader {
  readonly part: ImportPart;
  readonly header: 'standard' | 'mapped' | 'other' | 'absent';
  readonly columns: number;
}

/** Looks at the headers of the files an import has so far. */
export async function importMapping(tools: Tools, record: ImportRecord): Promise<ImportMapping> {
  const newest = tools.columnMappings.newestName(record);
  const parts: PartHeader[] = [];
  for (const part of importForms[record.kind].parts) parts.push(await partHeader(tools, record, part, newest));
  const isProposed = parts.some(({ header }) => header === 'mapped') && !parts.some(({ header }) => header === 'other');
  return {
    mapping: record.mapping,
    proposed: isProposed && newest !== record.mapping ? (newest ?? null) : null,
    parts,
  };
}

async function partHeader(
  tools: Tools,
  record: ImportRecord,
  part: ImportPart,
  newest: string | undefined,
): Promise<PartHeader> {
  const headers = record.endedAt === null ? await uploadedHeaders(tools, record, part) : [];
  const columns = headers[0]?.cells.length ?? 0;
  const form = partForms[part];
  const fits = (read: ReadHeader, sheet?: string): boolean =>
    headers.some(
      ({ sheet: of, cells }) =>
        (sheet === undefined || of === sheet) && read(cells, 1, new RowReport(part, () => undefined)) !== undefined,
    );
  if (headers.length === 0) return { part, header: 'absent', columns };
  if (fits(standardHeader(form))) return { part, header: 'standard', columns };
  const mapping = newest === undefined ? undefined : tools.columnMappings.find(record, part, newest);
  const isMapped = mapping !== undefined && fits(mappedHeader(form, mapping), mapping.sheet);
  return { part, header: isMapped ? 'mapped' : 'other', columns };
}
