import { householdScored, householdScoreWithdrawn, type EventOf } from '@faemban/contracts';
import { defineTally, type Contribution, type RecordedEvent, type Tally } from '@faemban/event-sourcing';
import { addDays } from '@faemban/thai';
import {
  rulesetKey,
  stretchesOfCurrent,
  stretchesOfRound,
  withoutScores,
  withScore,
  type Stretch,
  type Timeline,
} from '../households/score-timeline';
import { at, indicatorCount, measureNames, setOf } from './measures';

/** What counts of one score. Kept for every household of a province, so it is small. */
export interface CountedScore {
  readonly from: string;
  readonly village: string;
  readonly isMunicipal: boolean;
  /** The exact set of failed dimensions of a poor household; 0 for one that is not poor under the ruleset, whatever it fails. */
  readonly set: number;
  readonly members: number;
  readonly registered: number;
  readonly verified: number;
  readonly elderly: number;
  readonly disabled: number;
  readonly chronic: number;
  readonly happiness: number | null;
  readonly answers: string;
}

/** The series in which a household counts with its newest score, whatever round that is of. */
export const currentRound = 'current';

/** The levels at which areas are counted. A village is either in a tambon or in a municipality. */
export const figureLevels = ['village', 'tambon', 'municipality', 'district', 'province'] as const;
export type FigureLevel = (typeof figureLevels)[number];

/**
 * Exact counts of households and persons per area, over valid and known days. Two series for every ruleset: a survey round's own
 * (`2561`: from a score's valid day until that round is scored anew or the score is withdrawn) and `current` (until the household's next round).
 */
export const areaFigures: Tally<readonly Timeline<CountedScore>[]> = defineTally({
  name: 'area-figures',
  version: 2,
  context: 'mpi-scoring',
  idOf: (event) => (isScore(event) || isWithdrawal(event) ? event.data.householdId : undefined),
  fold: (timelines = [], event) => {
    if (isScore(event)) {
      return withScore(timelines, rulesetKey(event.data.ruleset), event.data.round, countedOf(event.data));
    }
    if (!isWithdrawal(event)) return timelines;
    const { ruleset, round, validFrom } = event.data;
    return withoutScores(timelines, rulesetKey(ruleset), round, validFrom);
  },
  measures: measureNames,
  contributions,
});

type ScoredEvent = EventOf<typeof householdScored>;

function isScore(event: RecordedEvent): event is RecordedEvent<ScoredEvent> {
  return event.type === householdScored.type;
}

function isWithdrawal(event: RecordedEvent): event is RecordedEvent<EventOf<typeof householdScoreWithdrawn>> {
  return event.type === householdScoreWithdrawn.type;
}

function countedOf(data: ScoredEvent['data']): CountedScore {
  const counts = { registered: 0, verified: 0, elderly: 0, disabled: 0, chronic: 0 };
  for (const member of data.members) {
    if (member.registered) counts.registered++;
    if (member.verified) counts.verified++;
    if (member.elderly) counts.elderly++;
    if (member.disabled) counts.disabled++;
    if (member.chronic) counts.chronic++;
  }
  return {
    from: data.validFrom,
    village: data.area.village,
    isMunicipal: data.area.municipality !== null,
    set: data.isPoor ? setOf(data.failedDimensions) : 0,
    members: data.members.length,
    ...counts,
    happiness: data.happiness,
    answers: data.answers,
  };
}

function contributions(timelines: readonly Timeline<CountedScore>[]): readonly Contribution[] {
  const vectors = new Map<CountedScore, ReadonlyMap<number, number>>();
  const vectorOf = (score: CountedScore): ReadonlyMap<number, number> => {
    const known = vectors.get(score);
    if (known) return known;
    const vector = measure(score);
    vectors.set(score, vector);
    return vector;
  };
  const booked: Contribution[] = [];
  const book = (ruleset: string, round: string, stretches: readonly Stretch<CountedScore>[]): void => {
    for (const { score, from, until } of stretches) {
      const add = vectorOf(score);
      const areas = areasOf(score);
      booked.push(
        until === undefined
          ? { areas, round, ruleset, from, add }
          : { areas, round, ruleset, from, to: addDays(until, -1), add },
      );
    }
  };
  for (const timeline of timelines) book(timeline.ruleset, `${timeline.round}`, stretchesOfRound(timeline));
  for (const ruleset of new Set(timelines.map((timeline) => timeline.ruleset))) {
    book(ruleset, currentRound, stretchesOfCurrent(timelines, ruleset));
  }
  return booked;
}

/** TPMAP's village codes begin with the codes of the areas they lie in. */
function areasOf({ village, isMunicipal }: CountedScore): Readonly<Record<string, string>> {
  return {
    village,
    [isMunicipal ? 'municipality' : 'tambon']: village.slice(0, 6),
    district: village.slice(0, 4),
    province: village.slice(0, 2),
  };
}

function measure(score: CountedScore): ReadonlyMap<number, number> {
  const vector = new Map<number, number>();
  const put = (index: number, amount: number): void => {
    if (amount !== 0) vector.set(index, amount);
  };
  put(at.households(score.set), 1);
  put(at.members(score.set), score.members);
  put(at.registered(score.set), score.registered);
  put(at.verified(score.set), score.verified);
  put(at.elderly, score.elderly);
  put(at.disabled, score.disabled);
  put(at.chronic, score.chronic);
  if (score.happiness !== null) {
    put(at.happinessSum, score.happiness);
    put(at.happinessCount, 1);
  }
  for (let indicator = 1; indicator <= indicatorCount; indicator++) {
    const answer = score.answers[indicator - 1];
    if (answer === 'n' || answer === 'u') put(at.unanswered(indicator), score.members);
    if (answer !== 'f') continue;
    put(at.failed(indicator), score.members);
    if (score.set !== 0) put(at.targetFailing(score.set, indicator), score.verified);
  }
  return vector;
}
