import { householdScored, scoringInputRecorded, type EventOf, type HouseholdScoreEvent } from '@faemban/contracts';
import { defineAggregate, type Aggregate } from '@faemban/event-sourcing';
import { rulesets as shippedRulesets, type Ruleset, type TpmapDimension } from '@faemban/reference-data';
import { createMethod, type Method } from '../method/assess';
import { scoreSegment } from './household-scored';
import { areaOf, evolve, isSameSegment, noInputs, roundsOf, segmentsOf, type ScoreState } from './score';

/** Tells a household's score one fact it depends on. `factId` is the id of the event the fact was published with. */
export type RecordScoringInput = {
  readonly type: 'RecordScoringInput';
} & EventOf<typeof scoringInputRecorded>['data'];

/** Everything a household's score can be asked to do. */
export type ScoreCommand = RecordScoringInput;

/** A household's score. Its stream lives in the household's partition. */
export function createScore(
  rulesets: readonly Ruleset<TpmapDimension>[] = shippedRulesets,
): Aggregate<ScoreState, ScoreCommand, HouseholdScoreEvent> {
  const methods = rulesets.map((ruleset) => createMethod(ruleset));
  return defineAggregate<ScoreState, ScoreCommand, HouseholdScoreEvent>({
    name: 'score',
    context: 'mpi-scoring',
    events: [scoringInputRecorded, householdScored],
    decider: { initialState: noInputs, decide: (command, state) => recordInput(command, state, methods), evolve },
    streamOf: ({ householdId }) => `score-${householdId}`,
    partitionOf: ({ householdId }) => householdId,
    subjectsOf: ({ data }) => [data.householdId],
    areaOf: ({ input }, state) => (input.kind === 'survey' ? input.area : areaOf(state))?.village,
  });
}

/** A fact that is known already changes nothing: policies deliver more than once, and imports are repeated. */
function recordInput(
  { type: _, ...data }: RecordScoringInput,
  state: ScoreState,
  methods: readonly Method<TpmapDimension>[],
): readonly HouseholdScoreEvent[] {
  if (state.facts.includes(data.factId)) return [];
  const input: HouseholdScoreEvent = { type: 'ScoringInputRecorded', data };
  return [input, ...scoresAfter(data.householdId, state, evolve(state, input), methods)];
}

/**
 * What has to be scored because of a new input: of every round, the first segment that is not as it was and all that follow, once per
 * ruleset for that round. Whoever reads scores may therefore take each one as replacing the round's scores from its valid day on.
 */
function scoresAfter(
  householdId: string,
  before: ScoreState,
  after: ScoreState,
  methods: readonly Method<TpmapDimension>[],
): readonly HouseholdScoreEvent[] {
  return roundsOf(after).flatMap((round) => {
    const known = segmentsOf(before, round);
    const segments = segmentsOf(after, round);
    const firstChanged = segments.findIndex((segment, index) => !isSameSegment(segment, known[index]));
    if (firstChanged < 0) return [];
    const changed = segments.slice(firstChanged);
    return methods
      .filter(({ ruleset: { dataYears } }) => dataYears.from <= round && round <= dataYears.to)
      .flatMap((method) => changed.map((segment) => scoreSegment(householdId, segment, method)));
  });
}
