import { columnsMax } from '../sources/csv-records';
import type { SheetRow } from '../sources/part-rows';
import {
  type CellMark,
  type CellValue,
  columnPlace,
  isoDateValue,
  type NumberStyle,
  numberStyle,
  numberValue,
} from '../sources/sheet-values';
import type { SealedReader } from './sealed-file.file';
import { WorkbookFault } from './workbook-fault';
import { xmlEvents } from './xml-events.file';
import { ZipParts } from './zip-parts.file';

/** Most texts that the cells of a workbook share. */
export const sharedTextsMax = 2_000_000;
/** All of them together, in characters: 64 Mi. */
export const sharedCharactersMax = 64 * 1024 * 1024;
/** Most characters of a cell, as workbooks have it. */
export const cellCharactersMax = 32_767;
/** Most columns of a sheet, as workbooks have it. */
export const sheetColumnsMax = 16_384;
/** Most rows of a sheet, as workbooks have it. */
export const sheetRowsMax = 1_048_576;
/** Most sheets that are looked at. */
export const sheetsMax = 100;
/** Largest list of sheets, relations or styles after inflating, in bytes: 16 MiB. */
export const partBytesMax = 16 * 1024 * 1024;
/** Most cell styles that a workbook may define. */
const stylesMax = 65_536;

/** A sheet by its name, and where it lies in the archive. */
export interface Sheet {
  readonly name: string;
  readonly part: string;
}

/** What came of a sheet since the last time: rows, and the first rows of merged cells. */
export interface SheetPiece {
  readonly rows: readonly SheetRow[];
  readonly merges: readonly number[];
}

/** An .xlsx workbook in a sealed upload. It is read from its archive as it lies, and nothing of it is written anywhere. */
export class Workbook {
  private constructor(
    private readonly parts: ZipParts,
    readonly sheets: readonly Sheet[],
    private readonly texts: readonly string[],
    private readonly styles: readonly NumberStyle[],
    private readonly is1904: boolean,
  ) {}

  /** Reads everything but the sheets. `turn` lets others have one. @throws WorkbookFault */
  static async open(file: SealedReader, bytes: number, turn: () => Promise<void>): Promise<Workbook> {
    const parts = await ZipParts.open(file, bytes);
    try {
      if (parts.isLocked) throw new WorkbookFault('workbook-locked');
      if (!parts.has(workbookPart)) throw new WorkbookFault('workbook-missing');
      const { sheets, is1904 } = await readSheets(parts, turn);
      const texts = parts.has(textsPart) ? await readTexts(parts, turn) : [];
      const styles = parts.has(stylesPart) ? await readStyles(parts, turn) : [];
      return new Workbook(parts, sheets, texts, styles, is1904);
    } catch (error) {
      parts.close();
      throw error;
    }
  }

  /** The rows of a sheet as they come, without those that have nothing in them. @throws WorkbookFault */
  async *rows({ part }: Sheet): AsyncGenerator<SheetPiece> {
    const reader = new SheetReader(this.texts, this.styles, this.is1904);
    for await (const _ of xmlEvents(this.parts.read(part), reader)) yield reader.take();
    yield reader.take();
  }

  /** The cells of a sheet's first row that has something in it. @throws WorkbookFault */
  async firstRow(sheet: Sheet, turn: () => Promise<void>): Promise<readonly string[] | undefined> {
    for await (const {
      rows: [first],
    } of this.rows(sheet)) {
      if (first !== undefined) return first.cells;
      await turn();
    }
    return undefined;
  }

  close(): void {
    this.parts.close();
  }
}

const workbookPart = 'xl/workbook.xml';
const textsPart = 'xl/sharedStrings.xml';
const stylesPart = 'xl/styles.xml';
const nothing = (): void => undefined;

