import type { HouseholdScoreEvent } from '@faemban/contracts';
import { recorded } from '@faemban/event-sourcing/testing';
import { tpmap2561 } from '@faemban/reference-data';
import fc from 'fast-check';
import { scoreUnderRuleset } from '../rulesets/score-under-ruleset.policy';
import { bookOf } from '../testing/book-of';
import { createScore, type RecordScoringInput, type ScoreCommand, type WithdrawScoringInput } from './score.decisions';

const householdId = '0198b2d0-7c01-7000-8000-000000000001';
const persons = [11, 12, 13].map((number) => `0198b2d0-7c02-7000-8000-0000000000${number}`);
const day = fc.integer({ min: 1, max: 10 }).map((number) => `2018-02-${String(number).padStart(2, '0')}`);
const answers = fc.constantFrom('p'.repeat(31), `${'p'.repeat(21)}f${'p'.repeat(9)}`, `f${'p'.repeat(30)}`);
const area = {
  sourceCode: '8417010101',
  village: '8417010101',
  tambon: '841701',
  municipality: null,
  district: '8417',
  province: '84',
  crosswalkVersion: 'tpmap-2561.1',
};

const first = { id: 'tpmap-2561', version: 1 };
const second = { id: 'tpmap-2561', version: 2 };
const book = bookOf(tpmap2561, { ...tpmap2561, version: 2 });

const surveyInput = fc.record({
  kind: fc.constant('survey' as const),
  round: fc.constantFrom(2561, 2562),
  area: fc.constant(area),
  answers,
  figures: fc.constant({ incomeSatang: 1, birthWeightG: null, drinkingWaterL: null, utilityWaterL: null }),
  happiness: fc.constant(null),
  members: fc
    .subarray(persons, { minLength: 1 })
    .map((ids) => ids.map((personId) => ({ personId, elderly: false, disabled: false, chronic: false }))),
});
const welfareInput = fc.record({
  kind: fc.constant('welfare' as const),
  registerYear: fc.constantFrom(2560, 2561),
  registrations: fc
    .subarray(persons, { minLength: 1 })
    .chain((ids) =>
      fc.tuple(...ids.map((personId) => fc.boolean().map((verified) => ({ personId, registered: true, verified })))),
    ),
});
const commands = fc
  .array(fc.tuple(day, fc.oneof(surveyInput, welfareInput)), { minLength: 1, maxLength: 8 })
  .map((inputs) =>
    inputs.map(([validFrom, input], index): RecordScoringInput => ({
      type: 'RecordScoringInput',
      householdId,
      factId: `0198b2d0-7c03-7000-8000-00000000000${index}`,
      source: 'cdd-bmn',
      validFrom,
      input,
      rulesets: [first],
    })),
  );

const factIdOf = (index: number): string => `0198b2d0-7c03-7000-8000-00000000000${index}`;

/** The same facts with withdrawals of some of them anywhere between, also before the fact itself is told, and told twice. */
const withWithdrawals = commands.chain((list) =>
  fc
    .array(fc.tuple(fc.nat(list.length), fc.nat(list.length - 1)), { maxLength: 6 })
    .map((withdrawals) =>
      withdrawals.reduce<readonly (RecordScoringInput | WithdrawScoringInput)[]>(
        (mixed, [at, which]) => [
          ...mixed.slice(0, at),
          { type: 'WithdrawScoringInput', householdId, factId: factIdOf(which) },
          ...mixed.slice(at),
        ],
        list,
      ),
    ),
);

type Scored = Extract<HouseholdScoreEvent, { type: 'HouseholdScored' }>['data'];

/** The day's score of a round, told plainly: the survey recorded last, and of each year the register recorded last. */
function expectedOn(known: readonly RecordScoringInput[], round: number, on: string) {
  const begun = known.filter(({ validFrom }) => validFrom <= on);
  const survey = begun.findLast(({ input }) => input.kind === 'survey' && input.round === round);
  if (survey?.input.kind !== 'survey') return undefined;
  const registers = [2560, 2561].flatMap(
    (year) => begun.findLast(({ input }) => input.kind === 'welfare' && input.registerYear === year) ?? [],
  );
  return { survey: survey.input, facts: new Set([survey.factId, ...registers.map(({ factId }) => factId)]) };
}

/** What a reader of scores has of each round: a score replaces, and a withdrawal ends, what was known from its day on. */
function read(scores: Map<number, Scored[]>, event: HouseholdScoreEvent): void {
  if (event.type !== 'HouseholdScored' && event.type !== 'HouseholdScoreWithdrawn') return;
  const { round, validFrom } = event.data;
  const kept = (scores.get(round) ?? []).filter((score) => score.validFrom < validFrom);
  scores.set(round, event.type === 'HouseholdScored' ? [...kept, event.data] : kept);
}

