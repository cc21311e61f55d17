import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** A table keyed by its first column: key → header → cell as printed. */
export type Cells = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** One published file: its name without ending, e.g. `61_84_village_11111`, and its cells. */
export interface PublishedFile {
  readonly name: string;
  readonly cells: Cells;
}

/** Reads a CSV text into cells. @throws Error where two rows have one key. */
export function cellsOf(csv: string): Cells {
  const [header, ...rows] = parse(csv, { bom: true }) as [string[], ...string[][]];
  const cells = new Map<string, Record<string, string>>();
  for (const row of rows) {
    const key = row[0] ?? '';
    if (cells.has(key)) throw new Error(`The key ${key} stands twice.`);
    cells.set(key, Object.fromEntries(header.map((name, at) => [name, row[at] ?? ''])));
  }
  return cells;
}

/**
 * The published files of a province at village, tambon and district level: 31 masks and `common` each, 96 in all.
 * With a district, only the rows that lie in it.
 */
export function readPublished(folder: string, province: string, district?: string): PublishedFile[] {
  const wanted = new RegExp(`^\\d\\d_${province}_(village|tambol|amphur)_([01]{5}|common)\\.csv$`);
  return readdirSync(folder)
    .filter((file) => wanted.test(file))
    .sort()
    .map((file) => {
      const cells = cellsOf(readFileSync(join(folder, file), 'utf8'));
      const inside = [...cells].filter(([key]) => district === undefined || key.startsWith(district));
      return { name: file.replace(/\.csv$/, ''), cells: new Map(inside) };
    });
}
