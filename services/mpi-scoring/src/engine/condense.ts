import { emptyColumns, type Columns } from './columns';

/**
 * The pattern cube: rows of one area that answer alike become one row that counts for all of them. What is left is exact for any weights,
 * cut-off, identification and policy, and small where answers are alike. Figures behind answers are lost: thresholds and gaps need
 * the rows themselves.
 *
 * @param bits only these indicators are kept apart; the others read as not applicable
 */
export function condense(columns: Columns, bits = 0xffffffff): Columns {
  const work = condenseInSlices(columns, bits);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

const rowsPerSlice = 16_384;

/** {@link condense}, resting after every area that completes 16,384 rows. */
export function* condenseInSlices(columns: Columns, bits = 0xffffffff): Generator<void, Columns> {
  const longest = columns.areas.reduce((most, _, area) => Math.max(most, rowsOf(columns, area)), 1);
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * longest)));
  const slotMask = slots.length - 1;
  const cells = emptyColumns(columns.areas, new Uint32Array(columns.areas.length + 1), columns.length);
  let length = 0;
  let rested = 0;
  for (let area = 0; area < columns.areas.length; area++) {
    if ((columns.areaStart[area] as number) - rested >= rowsPerSlice) {
      rested = columns.areaStart[area] as number;
      yield;
    }
    slots.fill(-1);
    for (let row = columns.areaStart[area] as number; row < (columns.areaStart[area + 1] as number); row++) {
      const deprived = ((columns.deprived[row] as number) & bits) >>> 0;
      const known = ((columns.known[row] as number) & bits) >>> 0;
      const applicable = ((columns.applicable[row] as number) & bits) >>> 0;
      let slot = mix(deprived, known, applicable) & slotMask;
      let cell = slots[slot] as number;
      while (
        cell >= 0 &&
        (cells.deprived[cell] !== deprived || cells.known[cell] !== known || cells.applicable[cell] !== applicable)
      ) {
        slot = (slot + 1) & slotMask;
        cell = slots[slot] as number;
      }
      if (cell < 0) {
        cell = length++;
        slots[slot] = cell;
        cells.deprived[cell] = deprived;
        cells.known[cell] = known;
        cells.applicable[cell] = applicable;
      }
      cells.persons[cell] = (cells.persons[cell] as number) + (columns.persons[row] as number);
      cells.records[cell] = (cells.records[cell] as number) + (columns.records[row] as number);
    }
    cells.areaStart[area + 1] = length;
  }
  return {
    length,
    areas: cells.areas,
    areaStart: cells.areaStart,
    deprived: cells.deprived.slice(0, length),
    known: cells.known.slice(0, length),
    applicable: cells.applicable.slice(0, length),
    persons: cells.persons.slice(0, length),
    records: cells.records.slice(0, length),
    achievements: new Map(),
  };
}

function rowsOf({ areaStart }: Columns, area: number): number {
  return (areaStart[area + 1] ?? 0) - (areaStart[area] ?? 0);
}

/** Spreads three masks over 32 bits (multiplicative hashing with odd constants, folded). */
function mix(deprived: number, known: number, applicable: number): number {
  let hash = Math.imul(deprived, 0x9e3779b1) ^ Math.imul(known, 0x85ebca6b) ^ Math.imul(applicable, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
