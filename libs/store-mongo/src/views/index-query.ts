import { InvalidCursor, invariant, type Find, type ViewShape } from '@faemban/event-sourcing';
import { rangeBetween, rangeOfAll, rangeOfPrefix, type KeyRange } from './sort-keys';

/** Which generation of which version of a view gave a cursor. */
export type CursorMark = string;

/** The fields of a declared index, and the field of a document that has its key. @throws Error (invariant) where it is not declared */
export function indexOf(shape: ViewShape, index: string): { readonly fields: readonly string[]; readonly key: string } {
  const fields = Object.hasOwn(shape.indexes, index) ? shape.indexes[index] : undefined;
  invariant(fields !== undefined, `${shape.name} declares the index ${index}`);
  return { fields, key: keyField(shape, index) };
}

/** The field of a document that has the key of a declared index. */
export function keyField(shape: ViewShape, index: string): string {
  return `key${Object.keys(shape.indexes).indexOf(index)}`;
}

/** Which keys answer a question. */
export function rangeOf(
  { equals = [], prefix, range }: Pick<Find, 'equals' | 'prefix' | 'range'>,
  fields: readonly string[],
): KeyRange {
  invariant(equals.length <= fields.length, 'a question binds no more fields than the index has');
  const hasNext = equals.length < fields.length;
  if (prefix !== undefined) {
    invariant(hasNext, 'a prefix is asked of a field of the index');
    return rangeOfPrefix(equals, prefix);
  }
  if (range !== undefined && (range.from !== undefined || range.to !== undefined)) {
    invariant(hasNext, 'a range is asked of a field of the index');
    return rangeBetween(equals, range);
  }
  return rangeOfAll(equals);
}

/** A cursor behind a row of one index of one generation. */
export function writeCursor(mark: CursorMark, index: string, key: string): string {
  return Buffer.from(JSON.stringify([mark, index, key])).toString('base64url');
}

/** The key behind which it goes on. @throws InvalidCursor where another index or generation gave it, or nobody */
export function readCursor(cursor: string, mark: CursorMark, index: string): string {
  const [ofMark, ofIndex, key] = parseCursor(cursor);
  if (ofMark !== mark || ofIndex !== index || typeof key !== 'string') {
    throw new InvalidCursor(`Not a cursor of ${index}.`);
  }
  return key;
}

function parseCursor(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.length === 3 ? parts : [];
  } catch {
    return [];
  }
}
