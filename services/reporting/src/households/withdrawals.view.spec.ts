import {
  householdScored,
  householdScoreWithdrawn,
  householdSurveyed,
  householdSurveyWithdrawn,
} from '@faemban/contracts';
import { recorded, viewOf } from '@faemban/event-sourcing/testing';
import { householdHistory, type HistoryEntry } from './household-history.view';
import { householdList } from './household-list.view';
import { RulesetList } from '../rulesets/ruleset-list';
import { whatHappened } from './what-happened';

const [surveyed] = householdSurveyed.examples;
const [scored] = householdScored.examples;
const [, gone] = householdSurveyWithdrawn.examples;
const { householdId } = scored;
const at = (second: number, seq: number) => ({ recordedAt: `2021-03-01T02:00:0${second}.000Z`, seq });
const survey = recorded({ type: 'HouseholdSurveyed', data: surveyed }, at(0, 1));
const score = recorded({ type: 'HouseholdScored', data: scored }, at(1, 1));
const withdrawal = recorded(
  { type: 'HouseholdSurveyWithdrawn', data: { ...gone!, withdrawnEventId: survey.id } },
  { ...at(2, 2), corrects: survey.id },
);
const scoreWithdrawal = recorded(
  { type: 'HouseholdScoreWithdrawn', data: { ...householdScoreWithdrawn.examples[0], validFrom: '2018-02-14' } },
  at(3, 2),
);

const rulesets = new RulesetList([]);

describe('a household whose survey was withdrawn', () => {
  test('leaves the list, and comes back when it is scored again', () => {
    viewOf(householdList).after(score, scoreWithdrawal).showsNothing();
    const again = recorded({ type: 'HouseholdScored', data: { ...scored, validFrom: '2018-02-20' } }, at(4, 3));
    viewOf(householdList)
      .after(score, scoreWithdrawal, again)
      .shows({
        ...{ householdId, village: '8417010101', round: 2561, ruleset: 'tpmap-2561/1', validFrom: '2018-02-20' },
        ...{ isPoor: true, failedDimensions: ['income'], members: 2, targetPersons: 1 },
      });
  });

  test('shows its older round again in the list', () => {
    const newer = recorded(
      { type: 'HouseholdScored', data: { ...scored, round: 2562, validFrom: '2019-02-14' } },
      at(2, 2),
    );
    const newerGone = recorded(
      { type: 'HouseholdScoreWithdrawn', data: { ...scoreWithdrawal.data, round: 2562, validFrom: '2019-02-14' } },
      at(3, 3),
    );
    viewOf(householdList)
      .after(score, newer, newerGone)
      .shows({
        ...{ householdId, village: '8417010101', round: 2561, ruleset: 'tpmap-2561/1', validFrom: '2018-02-14' },
        ...{ isPoor: true, failedDimensions: ['income'], members: 2, targetPersons: 1 },
      });
  });

  test('keeps what was recorded, and what was taken back, in its history', () => {
    const baseOf = ({ id, recordedAt, occurredAt, actor }: typeof survey | typeof withdrawal) => ({
      ...{ eventId: id, recordedAt, occurredAt, actor },
    });
    viewOf(householdHistory)
      .after(survey, withdrawal)
      .shows({
        householdId,
        entries: [
          expect.objectContaining({ type: 'HouseholdSurveyed', ...baseOf(survey) }),
          {
            type: 'HouseholdSurveyWithdrawn',
            ...baseOf(withdrawal),
            corrects: survey.id,
            ...{ validFrom: null, source: 'cdd-bmn', year: 2561, isEarlierRestored: false },
          },
        ],
      } as never);
  });

  test('is told in words, and a survey after it is not called a correction of what was withdrawn', () => {
    const entry = (each: object, n: number): HistoryEntry =>
      ({
        eventId: `e-${n}`,
        recordedAt: '',
        occurredAt: '',
        actor: score.actor,
        validFrom: null,
        ...each,
      }) as HistoryEntry;
    const first = entry(
      {
        type: 'HouseholdSurveyed',
        source: 'cdd-bmn',
        village: '8417010101',
        round: 2561,
        answers: surveyed.answers,
        incomeSatang: 1,
        happiness: 8,
        members: 2,
      },
      1,
    );
    const takenBack = entry(
      { type: 'HouseholdSurveyWithdrawn', source: 'cdd-bmn', year: 2561, isEarlierRestored: false, corrects: 'e-1' },
      2,
    );
    expect(whatHappened(takenBack, [first], rulesets).en).toBe(
      'The survey of round 2561 from cdd-bmn was withdrawn with its import. Nothing had been known before.',
    );
    expect(whatHappened({ ...first, eventId: 'e-3' }, [first], rulesets).en).toContain('The survey was corrected');
    expect(whatHappened({ ...first, eventId: 'e-3' }, [first, takenBack], rulesets).en).toContain(
      'Surveyed, round 2561',
    );
  });
});
