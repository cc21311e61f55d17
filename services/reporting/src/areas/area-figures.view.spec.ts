import { householdScored, type EventOf } from '@faemban/contracts';
import { recorded, tallyOf } from '@faemban/event-sourcing/testing';
import { areaFigures } from './area-figures.view';

const [example] = householdScored.examples;
const ruleset = 'tpmap-2561/1';
const village = { level: 'village', round: '2561', ruleset } as const;

let seq = 0;
function scored(data: Partial<EventOf<typeof householdScored>['data']>, recordedAt = '2021-03-01T02:00:00.000Z') {
  return recorded({ type: 'HouseholdScored', data: { ...example, ...data } }, { recordedAt, seq: ++seq });
}
beforeEach(() => {
  seq = 0;
});

describe('counting a scored household', () => {
  test('counts it at every level, by its exact set of failed dimensions', () => {
    const counted = tallyOf(areaFigures).after(scored({}));
    for (const level of ['village', 'tambon', 'district', 'province'] as const) {
      counted.counts(
        { ...village, level },
        {
          'households:00010': 1,
          'members:00010': 2,
          'registered:00010': 1,
          'verified:00010': 1,
          'households:00000': 0,
          happinessSum: 8,
          happinessCount: 1,
        },
      );
    }
    counted.counts({ ...village, level: 'municipality' }, { 'households:00010': 0 });
    counted.counts({ ...village, under: '8418' }, { 'households:00010': 0 });
  });

  test('counts members by answer, and verified members of poor households by failed indicator', () => {
    tallyOf(areaFigures).after(scored({})).counts(village, {
      'failed:22': 2,
      'targetFailing:00010:22': 1,
      'unanswered:1': 2,
      'unanswered:4': 0,
      'failed:4': 0,
    });
  });

  test('a household in a municipality counts there and in no tambon', () => {
    const area = { ...example.area, village: '8417510101', tambon: null, municipality: '841751' };
    tallyOf(areaFigures)
      .after(scored({ area }))
      .counts({ ...village, level: 'municipality', under: '841751' }, { 'households:00010': 1 })
      .counts({ ...village, level: 'tambon' }, { 'households:00010': 0 });
  });

  test('who is not poor is in no target, whatever he fails besides', () => {
    const answers = `${example.answers.slice(0, 21)}p${example.answers.slice(22, 24)}f${example.answers.slice(25)}`;
    tallyOf(areaFigures)
      .after(scored({ answers, failedDimensions: [], isPoor: false }))
      .counts(village, {
        'verified:00000': 1,
        'failed:25': 2,
        'targetFailing:00010:25': 0,
        'targetFailing:00010:22': 0,
      });
  });

  test('a household without an answer on happiness is in neither sum nor count', () => {
    tallyOf(areaFigures)
      .after(scored({ happiness: null }))
      .counts(village, { happinessSum: 0, happinessCount: 0 });
  });
});

describe('counting on a day, as it was known on another', () => {
  const poor = 'households:00010';
  const notPoor = 'households:00000';
  const correction = scored(
    { failedDimensions: [], isPoor: false },
    '2021-03-02T17:00:00.000Z', // 3 March in Thailand
  );

  test('nothing counts before its valid day', () => {
    tallyOf(areaFigures)
      .after(scored({}))
      .counts({ ...village, asOf: '2018-02-13' }, { [poor]: 0 })
      .counts({ ...village, asOf: '2018-02-14' }, { [poor]: 1 });
  });

  test('a score of the same day replaces the one before it, from the day it was known', () => {
    tallyOf(areaFigures)
      .after(scored({}), { ...correction, seq: 2 })
      .counts({ ...village, asKnownAt: '2021-03-02' }, { [poor]: 1, [notPoor]: 0 })
      .counts({ ...village, asKnownAt: '2021-03-03' }, { [poor]: 0, [notPoor]: 1 })
      .counts({ ...village, asKnownAt: '2021-02-28' }, { [poor]: 0, [notPoor]: 0 });
  });

  test('a later score of the round begins on its day and leaves earlier days alone', () => {
    tallyOf(areaFigures)
      .after(scored({}), scored({ validFrom: '2018-10-01', failedDimensions: [], isPoor: false }))
      .counts({ ...village, asOf: '2018-09-30' }, { [poor]: 1, [notPoor]: 0 })
      .counts({ ...village, asOf: '2018-10-01' }, { [poor]: 0, [notPoor]: 1 });
  });

  test('an earlier score that is known later restates all that follows', () => {
    tallyOf(areaFigures)
      .after(
        scored({ validFrom: '2018-03-01' }),
        scored({ validFrom: '2018-02-01', failedDimensions: [], isPoor: false }, '2021-03-05T02:00:00.000Z'),
      )
      .counts({ ...village, asOf: '2018-03-01', asKnownAt: '2021-03-04' }, { [poor]: 1, [notPoor]: 0 })
      .counts({ ...village, asOf: '2018-03-01' }, { [poor]: 0, [notPoor]: 1 })
      .counts({ ...village, asOf: '2018-02-01' }, { [poor]: 0, [notPoor]: 1 });
  });

  test('a round goes on beside the next one; current is only the newest', () => {
    const next = scored({ round: 2562, validFrom: '2019-02-01', failedDimensions: [], isPoor: false });
    tallyOf(areaFigures)
      .after(scored({}), { ...next, seq: 2 })
      .counts({ ...village, asOf: '2020-01-01' }, { [poor]: 1, [notPoor]: 0 })
      .counts({ ...village, round: '2562', asOf: '2020-01-01' }, { [poor]: 0, [notPoor]: 1 })
      .counts({ ...village, round: 'current', asOf: '2019-01-31' }, { [poor]: 1, [notPoor]: 0 })
      .counts({ ...village, round: 'current', asOf: '2019-02-01' }, { [poor]: 0, [notPoor]: 1 });
  });

  test('a new version of a ruleset is counted beside the old one', () => {
    tallyOf(areaFigures)
      .after(scored({}), scored({ ruleset: { id: 'tpmap-2561', version: 2 }, failedDimensions: [], isPoor: false }))
      .counts(village, { [poor]: 1, [notPoor]: 0 })
      .counts({ ...village, ruleset: 'tpmap-2561/2' }, { [poor]: 0, [notPoor]: 1 });
  });
});
