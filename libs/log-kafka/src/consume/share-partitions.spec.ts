import fc from 'fast-check';
import { sharePartitions, type Sharer } from './share-partitions';

const sizes = (shares: ReadonlyMap<string, readonly number[]>) => [...shares.values()].map(({ length }) => length);
const asSharers = (shares: ReadonlyMap<string, readonly number[]>): Sharer[] =>
  [...shares].map(([memberId, held]) => ({ memberId, held }));
const newcomers = (...ids: string[]): Sharer[] => ids.map((memberId) => ({ memberId, held: [] }));
/** How many numbers are with another member than before. */
function moved(before: ReadonlyMap<string, readonly number[]>, after: ReadonlyMap<string, readonly number[]>): number {
  const owners = new Map([...before].flatMap(([id, own]) => own.map((partition) => [partition, id] as const)));
  return [...after].flatMap(([id, own]) => own.filter((partition) => owners.get(partition) !== id)).length;
}

describe('sharing partition numbers', () => {
  test.each([
    [1, [32]],
    [3, [11, 11, 10]],
    [5, [7, 7, 6, 6, 6]],
  ])('gives %i members as many as each other, or one more', (members, expected) => {
    const ids = Array.from({ length: members }, (_, index) => `member-${index}`);
    expect(sizes(sharePartitions(newcomers(...ids), 32)).sort((one, other) => other - one)).toEqual(expected);
  });

  test('moves to a newcomer only what it is due', () => {
    const before = sharePartitions(newcomers('a', 'b'), 32);
    const after = sharePartitions([...asSharers(before), ...newcomers('c')], 32);
    expect(sizes(after).sort()).toEqual([10, 11, 11]);
    expect(moved(before, after)).toBe(after.get('c')?.length);
  });

  test('moves only what one who left had', () => {
    const before = sharePartitions(newcomers('a', 'b', 'c', 'd', 'e'), 32);
    const after = sharePartitions(
      asSharers(before).filter(({ memberId }) => memberId !== 'c'),
      32,
    );
    expect(moved(before, after)).toBe(before.get('c')?.length);
  });

  test('is whole, disjoint and balanced whatever members say they hold, and the same for whoever works it out', () => {
    const sharer = fc.record({
      memberId: fc.uuid(),
      held: fc.array(fc.integer({ min: -2, max: 40 }), { maxLength: 50 }),
    });
    const sharers = fc.uniqueArray(sharer, { minLength: 1, maxLength: 9, selector: ({ memberId }) => memberId });
    fc.assert(
      fc.property(sharers, fc.integer({ min: 1, max: 37 }), (all, count) => {
        const shares = sharePartitions(all, count);
        const numbers = [...shares.values()].flat().sort((one, other) => one - other);
        expect(numbers).toEqual(Array.from({ length: count }, (_, partition) => partition));
        expect(Math.max(...sizes(shares)) - Math.min(...sizes(shares))).toBeLessThanOrEqual(1);
        expect(new Map(sharePartitions([...all].reverse(), count))).toEqual(new Map(shares));
      }),
    );
  });
});