async function readSheets(
  parts: ZipParts,
  turn: () => Promise<void>,
): Promise<{ readonly sheets: readonly Sheet[]; readonly is1904: boolean }> {
  const named: { readonly name: string; readonly id: string }[] = [];
  const targets = new Map<string, string>();
  let is1904 = false;
  const book = xmlEvents(parts.read(workbookPart, partBytesMax), {
    open: (name, attributes) => {
      if (name === 'workbookPr') is1904 = isTrue(attributes['date1904']);
      if (name !== 'sheet') return;
      if (named.length === sheetsMax) throw new WorkbookFault('workbook-too-large');
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? '';
      named.push({ name: attributes['name'] ?? '', id });
    },
    close: nothing,
    text: nothing,
  });
  for await (const _ of book) await turn();
  const relations = xmlEvents(parts.read('xl/_rels/workbook.xml.rels', partBytesMax), {
    open: (name, { Id, Target }) => {
      if (name === 'Relationship' && Id !== undefined && Target !== undefined) targets.set(Id, Target);
    },
    close: nothing,
    text: nothing,
  });
  for await (const _ of relations) await turn();
  const sheets = named.flatMap(({ name, id }) => {
    const target = targets.get(id) ?? '';
    const part = target.startsWith('/') ? target.slice(1) : `xl/${target}`;
    return parts.has(part) ? [{ name, part }] : [];
  });
  if (sheets.length === 0) throw new WorkbookFault('workbook-missing');
  return { sheets, is1904 };
}

async function readTexts(parts: ZipParts, turn: () => Promise<void>): Promise<readonly string[]> {
  const texts: string[] = [];
  let characters = 0;
  const current = new CellText();
  const events = xmlEvents(parts.read(textsPart), {
    open: (name) => {
      if (name === 'si') current.begin();
      else current.open(name);
    },
    close: (name) => {
      if (name !== 'si') return current.close(name);
      if (texts.length === sharedTextsMax) throw new WorkbookFault('shared-texts-too-many');
      characters += current.text.length;
      if (characters > sharedCharactersMax) throw new WorkbookFault('shared-texts-too-many');
      texts.push(current.text);
    },
    text: (text) => current.add(text),
  });
  for await (const _ of events) await turn();
  return texts;
}

async function readStyles(parts: ZipParts, turn: () => Promise<void>): Promise<readonly NumberStyle[]> {
  const codes = new Map<number, string>();
  const styles: NumberStyle[] = [];
  let isInCellFormats = false;
  const events = xmlEvents(parts.read(stylesPart, partBytesMax), {
    open: (name, { numFmtId, formatCode }) => {
      if (name === 'numFmt') codes.set(Number(numFmtId), formatCode ?? '');
      else if (name === 'cellXfs') isInCellFormats = true;
      else if (name === 'xf' && isInCellFormats) {
        if (styles.length === stylesMax) throw new WorkbookFault('workbook-too-large');
        const id = Number(numFmtId ?? 0);
        styles.push(numberStyle(id, codes.get(id)));
      }
    },
    close: (name) => {
      if (name === 'cellXfs') isInCellFormats = false;
    },
    text: nothing,
  });
  for await (const _ of events) await turn();
  return styles;
}

const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true';

/** The text of a cell, whose runs stand in elements of their own; how it is pronounced is left out. */
class CellText {
  text = '';
  private isInText = false;
  private isPronunciation = false;

  begin(): void {
    this.text = '';
  }

  open(name: string): void {
    if (name === 't') this.isInText = true;
    else if (name === 'rPh') this.isPronunciation = true;
  }

  close(name: string): void {
    if (name === 't') this.isInText = false;
    else if (name === 'rPh') this.isPronunciation = false;
  }

  add(text: string): void {
    if (!this.isInText || this.isPronunciation) return;
    this.text += text;
    if (this.text.length > cellCharactersMax) throw new WorkbookFault('workbook-text-endless');
  }
}

