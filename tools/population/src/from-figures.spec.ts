import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeArea, suratThaniDistrictFigures, suratThaniTambonFigures } from '@faemban/reference-data';
import { parse } from 'csv-parse/sync';
import { aggregateSurvey } from './aggregate';
import { generateFromFigures } from './from-figures';

jest.setTimeout(120_000);

describe('making a district from the figures that ship with the product', () => {
  let out: string;
  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), 'population-'));
    await generateFromFigures({ district: '8405', out, seed: 3 });
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  const tableOf = async (name: string): Promise<Record<string, string>[]> =>
    parse((await aggregateSurvey(out, [name])).get(name) ?? '', { columns: true }) as Record<string, string>[];

  test('gives exactly the totals of the district', async () => {
    const known = suratThaniDistrictFigures.find(({ code }) => code === '8405');
    const [common] = await tableOf('61_84_amphur_common');
    const [poor] = await tableOf('61_84_amphur_11111');
    expect({ households: Number(common?.['household.CNT']), persons: Number(common?.['HOUSEMEMBER_CNT']) }).toEqual({
      households: known?.households,
      persons: known?.persons,
    });
    const number = (column: string): number => Number(poor?.[column]);
    expect({
      poorHouseholds: number('poor.household.CNT'),
      poorPersons: number('poor.JPT.CNT'),
      targetPersons: number('poor.JPT.MOFval.CNT'),
      health: number('poor.JPT.MOFval.health'),
      living: number('poor.JPT.MOFval.living'),
      education: number('poor.JPT.MOFval.education'),
      income: number('poor.JPT.MOFval.income'),
      access: number('poor.JPT.MOFval.accessibility'),
    }).toEqual({
      poorHouseholds: known?.poorHouseholds,
      poorPersons: known?.poorPersons,
      targetPersons: known?.targetPersons,
      health: known?.health,
      living: known?.living,
      education: known?.education,
      income: known?.income,
      access: known?.access,
    });
  });

  test('gives exactly the households, persons and target persons of each tambon', async () => {
    const common = await tableOf('61_84_tambol_common');
    const poor = await tableOf('61_84_tambol_11111');
    for (const { code, households, persons, targetPersons } of suratThaniTambonFigures.filter((area) =>
      area.code.startsWith('8405'),
    )) {
      const row = common.find((cells) => cells['tumbol_ID'] === code);
      const target = poor.find((cells) => cells['tumbol_ID'] === code)?.['poor.JPT.MOFval.CNT'];
      expect([code, row?.['household.CNT'], row?.['HOUSEMEMBER_CNT'], target]).toEqual([
        code,
        String(households),
        String(persons),
        String(targetPersons),
      ]);
    }
  });

  test('uses village codes that have a place', () => {
    const rows = parse(readFileSync(join(out, 'households.csv')), { columns: true }) as Record<string, string>[];
    for (const code of new Set(rows.map((row) => row['village_id'] ?? ''))) {
      expect(placeArea('tpmap', code, 2561)).toMatchObject({ status: 'matched', district: '8405' });
    }
  });

  test('gives the same files for the same seed, and others for another', async () => {
    const [again, other] = [join(out, 'again'), join(out, 'other')];
    await generateFromFigures({ district: '8405', out: again, seed: 3 });
    await generateFromFigures({ district: '8405', out: other, seed: 4 });
    for (const file of ['households.csv', 'members.csv', 'register.csv', 'expected.json']) {
      const bytes = readFileSync(join(out, file));
      expect(readFileSync(join(again, file)).equals(bytes)).toBe(true);
      expect(readFileSync(join(other, file)).equals(bytes)).toBe(false);
    }
  });

  test('refuses a district it has no figures of', async () => {
    await expect(generateFromFigures({ district: '8301', out })).rejects.toThrow(/8301/);
  });
});
