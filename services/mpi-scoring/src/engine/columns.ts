import type { CellState } from '../method/alkire-foster/record';

/**
 * Records as columns, sorted by area. Bit `b` of a mask is about indicator `b`. `known`: it was answered and applies ·
 * `applicable`: it applies, or may apply where the answer is unknown · `deprived` is within `known`, `known` within `applicable`.
 */
export interface Columns {
  readonly length: number;
  /** Codes, ascending: every area around them is a run of them. */
  readonly areas: readonly string[];
  /** The rows of area `a` are those from `areaStart[a]` to before `areaStart[a + 1]`. */
  readonly areaStart: Uint32Array;
  readonly deprived: Uint32Array;
  readonly known: Uint32Array;
  readonly applicable: Uint32Array;
  /** What a row counts for: persons or households of it, times sampling weights. */
  readonly persons: Float64Array;
  /** How many records (households) a row stands for. */
  readonly records: Uint32Array;
  /** Achievements by bit, for gaps; NaN where there is none. */
  readonly achievements: ReadonlyMap<number, Float64Array>;
}

/** One record to be put into columns. */
export interface Row {
  readonly area: string;
  readonly cells: readonly CellState[];
  readonly persons: number;
  readonly records?: number;
  readonly achievements?: readonly (number | undefined)[];
}

/** Puts records into columns: cell `i` becomes bit `i`. Rows of one area keep their order. */
export function columnsOf(rows: readonly Row[]): Columns {
  const areas = [...new Set(rows.map(({ area }) => area))].sort();
  const index = new Map(areas.map((area, place) => [area, place]));
  const places = Uint32Array.from(rows, ({ area }) => index.get(area) ?? 0);
  const { order, areaStart } = sortByArea(places, areas.length);
  const columns = emptyColumns(areas, areaStart, rows.length);
  const achievements = new Map<number, Float64Array>();
  order.forEach((from, to) => {
    const row = rows[from];
    if (!row) return;
    row.cells.forEach((cell, bit) => setCell(columns, to, bit, cell));
    columns.persons[to] = row.persons;
    columns.records[to] = row.records ?? 1;
    row.achievements?.forEach((value, bit) => {
      const column = achievements.get(bit) ?? new Float64Array(rows.length).fill(Number.NaN);
      achievements.set(bit, column);
      column[to] = value ?? Number.NaN;
    });
  });
  return { ...columns, achievements };
}

/** Columns of the given length with nothing in them. */
export function emptyColumns(areas: readonly string[], areaStart: Uint32Array, length: number): Columns {
  return {
    length,
    areas,
    areaStart,
    deprived: new Uint32Array(length),
    known: new Uint32Array(length),
    applicable: new Uint32Array(length),
    persons: new Float64Array(length),
    records: new Uint32Array(length),
    achievements: new Map(),
  };
}

/** Where each row goes when rows are sorted by area (a counting sort, stable): `order[to] = from`. */
export function sortByArea(places: Uint32Array, areas: number): { order: Uint32Array; areaStart: Uint32Array } {
  const areaStart = new Uint32Array(areas + 1);
  for (const place of places) areaStart[place + 1] = (areaStart[place + 1] ?? 0) + 1;
  for (let area = 0; area < areas; area++) areaStart[area + 1] = (areaStart[area + 1] ?? 0) + (areaStart[area] ?? 0);
  const next = areaStart.slice(0, areas);
  const order = new Uint32Array(places.length);
  for (let row = 0; row < places.length; row++) {
    const area = places[row] ?? 0;
    const to = next[area] ?? 0;
    order[to] = row;
    next[area] = to + 1;
  }
  return { order, areaStart };
}

/** The state of a row in the indicator of a bit. */
export function cellAt({ deprived, known, applicable }: Columns, row: number, bit: number): CellState {
  const mask = (1 << bit) >>> 0;
  if (((applicable[row] ?? 0) & mask) === 0) return 'notApplicable';
  if (((known[row] ?? 0) & mask) === 0) return 'unknown';
  return ((deprived[row] ?? 0) & mask) === 0 ? 'notDeprived' : 'deprived';
}

function setCell({ deprived, known, applicable }: Columns, row: number, bit: number, cell: CellState): void {
  const mask = (1 << bit) >>> 0;
  if (cell === 'notApplicable') return;
  applicable[row] = ((applicable[row] ?? 0) | mask) >>> 0;
  if (cell === 'unknown') return;
  known[row] = ((known[row] ?? 0) | mask) >>> 0;
  if (cell === 'deprived') deprived[row] = ((deprived[row] ?? 0) | mask) >>> 0;
}