function expectScoresOf(facts: readonly RecordScoringInput[], scores: ReadonlyMap<number, readonly Scored[]>): void {
  for (const round of [2561, 2562]) {
    for (let number = 1; number <= 11; number++) {
      const on = `2018-02-${String(number).padStart(2, '0')}`;
      const score = scores.get(round)?.findLast(({ validFrom }) => validFrom <= on);
      const expected = expectedOn(facts, round, on);
      expect(score?.answers).toBe(expected?.survey.answers);
      expect(new Set(score?.basedOn.map(({ factId }) => factId))).toEqual(expected?.facts ?? new Set());
      expect(score?.validFrom).toBe(
        score?.basedOn
          .map(({ validFrom }) => validFrom)
          .sort()
          .at(-1),
      );
    }
  }
}

describe('scores of a household, whatever order its facts arrive in', () => {
  test('each day of each round has exactly the score of the facts known by then', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { decider } = createScore(book);
        let state = decider.initialState;
        const scores = new Map<number, Scored[]>();
        for (const [index, command] of list.entries()) {
          const events = decider.decide(command, state, { commandId: command.factId } as never);
          state = events.reduce((folded, event) => decider.evolve(folded, event), state);
          for (const event of events) read(scores, event);
          expect(events.some(({ type }) => type === 'HouseholdScoreWithdrawn')).toBe(false);
          expectScoresOf(list.slice(0, index + 1), scores);
          expect(decider.decide(command, state, { commandId: command.factId } as never)).toEqual([]);
        }
      }),
    );
  });

  test('each day of each round has exactly the score of the facts known and not withdrawn by then', () => {
    fc.assert(
      fc.property(withWithdrawals, (list) => {
        const { decider } = createScore(book);
        let state = decider.initialState;
        const scores = new Map<number, Scored[]>();
        const told: RecordScoringInput[] = [];
        const withdrawn = new Set<string>();
        for (const command of list) {
          const events = decider.decide(command, state, { commandId: command.factId } as never);
          state = events.reduce((folded, event) => decider.evolve(folded, event), state);
          for (const event of events) read(scores, event);
          if (command.type === 'RecordScoringInput') told.push(command);
          else withdrawn.add(command.factId);
          expectScoresOf(
            told.filter(({ factId }) => !withdrawn.has(factId)),
            scores,
          );
          expect(decider.decide(command, state, { commandId: command.factId } as never)).toEqual([]);
        }
      }),
    );
  });
});

describe('scores under a ruleset that is published while facts arrive', () => {
  /** Per command: whether who gave it knew the ruleset already, and how many of the waiting households' commands come before it. */
  const knowing = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 2 })), { minLength: 14, maxLength: 14 });

  test('are those of all facts that were not withdrawn in the end, whoever knew of it when', () => {
    fc.assert(
      fc.property(withWithdrawals, knowing, (list, known) => {
        const { decider } = createScore(book);
        const [, published] = book.published;
        if (published === undefined) throw new Error('A second ruleset is published.');
        const policy = scoreUnderRuleset(published.ruleset);
        const waiting: ScoreCommand[] = [];
        const scores = new Map<number, Scored[]>();
        let state = decider.initialState;
        const handle = (command: ScoreCommand): void => {
          const events = decider.decide(command, state, {} as never);
          state = events.reduce((folded, event) => decider.evolve(folded, event), state);
          for (const event of events) {
            if (event.type === 'ScoringInputRecorded') waiting.push(...policy.react(recorded(event)));
            if ('ruleset' in event.data && event.data.ruleset.version === second.version) read(scores, event);
          }
        };
        for (const [index, command] of list.entries()) {
          const [isKnown = false, before = 0] = known[index] ?? [];
          for (const one of waiting.splice(0, before)) handle(one);
          const rulesets = isKnown ? [first, second] : [first];
          handle(command.type === 'RecordScoringInput' ? { ...command, rulesets } : command);
        }
        for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) handle(one);
        const withdrawn = new Set(list.flatMap((each) => (each.type === 'WithdrawScoringInput' ? [each.factId] : [])));
        const told = list.flatMap((each) => (each.type === 'RecordScoringInput' ? [each] : []));
        expectScoresOf(
          told.filter(({ factId }) => !withdrawn.has(factId)),
          scores,
        );
      }),
      { numRuns: 500 },
    );
  });
});
