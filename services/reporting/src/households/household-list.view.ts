import { householdScored, householdScoreWithdrawn, type DimensionName, type EventOf } from '@faemban/contracts';
import { defineView, type RecordedEvent } from '@faemban/event-sourcing';
import { rulesets as shippedRulesets } from '@faemban/reference-data';
import { rulesetKey, withoutScores, withScore, type Timeline } from './score-timeline';

/** One household of the list, by its newest score. */
export interface ListedHousehold {
  readonly householdId: string;
  readonly village: string;
  readonly round: number;
  /** `<ruleset id>/<version>`. */
  readonly ruleset: string;
  readonly validFrom: string;
  readonly isPoor: boolean;
  readonly failedDimensions: readonly DimensionName[];
  readonly members: number;
  readonly targetPersons: number;
}

type Scored = EventOf<typeof householdScored>;
/** What the list keeps of one score. */
export type ListedScore = Omit<ListedHousehold, 'householdId' | 'round' | 'ruleset' | 'validFrom'> & {
  readonly from: string;
};

/** Households by area and poverty, as they are now: by the latest score of the newest round, under the rule that ships. */
export const householdList = defineView<ListedHousehold>({
  name: 'household-list',
  version: 2,
  idOf: (event) => (isScore(event) || isWithdrawal(event) ? event.data.householdId : undefined),
  slices: { 'mpi-scoring': foldScore },
  show: (slices: { 'mpi-scoring'?: readonly Timeline<ListedScore>[] }, householdId) => {
    const [newest] = [...(slices['mpi-scoring'] ?? [])].sort(bySpeakingFor);
    const score = newest?.scores.at(-1);
    if (!newest || !score) return undefined;
    const { from, ...shown } = score;
    return { householdId, round: newest.round, ruleset: newest.ruleset, validFrom: from, ...shown };
  },
  indexes: { byArea: ['village'], byPoverty: ['isPoor', 'village'] },
});

function isScore(event: RecordedEvent): event is RecordedEvent<Scored> {
  return event.type === householdScored.type;
}

function isWithdrawal(event: RecordedEvent): event is RecordedEvent<EventOf<typeof householdScoreWithdrawn>> {
  return event.type === householdScoreWithdrawn.type;
}

function foldScore(
  timelines: readonly Timeline<ListedScore>[] = [],
  event: RecordedEvent,
): readonly Timeline<ListedScore>[] {
  if (isWithdrawal(event)) {
    const { ruleset, round, validFrom } = event.data;
    return withoutScores(timelines, rulesetKey(ruleset), round, validFrom);
  }
  if (!isScore(event)) return timelines;
  const { ruleset, round, validFrom, area, isPoor, failedDimensions, members, targetPersons } = event.data;
  return withScore(timelines, rulesetKey(ruleset), round, {
    from: validFrom,
    village: area.village,
    isPoor,
    failedDimensions,
    members: members.length,
    targetPersons,
  });
}

/**
 * Which timeline speaks for a household, first: that of the newest round; of one round, that of the rule that ships with the product, in
 * its newest version. Rulesets that a province publishes beside it are compared, not put in its place.
 */
function bySpeakingFor(one: Timeline<ListedScore>, other: Timeline<ListedScore>): number {
  const [oneId = '', oneVersion] = one.ruleset.split('/');
  const [otherId = '', otherVersion] = other.ruleset.split('/');
  const shipped = shippedRulesets[0]?.id;
  return (
    other.round - one.round ||
    Number(otherId === shipped) - Number(oneId === shipped) ||
    (oneId === otherId ? Number(otherVersion) - Number(oneVersion) : oneId < otherId ? -1 : 1)
  );
}
