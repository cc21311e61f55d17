import fc from 'fast-check';
import type { IndexValue } from '@faemban/event-sourcing';
import { rangeBetween, rangeOfAll, rangeOfPrefix, sortKey, type KeyRange } from './sort-keys';

const utf8 = (text: string): Buffer => Buffer.from(text);
const isIn = (key: string, { from, before }: KeyRange): boolean =>
  Buffer.compare(utf8(from), utf8(key)) <= 0 && Buffer.compare(utf8(key), utf8(before)) < 0;

/** Nothing, then numbers, then texts by code point, which is the order of their UTF-8 bytes. */
const rank = (value: IndexValue): number => (value === null ? 0 : typeof value === 'number' ? 1 : 2);
function compare(one: IndexValue, other: IndexValue): number {
  if (rank(one) !== rank(other)) return rank(one) - rank(other);
  if (typeof one === 'number' && typeof other === 'number') return one === other ? 0 : one < other ? -1 : 1;
  return Buffer.compare(utf8(String(one)), utf8(String(other)));
}

// Every character but the very last of Unicode, also those that have to be written in another way.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }).filter((one) => !one.includes('\u{10FFFF}')),
  fc.string({ unit: fc.constantFrom('\u0000', '\u0001', '\u0002', '\u0003', 'a', 'ก', '\uFFFD', '😀'), maxLength: 4 }),
);
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const value: fc.Arbitrary<IndexValue> = fc.oneof(fc.constant(null), number, fc.integer(), text);
const values = fc.tuple(value, value);

describe('the keys of an index', () => {
  test('are in the order of the values, field by field, then of the ids', () => {
    fc.assert(
      fc.property(values, values, fc.uuid(), fc.uuid(), (one, other, id, otherId) => {
        const expected = compare(one[0], other[0]) || compare(one[1], other[1]) || compare(id, otherId);
        const found = Buffer.compare(utf8(sortKey(one, id)), utf8(sortKey(other, otherId)));
        expect(Math.sign(found)).toBe(Math.sign(expected));
      }),
    );
  });

  test('lie within what binds their first values, and no others do', () => {
    fc.assert(
      fc.property(values, value, fc.uuid(), (row, asked, id) => {
        expect(isIn(sortKey(row, id), rangeOfAll([asked]))).toBe(compare(row[0], asked) === 0);
      }),
    );
  });

  test('lie within a range of the next value, inclusive, where that is something, and no others do', () => {
    const end = fc.option(value, { nil: undefined });
    fc.assert(
      fc.property(values, end, end, fc.uuid(), (row, from, to, id) => {
        const [first, next] = row;
        const isMeant =
          next !== null &&
          (from === undefined || compare(next, from) >= 0) &&
          (to === undefined || compare(next, to) <= 0);
        expect(isIn(sortKey(row, id), rangeBetween([first], { from, to }))).toBe(isMeant);
      }),
    );
  });

  test('lie within a prefix of the next value, where that is a text that begins so, and no others do', () => {
    fc.assert(
      fc.property(values, text, fc.uuid(), (row, prefix, id) => {
        const [first, next] = row;
        const isMeant = typeof next === 'string' && next.startsWith(prefix);
        expect(isIn(sortKey(row, id), rangeOfPrefix([first], prefix))).toBe(isMeant);
      }),
    );
  });

  test('know no difference between 0 and −0', () => {
    expect(sortKey([-0], 'id')).toBe(sortKey([0], 'id'));
  });
});
