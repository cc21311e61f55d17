import fc from 'fast-check';
import { commandDigest } from './command-digest';

describe('the digest of a command', () => {
  test('is of what is asked, however its keys are ordered', () => {
    const command = { type: 'Note', values: [1, { a: 1, b: null }], absent: undefined };
    expect(commandDigest({ values: [1, { b: null, a: 1 }], type: 'Note' })).toBe(commandDigest(command));
    expect(commandDigest({ on: new Date(0) })).toBe(commandDigest({ on: '1970-01-01T00:00:00.000Z' }));
  });

  test('differs with every other command', () => {
    const others = [
      {},
      { type: 'Note' },
      { type: 'note' },
      { type: 'Note', absent: null },
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      { b: 1, c: 2 },
      { a: '1', b: 2 },
      { a: [1, 2] },
      { a: [2, 1] },
      { a: [[1], 2] },
      { a: { 0: 1, 1: 2 } },
      { a: [1, '["b"]', 2] },
      { a: { b: 2 } },
      { a: [0, 1] },
      { a: [[1]] },
      { a: [] },
      { a: {} },
    ];
    expect(new Set(others.map(commandDigest)).size).toBe(others.length);
  });

  test('is the same exactly where sorting the keys by hand gives the same JSON', () => {
    const sorted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(sorted);
      if (typeof value !== 'object' || value === null) return value;
      const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
      return entries.map(([key, member]) => ({ [key]: sorted(member) }));
    };
    const plain = (value: object) => JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
    const command = fc.dictionary(fc.constantFrom('a', 'b', 'c', '1'), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
    fc.assert(
      fc.property(command, command, (one, other) => {
        const reversed = Object.fromEntries(Object.entries(one).reverse());
        expect(commandDigest(reversed)).toBe(commandDigest(one));
        expect(commandDigest(one) === commandDigest(other)).toBe(plain(one) === plain(other));
      }),
      { numRuns: 300 },
    );
  });
});
