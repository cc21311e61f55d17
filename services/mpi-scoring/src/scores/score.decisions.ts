import {
  householdScored,
  householdScoreWithdrawn,
  scoringInputRecorded,
  scoringInputWithdrawn,
  type EventOf,
  type HouseholdScoreEvent,
} from '@faemban/contracts';
import { defineAggregate, type Aggregate } from '@faemban/event-sourcing';
import { rulesets as shippedRulesets, type Ruleset, type TpmapDimension } from '@faemban/reference-data';
import { createMethod, type Method } from '../method/assess';
import { scoreSegment } from './household-scored';
import { changedSegments } from './changed-segments';
import { areaOf, evolve, noInputs, roundsOf, segmentsOf, type ScoreState } from './score';

/** Tells a household's score one fact it depends on. `factId` is the id of the event the fact was published with. */
export type RecordScoringInput = {
  readonly type: 'RecordScoringInput';
} & EventOf<typeof scoringInputRecorded>['data'];

/** Tells a household's score that a fact was withdrawn by its source. */
export type WithdrawScoringInput = {
  readonly type: 'WithdrawScoringInput';
} & EventOf<typeof scoringInputWithdrawn>['data'];

/** Everything a household's score can be asked to do. */
export type ScoreCommand = RecordScoringInput | WithdrawScoringInput;

/** A household's score. Its stream lives in the household's partition. */
export function createScore(
  rulesets: readonly Ruleset<TpmapDimension>[] = shippedRulesets,
): Aggregate<ScoreState, ScoreCommand, HouseholdScoreEvent> {
  const methods = rulesets.map((ruleset) => createMethod(ruleset));
  return defineAggregate<ScoreState, ScoreCommand, HouseholdScoreEvent>({
    name: 'score',
    context: 'mpi-scoring',
    events: [scoringInputRecorded, householdScored, scoringInputWithdrawn, householdScoreWithdrawn],
    decider: {
      initialState: noInputs,
      decide: (command, state) =>
        command.type === 'RecordScoringInput'
          ? recordInput(command, state, methods)
          : withdrawInput(command, state, methods),
      evolve,
    },
    streamOf: ({ householdId }) => `score-${householdId}`,
    partitionOf: ({ householdId }) => householdId,
    subjectsOf: ({ data }) => [data.householdId],
    areaOf: (command, state) =>
      (command.type === 'RecordScoringInput' && command.input.kind === 'survey' ? command.input.area : areaOf(state))
        ?.village,
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
  return [input, ...scoresAfter(data, state, evolve(state, input), methods)];
}

/** Withdrawn once is withdrawn for good; a fact that is told again comes as an event, and so as a fact, of its own. */
function withdrawInput(
  { type: _, ...data }: WithdrawScoringInput,
  state: ScoreState,
  methods: readonly Method<TpmapDimension>[],
): readonly HouseholdScoreEvent[] {
  if (state.withdrawn.includes(data.factId)) return [];
  const withdrawal: HouseholdScoreEvent = { type: 'ScoringInputWithdrawn', data };
  return [withdrawal, ...scoresAfter(data, state, evolve(state, withdrawal), methods)];
}

/**
 * What has to be said because an input came or went: of every round, once per ruleset for it, the scores from the first segment on that
 * is not as it was. Each score replaces the round's scores from its valid day on; days that no score replaces are withdrawn first.
 */
function scoresAfter(
  { householdId, factId }: { readonly householdId: string; readonly factId: string },
  before: ScoreState,
  after: ScoreState,
  methods: readonly Method<TpmapDimension>[],
): readonly HouseholdScoreEvent[] {
  const rounds = [...new Set([...roundsOf(before), ...roundsOf(after)])].sort((one, other) => one - other);
  return rounds.flatMap((round) => {
    const { withdrawnFrom, changed } = changedSegments(segmentsOf(before, round), segmentsOf(after, round));
    return methods
      .filter(({ ruleset: { dataYears } }) => dataYears.from <= round && round <= dataYears.to)
      .flatMap((method): HouseholdScoreEvent[] => {
        const scores = changed.map((segment) => scoreSegment(householdId, segment, method));
        if (withdrawnFrom === undefined) return scores;
        const { id, version } = method.ruleset;
        const data = { householdId, round, ruleset: { id, version }, validFrom: withdrawnFrom, factId };
        return [{ type: 'HouseholdScoreWithdrawn', data }, ...scores];
      });
  });
}
