import { partitionsToTake, type Holding } from './partition-shares';

const held = (owner: string, partitions: readonly number[]): Holding[] =>
  partitions.map((partition) => ({ partition, owner }));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('the partitions an owner takes', () => {
  test('are all, when it is alone', () => {
    expect(partitionsToTake('a', [], new Set(), 8)).toEqual(range(0, 8));
  });

  test('are those of an owner that is not well any more', () => {
    const holdings = [...held('a', range(0, 4)), ...held('dead', range(4, 8))];
    expect(partitionsToTake('a', holdings, new Set(['a']), 8)).toEqual(range(4, 8));
  });

  test('are half of everything, when it comes second', () => {
    expect(partitionsToTake('b', held('a', range(0, 8)), new Set(['a']), 8)).toHaveLength(4);
  });

  test('are none, when it has its share', () => {
    const holdings = [...held('a', range(0, 16)), ...held('b', range(16, 32))];
    expect(partitionsToTake('a', holdings, new Set(['a', 'b']), 32)).toEqual([]);
  });

  test.each([2, 3, 5, 7])(
    'come to shares that differ by one at most, with %i owners in any order of arrival',
    (count) => {
      const owners = range(0, count).map((index) => `owner-${index}`);
      let holdings: Holding[] = [];
      const well = new Set<string>();
      for (const newcomer of owners) {
        well.add(newcomer);
        for (let round = 0; round < 5; round += 1) {
          for (const owner of well) {
            const taken = new Set(partitionsToTake(owner, holdings, well, 32));
            holdings = [...holdings.filter(({ partition }) => !taken.has(partition)), ...held(owner, [...taken])];
          }
        }
      }
      const sizes = owners.map((owner) => holdings.filter((one) => one.owner === owner).length);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(32);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    },
  );
});
