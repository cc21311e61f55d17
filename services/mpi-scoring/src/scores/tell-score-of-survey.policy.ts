import { householdSurveyed } from '@faemban/contracts';
import { definePolicy } from '@faemban/event-sourcing';
import type { RecordScoringInput } from './score.decisions';

/** A survey of a household is told to its score, without what scoring has no use for. */
export const tellScoreOfSurvey = definePolicy({
  key: 'tell-score-of-survey',
  on: householdSurveyed,
  startAt: 'beginning',
  react: ({ id, data }): readonly RecordScoringInput[] => [
    {
      type: 'RecordScoringInput',
      householdId: data.householdId,
      factId: id,
      source: data.source,
      validFrom: data.surveyedOn,
      input: {
        kind: 'survey',
        round: data.round,
        area: data.area,
        answers: data.answers,
        figures: data.figures,
        happiness: data.happiness,
        members: data.members.map(({ personId, elderly, disabled, chronic }) => ({
          personId,
          elderly,
          disabled,
          chronic,
        })),
      },
    },
  ],
});
