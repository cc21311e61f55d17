import { InvalidCursor, invariant, type Find, type IndexValue, type ViewShape } from '@faemban/event-sourcing';

/** In a column, nothing is −∞: it comes before every number, as it must, and compares like one, as SQL's NULL does not. */
const nothing = -Infinity;

/** An index value as its column holds it. */
export function toColumn(value: IndexValue | undefined): string | number {
  return value ?? nothing;
}

/** A column's value as an index value. */
export function fromColumn(value: string | number): IndexValue {
  return value === nothing ? null : value;
}

/** Where the last row of a page stands: the values of all fields of the index, then the id. */
export interface Position {
  readonly key: readonly IndexValue[];
  readonly id: string;
}

/** The condition and order of one question to an index; `shape` is the same for every question with the same SQL. */
export interface IndexQuery {
  readonly where: string;
  readonly order: string;
  readonly values: readonly (string | number)[];
}

/** The fields of a declared index. @throws Error (invariant) where it is not declared */
export function fieldsOf(shape: ViewShape, index: string): readonly string[] {
  const fields = Object.hasOwn(shape.indexes, index) ? shape.indexes[index] : undefined;
  invariant(fields !== undefined, `${shape.name} declares the index ${index}`);
  return fields;
}

/** Translates a question. `columns` are the index's columns in order; `after` continues behind a position. */
export function queryOf(
  find: Pick<Find, 'equals' | 'prefix' | 'range' | 'order'>,
  columns: readonly string[],
  after?: Position,
): IndexQuery {
  const { equals = [], prefix, range, order = 'ascending' } = find;
  invariant(equals.length <= columns.length, 'a question binds no more fields than the index has');
  const conditions = ['shown = 1'];
  const values: (string | number)[] = [];
  const add = (condition: string, ...bound: readonly (string | number)[]): void => {
    conditions.push(condition);
    values.push(...bound);
  };
  for (const [place, value] of equals.entries()) add(`${columns[place]} = ?`, toColumn(value));
  const next = columns[equals.length];
  if (prefix !== undefined) {
    invariant(next !== undefined, 'a prefix is asked of a field of the index');
    add(`${next} >= ? AND ${next} < ?`, prefix, `${prefix}\u{10FFFF}`);
  } else if (range !== undefined && (range.from !== undefined || range.to !== undefined)) {
    invariant(next !== undefined, 'a range is asked of a field of the index');
    add(`${next} > ?`, nothing);
    if (range.from !== undefined) add(`${next} >= ?`, toColumn(range.from));
    if (range.to !== undefined) add(`${next} <= ?`, toColumn(range.to));
  }
  const open = [...columns.slice(equals.length), 'id'];
  const [sign, direction] = order === 'descending' ? ['<', 'DESC'] : ['>', 'ASC'];
  if (after !== undefined) {
    const place = [...after.key.slice(equals.length).map(toColumn), after.id];
    add(`(${open.join(', ')}) ${sign} (${open.map(() => '?').join(', ')})`, ...place);
  }
  return { where: conditions.join(' AND '), order: open.map((column) => `${column} ${direction}`).join(', '), values };
}

/** A cursor of one index of one generation of a view. */
export function writeCursor(generation: number, index: string, { key, id }: Position): string {
  return Buffer.from(JSON.stringify([generation, index, key, id])).toString('base64url');
}

/** @throws InvalidCursor where another index or generation gave it, or nobody */
export function readCursor(cursor: string, generation: number, index: string, fieldCount: number): Position {
  const parts = parseCursor(cursor);
  const [ofGeneration, ofIndex, key, id] = parts;
  const fits = ofGeneration === generation && ofIndex === index && typeof id === 'string' && isKey(key, fieldCount);
  if (!fits) throw new InvalidCursor(`Not a cursor of ${index}.`);
  return { key, id };
}

function parseCursor(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isKey(key: unknown, length: number): key is readonly IndexValue[] {
  const isValue = (value: unknown): boolean => value === null || typeof value === 'string' || typeof value === 'number';
  return Array.isArray(key) && key.length === length && key.every(isValue);
}
