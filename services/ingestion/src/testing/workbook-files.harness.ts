import { crc32, deflateRawSync } from 'node:zlib';

/** A cell as it stands in a sheet: text, a number, or the XML of the whole cell where `R` stands for its reference. */
export type WorkbookCell = string | number | { readonly xml: string };

/** A sheet by its name and rows; an undefined row is not there at all. `after` is XML behind the rows. */
export interface WorkbookSheet {
  readonly name: string;
  readonly rows: readonly (readonly WorkbookCell[] | undefined)[];
  readonly after?: string;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The letters of a column by its place from 0. */
export function columnLetters(place: number): string {
  const last = String.fromCharCode(0x41 + (place % 26));
  return place < 26 ? last : columnLetters(Math.floor(place / 26) - 1) + last;
}

function cellXml(cell: WorkbookCell, reference: string, shared: Map<string, number>): string {
  if (typeof cell === 'object') return cell.xml.replaceAll('R', reference);
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  if (cell === '') return '';
  const index = shared.get(cell) ?? shared.size;
  shared.set(cell, index);
  return `<c r="${reference}" t="s"><v>${index}</v></c>`;
}

/** The parts of a workbook by their names, to be changed before they are packed. Style 1 is a date, 2 fills numbers up to 5 digits. */
export function workbookParts(...sheets: WorkbookSheet[]): Record<string, string | Buffer> {
  const shared = new Map<string, number>();
  const parts: Record<string, string | Buffer> = {};
  for (const [index, { rows, after = '' }] of sheets.entries()) {
    const xml = rows.map((cells, at) => {
      if (cells === undefined) return '';
      const row = cells.map((cell, place) => cellXml(cell, `${columnLetters(place)}${at + 1}`, shared)).join('');
      return `<row r="${at + 1}">${row}</row>`;
    });
    parts[`xl/worksheets/sheet${index + 1}.xml`] =
      `<?xml version="1.0"?><worksheet xmlns="urn:x"><sheetData>${xml.join('')}</sheetData>${after}</worksheet>`;
  }
  const named = sheets.map(
    ({ name }, index) => `<sheet name="${escaped(name)}" sheetId="${index + 1}" r:id="r${index}"/>`,
  );
  const related = sheets.map((_, index) => `<Relationship Id="r${index}" Target="worksheets/sheet${index + 1}.xml"/>`);
  return {
    'xl/workbook.xml': `<workbook xmlns="urn:x" xmlns:r="urn:r"><workbookPr/><sheets>${named.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${related.join('')}</Relationships>`,
    'xl/styles.xml':
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
      '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    'xl/sharedStrings.xml': `<sst>${[...shared.keys()].map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')}</sst>`,
    ...parts,
  };
}

/** A workbook of these sheets. */
export const workbook = (...sheets: WorkbookSheet[]): Buffer => zipOf(workbookParts(...sheets));

/** Packs parts into a ZIP archive. `flags` are those of every entry; 1 says that it is encrypted. */
export function zipOf(parts: Readonly<Record<string, string | Buffer>>, flags = 0, level = 6): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const plain = Buffer.from(content as string);
    const packed = deflateRawSync(plain, { level });
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(plain.length, 18);
    common.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, title, packed]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, entry, title]));
    files.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, entries, end]);
}
