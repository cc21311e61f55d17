import fc from 'fast-check';
import { NumberHolders } from './number-holders';

const number = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map((serial) => `38400${String(serial).padStart(8, '0')}`),
  fc.integer({ min: 1, max: 9_999_999_999_999 }).map((digits) => String(digits).padStart(13, '0')),
  fc.constantFrom('G123456789012', 'AB123456', 'AB1234567'),
);

test('remembers who brought a number first, like a map', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 200 }), (numbers) => {
      const holders = new NumberHolders();
      const map = new Map<string, number>();
      for (const [index, one] of numbers.entries()) {
        if (!map.has(one)) map.set(one, index);
        expect(holders.firstOf(one, index)).toBe(map.get(one));
      }
    }),
    { seed: 84 },
  );
});

test('keeps a hundred thousand of them apart', () => {
  const holders = new NumberHolders();
  const numberOf = (serial: number): string => `38400${String(serial * 37).padStart(8, '0')}`;
  for (let serial = 0; serial < 100_000; serial += 1) holders.firstOf(numberOf(serial), serial);
  const wrong: number[] = [];
  for (let serial = 0; serial < 100_000; serial += 1) {
    if (holders.firstOf(numberOf(serial), -1) !== serial) wrong.push(serial);
  }
  expect(wrong).toEqual([]);
});