/** Makes rows of the elements of a sheet. */
class SheetReader {
  private rows: SheetRow[] = [];
  private merges: number[] = [];
  private row = 0;
  private cells: string[] = [];
  private marks: { place: number; mark: CellMark }[] = [];
  private width = 0;
  private next = 0;
  private place = 0;
  private type = '';
  private style: NumberStyle = 'plain';
  private hasFormula = false;
  private isInValue = false;
  private raw = '';
  private readonly inline = new CellText();

  constructor(
    private readonly texts: readonly string[],
    private readonly styles: readonly NumberStyle[],
    private readonly is1904: boolean,
  ) {}

  /** What was read since the last time. */
  take(): SheetPiece {
    const { rows, merges } = this;
    this.rows = [];
    this.merges = [];
    return { rows, merges };
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'c') this.beginCell(attributes);
    else if (name === 'v') this.isInValue = true;
    else if (name === 'f') this.hasFormula = true;
    else if (name === 'row') this.beginRow(attributes['r']);
    else if (name === 'mergeCell') this.merges.push(rowOf(attributes['ref'] ?? ''));
    else this.inline.open(name);
  }

  close(name: string): void {
    if (name === 'c') this.endCell();
    else if (name === 'v') this.isInValue = false;
    else if (name === 'row') this.endRow();
    else this.inline.close(name);
  }

  text(text: string): void {
    if (this.isInValue) {
      this.raw += text;
      if (this.raw.length > cellCharactersMax) throw new WorkbookFault('workbook-text-endless', this.row);
    } else this.inline.add(text);
  }

  private beginRow(number: string | undefined): void {
    const row = number === undefined ? this.row + 1 : Number(number);
    if (!(Number.isInteger(row) && row > this.row && row <= sheetRowsMax)) throw new WorkbookFault('workbook-damaged');
    this.row = row;
    this.cells = [];
    this.marks = [];
    this.width = 0;
    this.next = 0;
  }

  private endRow(): void {
    if (this.width === 0) return;
    this.rows.push({ row: this.row, cells: this.cells, marks: this.marks, width: this.width });
  }

  private beginCell({ r, t = 'n', s }: Readonly<Record<string, string>>): void {
    this.place = r === undefined ? this.next : (columnPlace(r) ?? -1);
    if (this.place < this.next) throw new WorkbookFault('workbook-damaged', this.row);
    if (this.place >= sheetColumnsMax) throw new WorkbookFault('columns-too-many', this.row);
    this.next = this.place + 1;
    this.type = t;
    this.style = this.styles[Number(s ?? 0)] ?? 'plain';
    this.hasFormula = false;
    this.raw = '';
    this.inline.begin();
  }

  private endCell(): void {
    const { text, mark } = this.value();
    if (text === '' && !this.hasFormula) return;
    this.width = this.place + 1;
    if (this.place > columnsMax) return;
    while (this.cells.length < this.place) this.cells.push('');
    this.cells.push(text);
    const said = this.hasFormula ? 'cell-formula' : mark;
    if (said !== undefined) this.marks.push({ place: this.place, mark: said });
  }

  private value(): CellValue {
    const { raw } = this;
    switch (this.type) {
      case 's': {
        const text = raw === '' ? '' : this.texts[Number(raw)];
        return text === undefined ? { text: '#', mark: 'cell-unreadable' } : { text };
      }
      case 'inlineStr':
        return { text: this.inline.text };
      case 'str':
        return { text: raw };
      case 'b':
        return { text: raw };
      case 'e':
        return { text: raw, mark: 'cell-error-value' };
      case 'd':
        return raw === '' ? { text: '' } : isoDateValue(raw);
      default:
        return raw === '' ? { text: '' } : numberValue(raw, this.style, this.is1904);
    }
  }
}

/** The first row of a range such as `A1:C2`; 1 where it cannot be read. */
function rowOf(range: string): number {
  return Number(/^\$?[A-Za-z]{1,3}\$?(\d{1,7})/.exec(range)?.[1] ?? 1);
}
