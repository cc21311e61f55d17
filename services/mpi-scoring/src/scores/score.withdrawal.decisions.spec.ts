import {
  householdScored,
  householdScoreWithdrawn,
  scoringInputRecorded,
  type HouseholdScoreEvent,
} from '@faemban/contracts';
import { given } from '@faemban/event-sourcing/testing';
import { tpmap2561 } from '@faemban/reference-data';
import { bookOf } from '../testing/book-of';
import { createScore, type RecordScoringInput } from './score.decisions';

const [surveyExample, welfareInput] = scoringInputRecorded.examples;
const surveyInput = { ...surveyExample, rulesets: [{ id: 'tpmap-2561', version: 1 }] };
const { householdId, factId } = surveyInput;
const [scored] = householdScored.examples;
const score = createScore(bookOf(tpmap2561));
const laterFact = '0198b2d0-7c03-7000-8000-000000000023';
const ruleset = { id: 'tpmap-2561', version: 1 };

const told = (data: RecordScoringInput | typeof surveyInput): HouseholdScoreEvent => ({
  type: 'ScoringInputRecorded',
  data,
});
const withdraw = (of: string) => ({ type: 'WithdrawScoringInput', householdId, factId: of }) as const;
const inputWithdrawn = (of: string): HouseholdScoreEvent => ({
  type: 'ScoringInputWithdrawn',
  data: { householdId, factId: of },
});
const scoreWithdrawn = (of: string, validFrom: string): HouseholdScoreEvent => ({
  type: 'HouseholdScoreWithdrawn',
  data: { ...householdScoreWithdrawn.examples[0], householdId, round: 2561, ruleset, validFrom, factId: of },
});
/** The example's score, without the register it was also made of. */
const scoreOfSurveyAlone: HouseholdScoreEvent = {
  type: 'HouseholdScored',
  data: {
    ...scored,
    members: scored.members.map((member) => ({ ...member, registered: false, verified: false })),
    targetPersons: 0,
    basedOn: scored.basedOn.filter(({ kind }) => kind === 'survey'),
  },
};

describe('telling a score that a fact was withdrawn', () => {
  test('of the round’s only survey withdraws the score from its valid day on', () =>
    given(score, told(surveyInput))
      .when(withdraw(factId))
      .then(inputWithdrawn(factId), scoreWithdrawn(factId, '2018-02-14')));

  test('of a register scores the same days again without it', () =>
    given(score, told(surveyInput), told(welfareInput!))
      .when(withdraw(welfareInput!.factId))
      .then(inputWithdrawn(welfareInput!.factId), scoreOfSurveyAlone));

  test('of a correction that was valid earlier withdraws its days and scores those of the earlier survey', () =>
    given(score, told(surveyInput), told({ ...surveyInput, factId: laterFact, validFrom: '2018-02-10' }))
      .when(withdraw(laterFact))
      .then(inputWithdrawn(laterFact), scoreWithdrawn(laterFact, '2018-02-10'), scoreOfSurveyAlone));

  test('of a correction that began later withdraws from that day on, and leaves the days before alone', () =>
    given(score, told(surveyInput), told({ ...surveyInput, factId: laterFact, validFrom: '2018-02-20' }))
      .when(withdraw(laterFact))
      .then(inputWithdrawn(laterFact), scoreWithdrawn(laterFact, '2018-02-20')));

  test('of a survey that a correction had replaced changes no score', () =>
    given(score, told(surveyInput), told({ ...surveyInput, factId: laterFact }))
      .when(withdraw(factId))
      .then(inputWithdrawn(factId)));

  test('before the fact itself is told keeps it from being scored when it is', () => {
    given(score).when(withdraw(factId)).then(inputWithdrawn(factId));
    given(score, inputWithdrawn(factId))
      .when({ type: 'RecordScoringInput', ...surveyInput })
      .then(told(surveyInput));
  });

  test('is nothing a second time', () =>
    given(score, told(surveyInput), inputWithdrawn(factId)).when(withdraw(factId)).thenNothing());
});
