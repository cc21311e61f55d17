import { householdScored, householdScoreWithdrawn, type AreaRef, type EventOf } from '@faemban/contracts';
import { defineView, type RecordedEvent } from '@faemban/event-sourcing';

type Scored = EventOf<typeof householdScored>;
type Withdrawn = EventOf<typeof householdScoreWithdrawn>;

/** A score as it is shown: everything but who the members are. */
export type ShownScore = Pick<
  Scored['data'],
  'round' | 'ruleset' | 'validFrom' | 'answers' | 'failedDimensions' | 'isPoor' | 'targetPersons' | 'failed' | 'basedOn'
> & {
  readonly area: AreaRef;
  readonly members: number;
  readonly recordedAt: string;
};

/** Every score of a household that is in force on some day: by ruleset and round, ascending by valid day. */
export interface HouseholdScores {
  readonly householdId: string;
  readonly scores: readonly ShownScore[];
}

/** The scores of each household. A new one replaces, and a withdrawal ends, those of its ruleset and round from its valid day on. */
export const householdScores = defineView<HouseholdScores>({
  name: 'household-scores',
  version: 2,
  idOf: (event) => (isScore(event) || isWithdrawal(event) ? event.data.householdId : undefined),
  slices: { 'mpi-scoring': foldScore },
  show: (slices: { 'mpi-scoring'?: readonly ShownScore[] }, householdId) => {
    const scores = slices['mpi-scoring'];
    return scores && scores.length > 0 ? { householdId, scores } : undefined;
  },
  indexes: {},
});

function isScore(event: RecordedEvent): event is RecordedEvent<Scored> {
  return event.type === householdScored.type;
}

function isWithdrawal(event: RecordedEvent): event is RecordedEvent<Withdrawn> {
  return event.type === householdScoreWithdrawn.type;
}

function foldScore(scores: readonly ShownScore[] = [], event: RecordedEvent): readonly ShownScore[] {
  if (isWithdrawal(event)) {
    const { data } = event;
    return scores.filter((known) => !isReplaced(known, data));
  }
  if (!isScore(event)) return scores;
  const { householdId: _, happiness: __, members, ...data } = event.data;
  const score: ShownScore = { ...data, members: members.length, recordedAt: event.recordedAt };
  return [...scores.filter((known) => !isReplaced(known, score)), score].sort(byRulesetRoundAndDay);
}

function isReplaced(known: ShownScore, by: Pick<ShownScore, 'round' | 'ruleset' | 'validFrom'>): boolean {
  return (
    known.round === by.round &&
    known.ruleset.id === by.ruleset.id &&
    known.ruleset.version === by.ruleset.version &&
    known.validFrom >= by.validFrom
  );
}

function byRulesetRoundAndDay(one: ShownScore, other: ShownScore): number {
  return (
    compare(one.ruleset.id, other.ruleset.id) ||
    one.ruleset.version - other.ruleset.version ||
    one.round - other.round ||
    compare(one.validFrom, other.validFrom)
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
