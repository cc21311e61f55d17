import { rulesetApplied, rulesetPublished, type EventOf, type PublishedRuleset } from '@faemban/contracts';
import { defineView, type RecordedEvent } from '@faemban/event-sourcing';

/** A ruleset that figures can be asked under. */
export interface KnownRuleset {
  readonly ruleset: PublishedRuleset;
  /** Whether every household recorded before its publication has been scored under it; until then its figures are not complete. */
  readonly isApplied: boolean;
}

/** Every published ruleset, in the order of publication. One document: there are few, and all are read together. */
export interface PublishedRulesets {
  readonly rulesets: readonly KnownRuleset[];
}

/** The id of the one document: the rulebook's stream is called after its context. */
export const rulebookId = 'mpi-scoring';

/** The rulesets that scoring has published. */
export const publishedRulesets = defineView<PublishedRulesets>({
  name: 'published-rulesets',
  version: 1,
  idOf: (event) => (isAboutRulesets(event) ? rulebookId : undefined),
  slices: { 'mpi-scoring': fold },
  show: (slices: { 'mpi-scoring'?: readonly KnownRuleset[] }) => ({ rulesets: slices['mpi-scoring'] ?? [] }),
  indexes: {},
});

type About = EventOf<typeof rulesetPublished> | EventOf<typeof rulesetApplied>;

function isAboutRulesets(event: RecordedEvent): event is RecordedEvent & About {
  return event.type === rulesetPublished.type || event.type === rulesetApplied.type;
}

function fold(known: readonly KnownRuleset[] = [], event: RecordedEvent): readonly KnownRuleset[] {
  if (!isAboutRulesets(event)) return known;
  if (event.type === 'RulesetPublished') return [...known, { ruleset: event.data.ruleset, isApplied: false }];
  const { id, version } = event.data.ruleset;
  return known.map((each) =>
    each.ruleset.id === id && each.ruleset.version === version ? { ...each, isApplied: true } : each,
  );
}
