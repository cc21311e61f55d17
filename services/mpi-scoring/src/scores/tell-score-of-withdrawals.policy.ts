import { householdSurveyWithdrawn, welfareRegistrationWithdrawn } from '@faemban/contracts';
import { definePolicy } from '@faemban/event-sourcing';
import type { WithdrawScoringInput } from './score.decisions';

/** What every withdrawal of a fact says to a score. */
const withdraw = (data: {
  readonly householdId: string;
  readonly withdrawnEventId: string;
}): readonly WithdrawScoringInput[] => [
  { type: 'WithdrawScoringInput', householdId: data.householdId, factId: data.withdrawnEventId },
];

/** A survey that was withdrawn no longer counts in the household's score. */
export const tellScoreOfWithdrawnSurvey = definePolicy({
  key: 'tell-score-of-withdrawn-survey',
  on: householdSurveyWithdrawn,
  startAt: 'beginning',
  react: ({ data }) => withdraw(data),
});

/** Nor does what a withdrawn register said of its members. */
export const tellScoreOfWithdrawnWelfare = definePolicy({
  key: 'tell-score-of-withdrawn-welfare',
  on: welfareRegistrationWithdrawn,
  startAt: 'beginning',
  react: ({ data }) => withdraw(data),
});
