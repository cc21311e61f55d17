import * as fc from 'fast-check';
import { areasOfLevel } from './areas';
import { crosswalkVersions, placeArea } from './crosswalk';

describe('placing a code of the survey', () => {
  test('finds village, tambon, district and province', () => {
    expect(placeArea('tpmap', '8417010102', 2561)).toEqual({
      status: 'matched',
      source: 'tpmap',
      sourceCode: '8417010102',
      crosswalkVersion: 'tpmap-2560.1',
      village: '8417010102',
      dopaVillage: '84170101',
      subdistrict: '841701',
      district: '8417',
      province: '84',
    });
  });

  test('finds the municipal area instead of a tambon', () => {
    expect(placeArea('tpmap', '8417510101', 2561)).toEqual({
      status: 'matched',
      source: 'tpmap',
      sourceCode: '8417510101',
      crosswalkVersion: 'tpmap-2560.1',
      village: '8417510101',
      municipality: '841751',
      district: '8417',
      province: '84',
    });
  });

  test('takes tambon codes of six digits', () => {
    expect(placeArea('tpmap', '841701', 2561)).toMatchObject({ subdistrict: '841701' });
    expect(placeArea('tpmap', '841751', 2561)).toMatchObject({ municipality: '841751' });
    expect(placeArea('tpmap', '841701', 2561)).not.toHaveProperty('village');
  });

  test('takes municipal codes of other provinces by their district', () => {
    expect(placeArea('tpmap', '3001510101', 2561)).toMatchObject({ status: 'matched', municipality: '300151' });
  });

  test.each([
    ['', 'area-code-malformed'],
    ['84170101', 'area-code-malformed'],
    ['8417', 'area-code-malformed'],
    ['841701010x', 'area-code-malformed'],
    ['8.41701E+09', 'area-code-malformed'],
    ['9917010101', 'area-province-unknown'],
    ['8420010101', 'area-district-unknown'],
    ['8408040101', 'area-tambon-unknown'],
    ['8417170101', 'area-tambon-unknown'],
    ['8417520101', 'area-municipality-unknown'],
    ['8417010001', 'area-village-unknown'],
    ['8417010100', 'area-village-unknown'],
  ])('leaves %j for review: %s', (code, reason) => {
    expect(placeArea('tpmap', code, 2561)).toMatchObject({ status: 'unmatched', sourceCode: code, reason });
  });

  test.each([[2559], [2565]])('leaves codes of %i for review: no version covers the year', (year) => {
    expect(placeArea('tpmap', '8417010101', year)).toMatchObject({ reason: 'area-no-crosswalk-for-year' });
  });

  test('places every listed tambon and municipal area in itself, whatever village of it', () => {
    const codes = [...areasOfLevel('tambon'), ...areasOfLevel('municipality')].map(({ code }) => code);
    const twoDigits = fc.integer({ min: 1, max: 99 }).map((number) => `${number}`.padStart(2, '0'));
    fc.assert(
      fc.property(fc.constantFrom(...codes), twoDigits, twoDigits, (tambon, village, part) => {
        const place = placeArea('tpmap', tambon + village + part, 2561);
        if (place.status === 'unmatched') throw new Error(place.reason);
        expect(place.subdistrict ?? place.municipality).toBe(tambon);
        expect(place.subdistrict === undefined).toBe(place.municipality !== undefined);
        expect(tambon.startsWith(place.district) && place.district.startsWith(place.province)).toBe(true);
      }),
    );
  });

  test('has versions whose years do not overlap', () => {
    const years = crosswalkVersions.flatMap(({ source, dataYears: { from, to } }) =>
      Array.from({ length: to - from + 1 }, (_, step) => `${source} ${from + step}`),
    );
    expect(new Set(years).size).toBe(years.length);
  });
});
