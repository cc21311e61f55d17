import {
  householdScored,
  householdScoreWithdrawn,
  scoringInputRecorded,
  scoringInputWithdrawn,
  type EventOf,
  type HouseholdScoreEvent,
  type RulesetRef,
} from '@faemban/contracts';
import { defineAggregate, type Aggregate } from '@faemban/event-sourcing';
import type { TpmapDimension } from '@faemban/reference-data';
import type { Method } from '../method/assess';
import { isMeantFor, type RulesetBook } from '../rulesets/ruleset-book';
import { scoreSegment } from './household-scored';
import { changedSegments } from './changed-segments';
import { areaOf, evolve, noInputs, roundsOf, segmentsOf, withRulesets, type ScoreState, type Segment } from './score';

/**
 * Tells a household's score one fact it depends on. `factId` is the id of the event the fact was published with; `rulesets` are those
 * that are known.
 */
export type RecordScoringInput = {
  readonly type: 'RecordScoringInput';
} & EventOf<typeof scoringInputRecorded>['data'];

/** Tells a household's score that a fact was withdrawn by its source. */
export type WithdrawScoringInput = {
  readonly type: 'WithdrawScoringInput';
} & EventOf<typeof scoringInputWithdrawn>['data'];

/** Has a household that was surveyed before scored under a ruleset that was published since, beside what it is scored under. */
export type ScoreUnderRuleset = {
  readonly type: 'ScoreUnderRuleset';
  readonly householdId: string;
  readonly ruleset: RulesetRef;
};

/** Everything a household's score can be asked to do. */
export type ScoreCommand = RecordScoringInput | WithdrawScoringInput | ScoreUnderRuleset;

/** What a ruleset says: the same for ever for the same version. */
type Methods = Pick<RulesetBook, 'methodOf'>;

/** A household's score. Its stream lives in the household's partition. */
export function createScore(methods: Methods): Aggregate<ScoreState, ScoreCommand, HouseholdScoreEvent> {
  return defineAggregate<ScoreState, ScoreCommand, HouseholdScoreEvent>({
    name: 'score',
    context: 'mpi-scoring',
    events: [scoringInputRecorded, householdScored, scoringInputWithdrawn, householdScoreWithdrawn],
    decider: {
      initialState: noInputs,
      decide(command, state) {
        switch (command.type) {
          case 'RecordScoringInput':
            return recordInput(command, state, methods);
          case 'WithdrawScoringInput':
            return withdrawInput(command, state, methods);
          case 'ScoreUnderRuleset':
            return scoreUnder(command, state, methods);
        }
      },
      evolve,
    },
    snapshots: { foldVersion: 1 },
    streamOf: ({ householdId }) => `score-${householdId}`,
    partitionOf: ({ householdId }) => householdId,
    subjectsOf: ({ data }) => [data.householdId],
    areaOf: (command, state) => (surveyedArea(command) ?? areaOf(state))?.village,
  });
}

function surveyedArea(command: ScoreCommand) {
  return command.type === 'RecordScoringInput' && command.input.kind === 'survey' ? command.input.area : undefined;
}

/** A fact that is known already changes nothing: policies deliver more than once, and imports are repeated. */
function recordInput(
  { type: _, ...told }: RecordScoringInput,
  state: ScoreState,
  methods: Methods,
): readonly HouseholdScoreEvent[] {
  if (state.facts.includes(told.factId)) return [];
  const rulesets = withRulesets(state.rulesets, told.rulesets);
  const input: HouseholdScoreEvent = { type: 'ScoringInputRecorded', data: { ...told, rulesets: [...rulesets] } };
  return [input, ...scoresAfter(told, state, evolve(state, input), rulesets, methods)];
}

/** Withdrawn once is withdrawn for good; a fact that is told again comes as an event, and so as a fact, of its own. */
function withdrawInput(
  { type: _, ...data }: WithdrawScoringInput,
  state: ScoreState,
  methods: Methods,
): readonly HouseholdScoreEvent[] {
  if (state.withdrawn.includes(data.factId)) return [];
  const withdrawal: HouseholdScoreEvent = { type: 'ScoringInputWithdrawn', data };
  return [withdrawal, ...scoresAfter(data, state, evolve(state, withdrawal), state.rulesets, methods)];
}

/**
 * What has to be said because an input came or went: of every round, once per ruleset for it, the scores from the first segment on that
 * is not as it was; under a ruleset the household has no scores under yet, all of the round. Each score replaces the round's scores from
 * its valid day on; days that no score replaces are withdrawn first.
 */
function scoresAfter(
  { householdId, factId }: { readonly householdId: string; readonly factId: string },
  before: ScoreState,
  after: ScoreState,
  rulesets: readonly RulesetRef[],
  methods: Methods,
): readonly HouseholdScoreEvent[] {
  const known = before.rulesets.map((ruleset) => methods.methodOf(ruleset));
  const added = rulesets.slice(before.rulesets.length).map((ruleset) => methods.methodOf(ruleset));
  const rounds = [...new Set([...roundsOf(before), ...roundsOf(after)])].sort((one, other) => one - other);
  return rounds.flatMap((round) => {
    const segments = segmentsOf(after, round);
    const { withdrawnFrom, changed } = changedSegments(segmentsOf(before, round), segments);
    const again = known
      .filter(({ ruleset }) => isMeantFor(ruleset, round))
      .flatMap((method): HouseholdScoreEvent[] => {
        const scores = scoresOf(householdId, round, changed, [method]);
        if (withdrawnFrom === undefined) return [...scores];
        const { id, version } = method.ruleset;
        const data = { householdId, round, ruleset: { id, version }, validFrom: withdrawnFrom, factId };
        return [{ type: 'HouseholdScoreWithdrawn', data }, ...scores];
      });
    return [...again, ...scoresOf(householdId, round, segments, added)];
  });
}

/**
 * Everything there is of the household, under one more ruleset. Once there is a score under it, every later input is scored under it
 * too, so that being told again finds nothing to do.
 */
function scoreUnder(
  { householdId, ruleset }: ScoreUnderRuleset,
  state: ScoreState,
  methods: Methods,
): readonly HouseholdScoreEvent[] {
  if (withRulesets(state.rulesets, [ruleset]) === state.rulesets) return [];
  const method = methods.methodOf(ruleset);
  return roundsOf(state).flatMap((round) => scoresOf(householdId, round, segmentsOf(state, round), [method]));
}

function scoresOf(
  householdId: string,
  round: number,
  segments: readonly Segment[],
  methods: readonly Method<TpmapDimension>[],
): readonly HouseholdScoreEvent[] {
  return methods
    .filter(({ ruleset }) => isMeantFor(ruleset, round))
    .flatMap((method) => segments.map((segment) => scoreSegment(householdId, segment, method)));
}
