import { describeWhere, testDataDir } from '@faemban/fixtures';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { populationOf, povertyOf } from './figures';
import { at, bitsOf, dimensionSetCount, everyDimension, indicatorCount, measureNames } from './measures';
import {
  findTpmapFile,
  tpmapCommonLine,
  tpmapFileName,
  tpmapHeader,
  tpmapLevels,
  tpmapPovertyLine,
  type TpmapFile,
  type TpmapLevel,
} from './tpmap-format';

describe('naming TPMAP files', () => {
  test.each(['61_84_village_11111', '61_84_tambol_00001', '61_84_amphur_common'])('%s is read and written', (name) => {
    expect(tpmapFileName(findTpmapFile(name) as TpmapFile)).toBe(name);
  });

  test.each(['61_84_village_00000', '61_84_province_11111', '61_84_village_1111', '61_8_village_common', '', '../x'])(
    'there is no file %j',
    (name) => {
      expect(findTpmapFile(name)).toBeUndefined();
    },
  );

  test('the first bit is health, the last access', () => {
    expect(findTpmapFile('61_84_village_10000')?.content).toBe(0b10000);
    expect(findTpmapFile('61_84_village_00001')?.content).toBe(0b00001);
  });
});

describe('writing TPMAP files', () => {
  const file: TpmapFile = { round: 2561, province: '84', level: 'village', content: everyDimension };

  test('an area without any poor person has a line of zeros', () => {
    const sums = new Float64Array(measureNames.length);
    sums[at.households(0)] = 2;
    sums[at.members(0)] = 5;
    const line = tpmapPovertyLine(file, '8401020501', povertyOf(sums));
    expect(line).toBe(`"8401020501",${Array.from({ length: 41 }, () => '0').join(',')},"84"\n`);
  });

  test('a mean of nobody is NA, never 0', () => {
    const sums = new Float64Array(measureNames.length);
    sums[at.households(0)] = 1;
    expect(tpmapCommonLine({ ...file, content: 'common' }, '8401020501', populationOf(sums))).toContain(',0,NA,0,');
  });
});

const published = testDataDir('tpmap-2561');

describeWhere(published !== undefined, 'the published TPMAP files (FAEMBAN_TEST_DATA)')(
  'the published files of Surat Thani, 2561',
  () => {
    const folder = published as string;
    const province = '84';
    const read = (level: TpmapLevel, content: string): string =>
      readFileSync(join(folder, `61_${province}_${level}_${content}.csv`), 'utf8');

    test.each(tpmapLevels)('come out again byte for byte from exact counts: %s', (level) => {
      const sumsByArea = invert((content) => cells(read(level, content)));
      for (const name of readdirSync(folder).filter((each) => each.includes(`_${level}_`))) {
        const file = findTpmapFile(name.replace('.csv', '')) as TpmapFile;
        let text = tpmapHeader(file);
        for (const [area, sums] of [...sumsByArea].sort(([one], [other]) => (one < other ? -1 : 1))) {
          text +=
            file.content === 'common'
              ? tpmapCommonLine(file, area, populationOf(sums))
              : tpmapPovertyLine(file, area, povertyOf(sums, file.content));
        }
        expect({ name, isSame: text === readFileSync(join(folder, name), 'utf8') }).toEqual({ name, isSame: true });
      }
    });
  },
);

type Row = readonly number[];

function cells(text: string): ReadonlyMap<string, Row> {
  const lines = text.trimEnd().split('\n').slice(1);
  return new Map(
    lines.map((line) => {
      const [key = '', ...values] = line.replaceAll('"', '').split(',');
      return [key, values.map(Number)];
    }),
  );
}

/** Takes the unions apart: what holds for exactly a set of failed dimensions, by inclusion and exclusion over its subsets. */
function invert(read: (content: string) => ReadonlyMap<string, Row>): ReadonlyMap<string, Float64Array> {
  const unions = Array.from({ length: dimensionSetCount }, (_, set) => (set === 0 ? undefined : read(bitsOf(set))));
  const sumsByArea = new Map<string, Float64Array>();
  for (const [area, common] of read('common')) {
    const exactly = (column: number): Float64Array => {
      const all = unions[everyDimension]?.get(area)?.[column] ?? 0;
      // Persons whose set lies within `inside` are all the poor less those who meet its complement.
      const counts = Float64Array.from(
        unions,
        (_, inside) => all - (unions[everyDimension & ~inside]?.get(area)?.[column] ?? 0),
      );
      for (let bit = 1; bit < dimensionSetCount; bit <<= 1) {
        for (let set = 0; set < dimensionSetCount; set++) {
          if (set & bit) counts[set] = (counts[set] ?? 0) - (counts[set ^ bit] ?? 0);
        }
      }
      return counts;
    };
    const sums = new Float64Array(measureNames.length);
    const [households = 0, members = 0, registered = 0, verified = 0, elderly, disabled, chronic, happiness] = common;
    const measures = [at.households, at.members, at.registered, at.verified];
    for (const [column, measure] of measures.entries()) {
      let poor = 0;
      const counts = exactly(column);
      for (let set = 1; set < dimensionSetCount; set++) poor += sums[measure(set)] = counts[set] ?? 0;
      sums[measure(0)] = ([households, members, registered, verified][column] ?? 0) - poor;
    }
    sums[at.elderly] = elderly ?? 0;
    sums[at.disabled] = disabled ?? 0;
    sums[at.chronic] = chronic ?? 0;
    sums[at.happinessCount] = households;
    sums[at.happinessSum] = Math.round((happiness ?? 0) * households);
    for (let indicator = 1; indicator <= indicatorCount; indicator++) {
      sums[at.unanswered(indicator)] = members - (common[7 + indicator] ?? 0);
      sums[at.failed(indicator)] = common[7 + indicatorCount + indicator] ?? 0;
      const counts = exactly(9 + indicator);
      for (let set = 1; set < dimensionSetCount; set++) sums[at.targetFailing(set, indicator)] = counts[set] ?? 0;
    }
    sumsByArea.set(area, sums);
  }
  return sumsByArea;
}
