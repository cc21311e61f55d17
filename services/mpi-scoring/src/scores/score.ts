import type { AreaRef, HouseholdScoreEvent, RulesetRef } from '@faemban/contracts';
import type { scoringInputRecorded, EventOf } from '@faemban/contracts';

type InputData = EventOf<typeof scoringInputRecorded>['data'];
type InputOf<Kind extends InputData['input']['kind']> = Pick<InputData, 'factId' | 'source' | 'validFrom'> &
  Extract<InputData['input'], { kind: Kind }>;

/** What a survey round said of the household. */
export type SurveyInput = InputOf<'survey'>;
/** What the welfare register of a year said of its members. */
export type WelfareInput = InputOf<'welfare'>;

/** Everything a household's scores hang on. Both lists ascend by valid day and hold only what is in force on some day. */
export interface ScoreState {
  /** Every fact that was ever recorded, so that none is taken twice. */
  readonly facts: readonly string[];
  /** Facts their sources withdrew. A withdrawal may become known before its fact does. */
  readonly withdrawn: readonly string[];
  /** Every input ever recorded, in the order of recording: what a withdrawn one had replaced comes back from here. */
  readonly told: readonly InputData[];
  readonly surveys: readonly SurveyInput[];
  readonly registers: readonly WelfareInput[];
  /** The rulesets the household is scored under: those known with any of its inputs, and those it was told of since. */
  readonly rulesets: readonly RulesetRef[];
}

export const noInputs: ScoreState = {
  facts: [],
  withdrawn: [],
  told: [],
  surveys: [],
  registers: [],
  rulesets: [],
};

/** Folds a household's score. Scores follow from the inputs and are not kept, only under which rulesets there are to be any. */
export function evolve(state: ScoreState, event: HouseholdScoreEvent): ScoreState {
  switch (event.type) {
    case 'ScoringInputRecorded':
      return withTold(state, event.data);
    case 'ScoringInputWithdrawn':
      return withoutFact(state, event.data.factId);
    case 'HouseholdScored': {
      const rulesets = withRulesets(state.rulesets, [event.data.ruleset]);
      return rulesets === state.rulesets ? state : { ...state, rulesets };
    }
    case 'HouseholdScoreWithdrawn':
      return state;
  }
}

function withTold(state: ScoreState, input: InputData): ScoreState {
  const rulesets = withRulesets(state.rulesets, input.rulesets);
  const known = { ...state, facts: [...state.facts, input.factId], told: [...state.told, input], rulesets };
  return state.withdrawn.includes(input.factId) ? known : withInput(known, input);
}

/** As if the fact had never been told: whatever it had replaced is in force again. */
function withoutFact(state: ScoreState, factId: string): ScoreState {
  const withdrawn = [...state.withdrawn, factId];
  const still = state.told.filter((input) => !withdrawn.includes(input.factId));
  return still.reduce(withInput, { ...state, withdrawn, surveys: [], registers: [] });
}

/** The rulesets of both lists, each once; the first list itself where the other has nothing new. */
export function withRulesets(known: readonly RulesetRef[], more: readonly RulesetRef[]): readonly RulesetRef[] {
  const added = more.filter((ref) => !known.some(({ id, version }) => id === ref.id && version === ref.version));
  return added.length === 0 ? known : [...known, ...added];
}

/**
 * A survey of a round that was surveyed before is a correction: it replaces what was known of the round from its own valid day on.
 * The same holds for the register of a year.
 */
function withInput(state: ScoreState, { factId, source, validFrom, input }: InputData): ScoreState {
  if (input.kind === 'survey') {
    const kept = state.surveys.filter((known) => known.round !== input.round || known.validFrom < validFrom);
    return { ...state, surveys: byValidDay([...kept, { factId, source, validFrom, ...input }]) };
  }
  const kept = state.registers.filter(
    (known) => known.registerYear !== input.registerYear || known.validFrom < validFrom,
  );
  return { ...state, registers: byValidDay([...kept, { factId, source, validFrom, ...input }]) };
}

/** Keeps the order of recording among inputs of one day. */
function byValidDay<Input extends { readonly validFrom: string }>(inputs: readonly Input[]): readonly Input[] {
  return inputs.length < 2
    ? inputs
    : [...inputs].sort((one, other) =>
        one.validFrom < other.validFrom ? -1 : one.validFrom > other.validFrom ? 1 : 0,
      );
}

/** A stretch of days of one round on which the same inputs are in force: the set that is scored once. */
export interface Segment {
  /** The latest of the inputs' valid days. */
  readonly validFrom: string;
  readonly survey: SurveyInput;
  /** At most one a register year, ascending by valid day. */
  readonly registers: readonly WelfareInput[];
}

/** The segments of a round, ascending. There are none before the round's first survey. */
export function segmentsOf(state: ScoreState, round: number): readonly Segment[] {
  const surveys = state.surveys.filter((survey) => survey.round === round);
  const first = surveys[0];
  if (!first) return [];
  const days = new Set(surveys.map(({ validFrom }) => validFrom));
  for (const { validFrom } of state.registers) if (validFrom > first.validFrom) days.add(validFrom);
  return [...days].sort().map((day) => ({
    validFrom: day,
    survey: surveys.findLast(({ validFrom }) => validFrom <= day) ?? first,
    registers: registersOn(state, day),
  }));
}

/** Whether two segments are scores of the same inputs. */
export function isSameSegment(one: Segment, other: Segment | undefined): boolean {
  return (
    one.validFrom === other?.validFrom &&
    one.survey.factId === other.survey.factId &&
    one.registers.length === other.registers.length &&
    one.registers.every(({ factId }, index) => factId === other.registers[index]?.factId)
  );
}

/** The rounds a household was surveyed in, ascending. */
export function roundsOf(state: ScoreState): readonly number[] {
  return [...new Set(state.surveys.map(({ round }) => round))].sort((one, other) => one - other);
}

/** Where the household lives by its latest survey. */
export function areaOf(state: ScoreState): AreaRef | undefined {
  return state.surveys.at(-1)?.area;
}

function registersOn(state: ScoreState, day: string): readonly WelfareInput[] {
  const begun = state.registers.filter(({ validFrom }) => validFrom <= day);
  return begun.filter(
    (register, index) => !begun.slice(index + 1).some((later) => later.registerYear === register.registerYear),
  );
}
