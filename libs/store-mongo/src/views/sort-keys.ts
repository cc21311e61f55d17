import type { IndexValue } from '@faemban/event-sourcing';

/**
 * Index values as one text whose order by code point (which is the order of UTF-8 bytes, MongoDB's own) is the order of the values:
 * nothing, then numbers, then texts. Every value ends with a character that comes before all others, so that a shorter text comes before
 * those that begin with it. One field, one type, one range for every question.
 */
const tags = { nothing: '0', number: '1', text: '2' } as const;
/** Ends a value. The two characters up to here are written in another way inside texts. */
const end = '\u0001';
const escape = '\u0002';
/** Comes behind every text that begins alike. */
const beyond = '\u{10FFFF}';

const escaped: Readonly<Record<string, string>> = {
  '\u0000': `${escape}\u0002`,
  '\u0001': `${escape}\u0003`,
  '\u0002': `${escape}\u0004`,
};
const toEscape = /[\u0000-\u0002]/g;

const bits = new DataView(new ArrayBuffer(8));

/** A number as 16 hexadecimal digits that are in the order of numbers: IEEE 754 with the sign turned, of negative ones all bits. */
function numberText(value: number): string {
  bits.setFloat64(0, value === 0 ? 0 : value);
  const raw = bits.getBigUint64(0);
  const sign = 1n << 63n;
  const ordered = (raw & sign) === 0n ? raw | sign : ~raw & ((1n << 64n) - 1n);
  return ordered.toString(16).padStart(16, '0');
}

/** The text of a value without its end: also the beginning of every text that begins with it. */
function beginning(value: IndexValue | undefined): string {
  if (value === undefined || value === null) return tags.nothing;
  if (typeof value === 'number') return tags.number + numberText(value);
  return tags.text + value.replace(toEscape, (character) => escaped[character] as string);
}

/** The key of a row in an index: its fields' values, then its id. */
export function sortKey(values: readonly (IndexValue | undefined)[], id: string): string {
  return values.map((value) => beginning(value) + end).join('') + id;
}

/** From a text (inclusive) up to another (exclusive). */
export interface KeyRange {
  readonly from: string;
  readonly before: string;
}

/** All keys whose first values are these. */
export function rangeOfAll(equals: readonly IndexValue[]): KeyRange {
  const from = sortKey(equals, '');
  return { from, before: from + beyond };
}

/** Keys whose first values are these, and the next is a text that begins like this. */
export function rangeOfPrefix(equals: readonly IndexValue[], prefix: string): KeyRange {
  const from = sortKey(equals, '') + beginning(prefix);
  return { from, before: from + beyond };
}

/** Keys whose first values are these, and the next lies between two, inclusive, and is not nothing. */
export function rangeBetween(
  equals: readonly IndexValue[],
  { from, to }: { readonly from?: IndexValue; readonly to?: IndexValue },
): KeyRange {
  const first = sortKey(equals, '');
  const least = from === undefined || from === null ? tags.number : beginning(from);
  return {
    from: first + least,
    // A longer text goes on with a character behind the end.
    before: to === undefined ? first + beyond : first + beginning(to) + escape,
  };
}
