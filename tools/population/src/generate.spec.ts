import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWhere, testDataDir } from '@faemban/fixtures';
import { applicabilityTo, bmn2560, meetsThreshold } from '@faemban/reference-data';
import {
  completedAge,
  parseBaht,
  parseIdentityNumber,
  parseThaiDate,
  personNameKey,
  toArabicDigits,
} from '@faemban/thai';
import { parse } from 'csv-parse/sync';
import { aggregateSurvey } from './aggregate';
import { generatePopulation } from './generate';
import type { GenerationReport } from './generate';
import { revisePopulation } from './revise';
import type { RevisionReport } from './revise';

jest.setTimeout(120_000);

const tpmap = testDataDir('tpmap-2561') ?? '';
const names = testDataDir('thai-names') ?? '';
const district = '8419';
type Row = Record<string, string>;

const rowsOf = (folder: string, file: string): Row[] =>
  parse(readFileSync(join(folder, file)), { columns: true }) as Row[];
const dateOf = (text: string): string => {
  const reading = parseThaiDate(text);
  if (!reading.ok) throw new Error(`${text} is not read as a date`);
  return reading.iso;
};

/** Cells of a published file's rows in the district, by key and header. */
function publishedCells(csv: string): Map<string, string> {
  const lines = csv.split('\n').filter((line, k) => k === 0 || line.replace('"', '').startsWith(district));
  const [header, ...rows] = parse(lines.join('\n')) as [string[], ...string[][]];
  return new Map(rows.flatMap((row) => row.map((cell, k) => [`${row[0]} ${header[k]}`, cell] as const)));
}

