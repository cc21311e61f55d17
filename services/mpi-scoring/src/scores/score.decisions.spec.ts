import { given } from '@faemban/event-sourcing/testing';
import { tpmap2561, type Ruleset, type TpmapDimension } from '@faemban/reference-data';
import { bookOf } from '../testing/book-of';
import { createScore, type RecordScoringInput, type ScoreCommand } from './score.decisions';

const householdId = '0198b2d0-7c01-7000-8000-000000000001';
const mother = '0198b2d0-7c02-7000-8000-000000000011';
const child = '0198b2d0-7c02-7000-8000-000000000012';
const fact = (number: number): string => `0198b2d0-7c03-7000-8000-${String(number).padStart(12, '0')}`;
const area = {
  sourceCode: '8417010101',
  village: '8417010101',
  tambon: '841701',
  municipality: null,
  district: '8417',
  province: '84',
  crosswalkVersion: 'tpmap-2561.1',
};
const passing = 'nnnpppppppppppnpnnppnpppppnnppp';
const incomeFailed = 'nnnpppppppppppnpnnppnfppppnnppp';

function survey(factId: string, validFrom: string, answers: string, round = 2561): RecordScoringInput {
  return {
    type: 'RecordScoringInput',
    householdId,
    factId,
    source: 'cdd-bmn',
    validFrom,
    input: {
      kind: 'survey',
      round,
      area,
      answers,
      figures: { incomeSatang: 6_000_001, birthWeightG: null, drinkingWaterL: 6, utilityWaterL: 60 },
      happiness: 8,
      members: [
        { personId: mother, elderly: false, disabled: false, chronic: true },
        { personId: child, elderly: false, disabled: false, chronic: false },
      ],
    },
    rulesets: [first],
  };
}

function register(factId: string, validFrom: string, verified: readonly string[], year = 2560): RecordScoringInput {
  return {
    type: 'RecordScoringInput',
    householdId,
    factId,
    source: 'mof-welfare',
    validFrom,
    input: {
      kind: 'welfare',
      registerYear: year,
      registrations: [mother, child].map((personId) => {
        return { personId, registered: true, verified: verified.includes(personId) };
      }),
    },
    rulesets: [first],
  };
}

const first = { id: 'tpmap-2561', version: 1 };
const stricter: Ruleset<TpmapDimension> = {
  ...tpmap2561,
  version: 2,
  identification: { kind: 'atLeast', dimensions: 2 },
};
const second = { id: 'tpmap-2561', version: 2 };
const score = createScore(bookOf(tpmap2561, stricter));

/** Runs commands one after another; what each of them recorded. */
function recordedBy(...commands: readonly RecordScoringInput[]) {
  let state = score.decider.initialState;
  return commands.map((command) => {
    const context = { commandId: command.factId } as Parameters<typeof score.decider.decide>[2];
    const events = score.decider.decide(command, state, context);
    state = events.reduce((folded, event) => score.decider.evolve(folded, event), state);
    return events;
  });
}

/** The last command's scores, in short. */
function scoresOf(...commands: readonly RecordScoringInput[]) {
  return (recordedBy(...commands).at(-1) ?? []).flatMap((event) =>
    event.type === 'HouseholdScored'
      ? [
          [
            event.data.validFrom,
            event.data.isPoor,
            event.data.targetPersons,
            event.data.basedOn.map((each) => each.factId),
          ],
        ]
      : [],
  );
}

const { type: _, ...firstSurvey } = survey(fact(1), '2018-02-14', incomeFailed);

