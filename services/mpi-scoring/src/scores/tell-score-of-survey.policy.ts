import { householdSurveyed, type RulesetRef } from '@faemban/contracts';
import { definePolicy, type Policy } from '@faemban/event-sourcing';
import type { RecordScoringInput } from './score.decisions';

/** A survey of a household is told to its score, without what scoring has no use for, with the rulesets known by then. */
export function tellScoreOfSurvey(known: {
  readonly refs: readonly RulesetRef[];
}): Policy<typeof householdSurveyed, RecordScoringInput> {
  return definePolicy({
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
        rulesets: [...known.refs],
      },
    ],
  });
}