describeWhere(tpmap !== '' && names !== '', 'the published files of TPMAP and name lists (FAEMBAN_TEST_DATA)')(
  'making the survey of a district from published figures',
  () => {
    let out: string;
    let revised: string;
    let report: GenerationReport;
    let revision: RevisionReport;
    const files = tpmap === '' ? [] : readdirSync(tpmap).map((file) => file.replace(/\.csv$/, ''));

    beforeAll(async () => {
      out = mkdtempSync(join(tmpdir(), 'population-'));
      revised = join(out, 'revised');
      report = await generatePopulation({ tpmap, province: '84', district, names, dirt: 0.05, seed: 2561, out });
      revision = await revisePopulation({ from: out, share: 0.05, seed: 7, out: revised });
    });
    afterAll(() => rmSync(out, { recursive: true, force: true }));

    test('gives every cell of all 96 published files again', async () => {
      const counted = await aggregateSurvey(out, files);
      const differences: string[] = [];
      let cells = 0;
      for (const file of files) {
        const ours = publishedCells(counted.get(file) ?? '');
        const theirs = publishedCells(readFileSync(join(tpmap, `${file}.csv`), 'utf8'));
        expect(ours.size).toBe(theirs.size);
        for (const [place, cell] of theirs) {
          cells += 1;
          const our = ours.get(place) ?? 'absent';
          const isSame = our === cell || Number(our).toPrecision(15) === Number(cell).toPrecision(15);
          if (!isSame) differences.push(`${file} ${place}: published ${cell}, counted ${our}`);
        }
      }
      expect(files).toHaveLength(96);
      expect(cells).toBeGreaterThan(20_000);
      expect(differences).toEqual([]);
    });

    test('reaches the best-effort columns too', () => {
      expect(report.notReached).toEqual({});
      expect(report.households).toBe(3_903);
      expect(report.members).toBe(11_669);
    });

    test('gives people numbers that are accepted and nobody the same', () => {
      const numbers = rowsOf(out, 'members.csv').map((row) => parseIdentityNumber(row['citizen_id'] ?? ''));
      expect(numbers.filter(({ problem }) => problem !== undefined)).toEqual([]);
      const given = numbers.map(({ normalised }) => normalised).filter((number) => number !== '');
      expect(new Set(given).size).toBe(given.length);
    });

    test('names the same people in the register as in the survey', () => {
      const key = (row: Row): string => personNameKey(row['first_name'] ?? '', row['last_name'] ?? '');
      const byNumber = new Map(
        rowsOf(out, 'members.csv').map((row) => [parseIdentityNumber(row['citizen_id'] ?? '').normalised, row]),
      );
      for (const row of rowsOf(out, 'register.csv')) {
        const member = byNumber.get(parseIdentityNumber(row['citizen_id'] ?? '').normalised);
        expect(member && key(member)).toBe(key(row));
      }
    });

    test.each(['survey', 'revised survey'])('has raw figures that agree with the answers in the %s', (which) => {
      const folder = which === 'survey' ? out : revised;
      const sizes = new Map<string, number>();
      for (const { household_ref: ref = '' } of rowsOf(folder, 'members.csv'))
        sizes.set(ref, (sizes.get(ref) ?? 0) + 1);
      const figure = (text = ''): number | undefined => (text === '' ? undefined : Number(toArabicDigits(text)));
      const satang = (row: Row): number =>
        ['main', 'secondary', 'other', 'own_produce']
          .map((source) => parseBaht(row[`income_${source}_baht`] ?? ''))
          .reduce((sum, reading) => sum + (reading.ok ? reading.satang : NaN), 0);
      const thresholds = bmn2560.indicators.filter(({ threshold }) => threshold);
      expect(thresholds.map(({ number }) => number)).toEqual([1, 9, 10, 22]);
      const disagreeing: string[] = [];
      for (const row of rowsOf(folder, 'households.csv')) {
        const raw = {
          lowestBirthWeightG: figure(row['birth_weight_g_min']),
          drinkingWaterLPerPersonDay: figure(row['drinking_water_l']),
          utilityWaterLPerPersonDay: figure(row['utility_water_l']),
          incomeSatangPerYear: satang(row),
          members: sizes.get(row['household_ref'] ?? '') ?? 0,
        };
        for (const { number, threshold } of thresholds) {
          const answer = row[`ind${number}`];
          const meets = threshold && meetsThreshold(threshold, raw);
          const agrees =
            answer === '1' || answer === '0'
              ? meets === (answer === '1')
              : number === 22
                ? meets === true
                : meets === undefined;
          if (!agrees) disagreeing.push(`${row['household_ref']} ind${number}`);
        }
      }
      expect(disagreeing).toEqual([]);
    });

    test('answers hardly any question about somebody the household does not have', () => {
      const health = ['normal', 'disabled', 'chronicallyIll'] as const;
      const rosters = Map.groupBy(rowsOf(out, 'members.csv'), (row) => row['household_ref'] ?? '');
      let implausible = 0;
      const wronglyLeftOut: string[] = [];
      for (const row of rowsOf(out, 'households.csv')) {
        const facts = (rosters.get(row['household_ref'] ?? '') ?? []).map((member) => ({
          ageYears: completedAge(dateOf(member['birth_date'] ?? ''), dateOf(row['interview_date'] ?? '')),
          health: health[Number(member['health'])] ?? 'normal',
          canHelpSelf: member['can_help_self'] === '1',
        }));
        for (const indicator of bmn2560.indicators) {
          const answer = row[`ind${indicator.number}`];
          const applies = applicabilityTo(indicator, facts);
          if (answer === '-' && applies === 'yes')
            wronglyLeftOut.push(`${row['household_ref']} ind${indicator.number}`);
          if (answer !== '-' && answer !== '' && applies === 'no') implausible += 1;
        }
      }
      expect(wronglyLeftOut).toEqual([]);
      expect(implausible).toBe(report.implausibleAnswers);
      expect(implausible / report.households).toBeLessThan(0.01);
    });

    test('has one head in each household, and writes about the stated share of rows carelessly', () => {
      const heads = rowsOf(out, 'members.csv').filter((row) => row['is_head'] === '1');
      expect(heads).toHaveLength(report.households);
      const rows = report.households + report.members + report.registerRows;
      expect(report.dirtyCells / rows).toBeGreaterThan(0.03);
      expect(report.dirtyCells / rows).toBeLessThan(0.06);
    });

    test('is revised so that poverty falls by the households that recovered, and nothing else changes', async () => {
      const name = '61_84_amphur_11111';
      const poor = async (folder: string): Promise<number> =>
        Number(
          (parse((await aggregateSurvey(folder, [name])).get(name) ?? '', { columns: true }) as Row[])[0]?.[
            'poor.household.CNT'
          ],
        );
      expect(revision.poorHouseholdsBefore).toBe(1_613);
      expect(revision.recoveredHouseholds).toBeGreaterThan(20);
      expect((await poor(out)) - (await poor(revised))).toBe(revision.recoveredHouseholds);
      const [before, after] = [out, revised].map((folder) =>
        readFileSync(join(folder, 'households.csv'), 'utf8').split('\n'),
      ) as [string[], string[]];
      const changed = before.flatMap((line, k) => (line === after[k] ? [] : [line.split(',')[0]]));
      expect(changed).toEqual(revision.householdRefs);
      expect(readFileSync(join(revised, 'members.csv')).equals(readFileSync(join(out, 'members.csv')))).toBe(true);
    });

    test('refuses a district that is not there', async () => {
      await expect(
        generatePopulation({ tpmap, province: '84', district: '8499', out: join(out, 'none') }),
      ).rejects.toThrow(/8499/);
    });
  },
);

describe('revising a survey', () => {
  test('refuses a share that is none', async () => {
    await expect(revisePopulation({ from: '/nowhere', share: 2, out: '/nowhere' })).rejects.toThrow(RangeError);
  });
});
