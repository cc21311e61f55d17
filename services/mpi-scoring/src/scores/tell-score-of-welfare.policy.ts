import { welfareRegistrationRecorded, type RulesetRef } from '@faemban/contracts';
import { definePolicy, type Policy } from '@faemban/event-sourcing';
import type { RecordScoringInput } from './score.decisions';

/** What the state-welfare register says of a household's members is told to its score, with the rulesets known by then. */
export function tellScoreOfWelfare(known: {
  readonly refs: readonly RulesetRef[];
}): Policy<typeof welfareRegistrationRecorded, RecordScoringInput> {
  return definePolicy({
    key: 'tell-score-of-welfare',
    on: welfareRegistrationRecorded,
    startAt: 'beginning',
    react: ({ id, data }): readonly RecordScoringInput[] => [
      {
        type: 'RecordScoringInput',
        householdId: data.householdId,
        factId: id,
        source: data.source,
        validFrom: data.validFrom,
        input: { kind: 'welfare', registerYear: data.registerYear, registrations: data.registrations },
        rulesets: [...known.refs],
      },
    ],
  });
}