describe('telling a score of a survey', () => {
  test('scores the household and explains every failed indicator', () =>
    given(score)
      .when(survey(fact(1), '2018-02-14', incomeFailed))
      .then(
        { type: 'ScoringInputRecorded', data: firstSurvey },
        {
          type: 'HouseholdScored',
          data: {
            householdId,
            round: 2561,
            ruleset: { id: 'tpmap-2561', version: 1 },
            validFrom: '2018-02-14',
            area,
            answers: incomeFailed,
            happiness: 8,
            members: [
              { personId: mother, elderly: false, disabled: false, chronic: true, registered: false, verified: false },
              { personId: child, elderly: false, disabled: false, chronic: false, registered: false, verified: false },
            ],
            failedDimensions: ['income'],
            isPoor: true,
            targetPersons: 0,
            failed: [
              {
                indicator: 22,
                dimension: 'income',
                measured: { value: 30_000, threshold: 38_000, unit: 'baht/person/year' },
              },
            ],
            basedOn: [{ factId: fact(1), kind: 'survey', source: 'cdd-bmn', validFrom: '2018-02-14' }],
          },
        },
      ));

  test('does nothing the second time', () =>
    given(score, { type: 'ScoringInputRecorded', data: firstSurvey })
      .when(survey(fact(1), '2018-02-14', incomeFailed))
      .thenNothing());

  test('records the fact of a round no ruleset is for, and scores nothing', () => {
    expect(recordedBy(survey(fact(1), '2022-02-14', incomeFailed, 2565))[0]?.map(({ type }) => type)).toEqual([
      'ScoringInputRecorded',
    ]);
  });

  test('a failed indicator outside the rule is explained without a dimension and makes nobody poor', () => {
    const smoking = 'nnnpppppppppppnpnnppnpppfpnnppp';
    expect(recordedBy(survey(fact(1), '2018-02-14', smoking))[0]?.[1]).toMatchObject({
      data: { isPoor: false, failedDimensions: [], failed: [{ indicator: 25, dimension: null }] },
    });
  });

  test('mean income just under the line never reads as the line', () => {
    const command = survey(fact(1), '2018-02-14', incomeFailed);
    if (command.input.kind !== 'survey') throw new Error('A survey is expected.');
    const figures = { ...command.input.figures, incomeSatang: 7_599_999 };
    const [events] = recordedBy({ ...command, input: { ...command.input, figures } });
    expect(events?.[1]).toMatchObject({ data: { failed: [{ measured: { value: 37_999.99 } }] } });
  });
});

describe('telling a score of the welfare register', () => {
  test('before a survey keeps the fact and scores nothing', () => {
    expect(scoresOf(register(fact(2), '2017-10-01', [mother]))).toEqual([]);
  });

  test('known before the survey, counts in its first score', () => {
    expect(scoresOf(register(fact(2), '2017-10-01', [mother]), survey(fact(1), '2018-02-14', incomeFailed))).toEqual([
      ['2018-02-14', true, 1, [fact(2), fact(1)]],
    ]);
  });

  test('valid before the survey but known later, scores the survey day again', () => {
    expect(
      scoresOf(survey(fact(1), '2018-02-14', incomeFailed), register(fact(2), '2017-10-01', [mother, child])),
    ).toEqual([['2018-02-14', true, 2, [fact(2), fact(1)]]]);
  });

  test('valid after the survey, begins a score of its own day and leaves the first one alone', () => {
    expect(scoresOf(survey(fact(1), '2018-02-14', incomeFailed), register(fact(2), '2018-10-01', [mother]))).toEqual([
      ['2018-10-01', true, 1, [fact(1), fact(2)]],
    ]);
  });

  test('a verified person of a household that is not poor is no target person', () => {
    expect(scoresOf(register(fact(2), '2017-10-01', [mother]), survey(fact(1), '2018-02-14', passing))).toEqual([
      ['2018-02-14', false, 0, [fact(2), fact(1)]],
    ]);
  });

  test('the later register decides for whom it names', () => {
    expect(
      scoresOf(
        register(fact(2), '2017-10-01', [mother]),
        register(fact(3), '2018-01-01', [child], 2561),
        survey(fact(1), '2018-02-14', incomeFailed),
      ),
    ).toEqual([['2018-02-14', true, 1, [fact(2), fact(3), fact(1)]]]);
  });
});

