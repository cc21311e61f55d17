import { areasOfLevel } from '../areas/areas';
import { isWithinArea } from '../areas/area';
import {
  suratThaniDistrictFigures,
  suratThaniFailurePercentByIndicator,
  suratThaniProvinceFigures,
  suratThaniTargetPersonsByExactMask,
} from './surat-thani-2561';
import { suratThaniMunicipalityFigures, suratThaniTambonFigures } from './surat-thani-2561-tambons';

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const MEASURES = [
  'households',
  'persons',
  'poorHouseholds',
  'poorPersons',
  'targetPersons',
  'health',
  'living',
  'education',
  'income',
  'access',
  'anyThree',
  'healthLivingIncome',
] as const;

describe('the computed figures of 2561', () => {
  test.each(MEASURES)('add up over the districts: %s', (measure) => {
    expect(sum(suratThaniDistrictFigures.map((district) => district[measure]))).toBe(
      suratThaniProvinceFigures[measure],
    );
  });

  test.each(suratThaniDistrictFigures.map((district) => [district.code, district] as const))(
    'of tambons and municipal areas add up to district %s',
    (code, district) => {
      const parts = [...suratThaniTambonFigures, ...suratThaniMunicipalityFigures].filter((part) =>
        isWithinArea(part.code, code),
      );
      expect(sum(parts.map(({ households }) => households))).toBe(district.households);
      expect(sum(parts.map(({ persons }) => persons))).toBe(district.persons);
      expect(sum(parts.map(({ targetPersons }) => targetPersons))).toBe(district.targetPersons);
    },
  );

  test('are there for every district, tambon and municipal area once', () => {
    const codesOf = (figures: readonly { code: string }[]) => figures.map(({ code }) => code);
    const listed = (level: 'district' | 'tambon' | 'municipality') => codesOf(areasOfLevel(level, '84'));
    expect(codesOf(suratThaniDistrictFigures)).toEqual(listed('district'));
    expect(codesOf(suratThaniTambonFigures)).toEqual(listed('tambon'));
    expect(codesOf(suratThaniMunicipalityFigures)).toEqual(listed('municipality'));
  });

  test('leave seven tambons without rows', () => {
    const empty = suratThaniTambonFigures.filter(({ villageRows }) => villageRows === 0);
    expect(empty.map(({ code }) => code)).toEqual([
      '840101',
      '840110',
      '840601',
      '840602',
      '840904',
      '841005',
      '841201',
    ]);
    expect(sum(empty.map(({ households, persons, targetPersons }) => households + persons + targetPersons))).toBe(0);
  });

  test('stay within each other: poor within all, target within poor', () => {
    for (const area of suratThaniDistrictFigures) {
      expect(area.poorHouseholds).toBeLessThan(area.households);
      expect(area.poorPersons).toBeLessThan(area.persons);
      expect(area.targetPersons).toBeLessThan(area.poorPersons);
      const failed = [area.health, area.living, area.education, area.income, area.access];
      expect(sum(failed)).toBeGreaterThanOrEqual(area.targetPersons);
      expect(Math.max(...failed)).toBeLessThanOrEqual(area.targetPersons);
      expect(area.healthLivingIncome).toBeLessThanOrEqual(area.anyThree);
    }
  });
});

describe('the overlap of dimensions', () => {
  const cells = Object.entries(suratThaniTargetPersonsByExactMask);
  const personsWhere = (isIn: (mask: string) => boolean) => sum(cells.filter(([mask]) => isIn(mask)).map(([, n]) => n));

  test('has a cell for each of the 31 masks', () => {
    expect(new Set(cells.map(([mask]) => mask)).size).toBe(31);
    for (const [mask] of cells) expect(mask).toMatch(/^(?!00000)[01]{5}$/);
  });

  test('adds up to all target persons and to those of each dimension', () => {
    const province = suratThaniProvinceFigures;
    expect(personsWhere(() => true)).toBe(11_648);
    expect(province.targetPersons).toBe(11_648);
    const { health, living, education, income, access } = province;
    [health, living, education, income, access].forEach((persons, place) => {
      expect(personsWhere((mask) => mask[place] === '1')).toBe(persons);
    });
  });

  test('gives both readings of three of five', () => {
    expect(personsWhere((mask) => mask.replaceAll('0', '').length >= 3)).toBe(363);
    expect(personsWhere((mask) => mask.startsWith('11') && mask[3] === '1')).toBe(192);
  });
});

describe('the failure rates', () => {
  test('are per cents, one for each of the 31 indicators', () => {
    expect(suratThaniFailurePercentByIndicator).toHaveLength(31);
    for (const percent of suratThaniFailurePercentByIndicator) expect(percent > 0 && percent < 100).toBe(true);
  });
});
