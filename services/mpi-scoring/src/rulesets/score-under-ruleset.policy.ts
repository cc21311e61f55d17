import { scoringInputRecorded, type PublishedRuleset } from '@faemban/contracts';
import { definePolicy, type Policy } from '@faemban/event-sourcing';
import type { ScoreUnderRuleset } from '../scores/score.decisions';
import { isSameRef } from './rulebook';
import { isMeantFor } from './ruleset-book';

/**
 * Tells every household that was surveyed without a ruleset to score under it. It starts at the first event ever, so that old data is
 * scored under new rules, and goes on following the log: an input says which rulesets were known when it was taken in, so that one which
 * was decided while the ruleset was being published is noticed like an old one. What is scored already costs nothing.
 */
export function scoreUnderRuleset(ruleset: PublishedRuleset): Policy<typeof scoringInputRecorded, ScoreUnderRuleset> {
  const { id, version } = ruleset;
  return definePolicy({
    key: `score-under-${id}.${version}`,
    on: scoringInputRecorded,
    startAt: 'beginning',
    react: ({ data: { householdId, input, rulesets } }): readonly ScoreUnderRuleset[] => {
      const isMissing = input.kind === 'survey' && !rulesets.some((known) => isSameRef(known, ruleset));
      if (!isMissing || !isMeantFor(ruleset, input.round)) return [];
      return [{ type: 'ScoreUnderRuleset', householdId, ruleset: { id, version } }];
    },
  });
}