describe('a survey that arrives late', () => {
  test('scores its own day and every later segment, in one append and in the order of days', () => {
    expect(
      scoresOf(
        survey(fact(1), '2018-03-01', passing),
        register(fact(2), '2018-10-01', [mother]),
        survey(fact(3), '2018-02-14', incomeFailed),
      ),
    ).toEqual([
      ['2018-02-14', true, 0, [fact(3)]],
      ['2018-10-01', true, 1, [fact(3), fact(2)]],
    ]);
  });

  test('a correction replaces the round from its own valid day on', () => {
    expect(scoresOf(survey(fact(1), '2018-02-14', incomeFailed), survey(fact(3), '2018-03-01', passing))).toEqual([
      ['2018-03-01', false, 0, [fact(3)]],
    ]);
  });

  test('of an earlier round leaves the later round alone', () => {
    expect(scoresOf(survey(fact(1), '2018-02-14', incomeFailed), survey(fact(3), '2017-02-14', passing, 2560))).toEqual(
      [['2017-02-14', false, 0, [fact(3)]]],
    );
  });
});

/** Ruleset version, valid day and verdict of every score the last of these commands recorded. */
function verdictsOf(...commands: readonly ScoreCommand[]) {
  let state = score.decider.initialState;
  let events: ReturnType<typeof score.decider.decide> = [];
  for (const command of commands) {
    events = score.decider.decide(command, state, {} as never);
    state = events.reduce((folded, event) => score.decider.evolve(folded, event), state);
  }
  return events.flatMap((event) =>
    event.type === 'HouseholdScored' ? [[event.data.ruleset.version, event.data.validFrom, event.data.isPoor]] : [],
  );
}

describe('several rulesets for a round', () => {
  test('score beside each other, never over each other', () => {
    const told = { ...survey(fact(1), '2018-02-14', incomeFailed), rulesets: [first, second] };
    expect(verdictsOf(told)).toEqual([
      [1, '2018-02-14', true],
      [2, '2018-02-14', false],
    ]);
  });
});

describe('telling a score of a ruleset that was published since', () => {
  const told = survey(fact(1), '2018-02-14', incomeFailed);
  const underSecond: ScoreCommand = { type: 'ScoreUnderRuleset', householdId, ruleset: second };

  test('scores everything there is under it, and nothing under the others', () => {
    expect(verdictsOf(told, register(fact(2), '2018-10-01', [mother]), underSecond)).toEqual([
      [2, '2018-02-14', false],
      [2, '2018-10-01', false],
    ]);
  });

  test('does nothing the second time, or where the household was scored under it from the start', () => {
    expect(verdictsOf(told, underSecond, underSecond)).toEqual([]);
    expect(verdictsOf({ ...told, rulesets: [first, second] }, underSecond)).toEqual([]);
  });

  test('does nothing before a survey, or for rounds the ruleset is not for', () => {
    expect(verdictsOf(underSecond)).toEqual([]);
    expect(verdictsOf(register(fact(2), '2017-10-01', [mother]), underSecond)).toEqual([]);
    expect(verdictsOf(survey(fact(1), '2022-02-14', incomeFailed, 2565), underSecond)).toEqual([]);
  });

  test('has whatever comes later scored under it too, even by who did not know of it', () => {
    expect(verdictsOf(told, underSecond, register(fact(2), '2018-10-01', [mother]))).toEqual([
      [1, '2018-10-01', true],
      [2, '2018-10-01', false],
    ]);
  });

  test('is an error where nobody published it', () => {
    const unknown: ScoreCommand = { type: 'ScoreUnderRuleset', householdId, ruleset: { id: 'nobody', version: 1 } };
    expect(() => verdictsOf(told, unknown)).toThrow('nobody/1');
  });
});
