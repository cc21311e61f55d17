import { describeWhere, testDataDir } from '@faemban/fixtures';
import { bitCount } from './indicators';
import { FiguresContradict } from './inversion';
import { checkBounds, findTpmapYear, readProvinceFigures } from './tpmap-files';
import type { ProvinceFigures } from './tpmap-files';
import type { VillageFigures } from './village-figures';

const folder = testDataDir('tpmap-2561') ?? '';

describeWhere(folder !== '', 'the published files of TPMAP (FAEMBAN_TEST_DATA)')(
  'the figures of Surat Thani 2561',
  () => {
    let figures: ProvinceFigures;
    beforeAll(() => {
      figures = readProvinceFigures(folder, '84');
    });
    const targets = (holds: (set: number) => boolean): number =>
      figures.villages
        .flatMap(({ cells }) => cells)
        .filter(({ dimensions }) => holds(dimensions))
        .reduce((sum, { verified }) => sum + verified, 0);

    test('have 1,266 villages of the data year 2561', () => {
      expect(findTpmapYear(folder, '84')).toBe('61');
      expect(figures.round).toBe(2561);
      expect(figures.villages).toHaveLength(1266);
    });

    test('add up to the known exact sets of target persons', () => {
      expect(targets(() => true)).toBe(11_648);
      expect(targets((set) => set === 0b10000)).toBe(1_851);
      expect(targets((set) => set === 0b11000)).toBe(1_060);
      expect(targets((set) => set === 0b11110)).toBe(28);
      expect(targets((set) => bitCount(set) >= 3)).toBe(363);
      expect(targets((set) => (set & 0b11010) === 0b11010)).toBe(192);
    });

    test('have one village with more verified than registered persons in a cell', () => {
      const more = figures.villages.flatMap(({ villageId, cells }) =>
        cells.filter(({ verified, registered }) => verified > registered).map((cell) => ({ villageId, cell })),
      );
      expect(more).toHaveLength(1);
      expect(more[0]).toMatchObject({
        villageId: '8412020401',
        cell: { dimensions: 0b10000, registered: 5, verified: 6 },
      });
    });

    test('are refused for a province that is not there', () => {
      expect(() => readProvinceFigures(folder, '99')).toThrow(/61_99_village_common/);
    });
  },
);

describe('checking the bounds of a village', () => {
  const village: VillageFigures = {
    villageId: '8417010101',
    households: 3,
    members: 8,
    registered: 2,
    verified: 2,
    elderly: 1,
    disabled: 0,
    chronic: 0,
    happiness: { sum: 24, count: 3 },
    applicable: new Array<number>(31).fill(8),
    failing: new Array<number>(31).fill(0),
    cells: [
      {
        dimensions: 0b10000,
        households: 1,
        persons: 3,
        registered: 1,
        verified: 2,
        failing: new Array<number>(31).fill(0),
      },
    ],
  };

  test('accepts one verified person more than registered ones', () => {
    expect(() => checkBounds(village)).not.toThrow();
  });

  test.each([
    ['fewer persons than households', { members: 4 }],
    ['fewer verified persons than the poor ones alone', { verified: 1 }],
    ['more elderly persons than members', { elderly: 9 }],
    ['a mean happiness above ten', { happiness: { sum: 31, count: 3 } }],
  ])('refuses %s', (_, change) => {
    expect(() => checkBounds({ ...village, ...change })).toThrow(FiguresContradict);
  });
});
