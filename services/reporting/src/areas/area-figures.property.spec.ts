import { dimensionNames, householdScored, householdScoreWithdrawn, type EventOf } from '@faemban/contracts';
import type { Contribution } from '@faemban/event-sourcing';
import { recorded } from '@faemban/event-sourcing/testing';
import fc from 'fast-check';
import type { Timeline } from '../households/score-timeline';
import { areaFigures, type CountedScore } from './area-figures.view';
import { at, dimensionSetCount, setOf } from './measures';

type Scored = EventOf<typeof householdScored>['data'];
const [example] = householdScored.examples;
const dayText = (day: number): string => `2018-02-${String(day).padStart(2, '0')}`;
const days = Array.from({ length: 13 }, (_, index) => dayText(index + 1));
const rounds = [2560, 2561, 2562];
const villages = ['8417010101', '8417510101', '8418020101'];

/** Scores of one household as they become known: of any round and day, so that most arrive late. */
const scoreKnown = fc.record({
  round: fc.constantFrom(...rounds),
  validFrom: fc.integer({ min: 1, max: 12 }).map(dayText),
  failedDimensions: fc.subarray([...dimensionNames]),
  isPoor: fc.boolean(),
  village: fc.constantFrom(...villages),
});
const history = fc.array(scoreKnown, { minLength: 1, maxLength: 8 });

/** The same with withdrawals between: from a day on, a round no longer has scores. */
const historyWithWithdrawals = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: scoreKnown },
    {
      weight: 1,
      arbitrary: fc.record({
        round: fc.constantFrom(...rounds),
        withdrawnFrom: fc.integer({ min: 1, max: 12 }).map(dayText),
      }),
    },
  ),
  { minLength: 1, maxLength: 10 },
);

describe('a household in the figures, whatever arrives late', () => {
  test('counts once or not at all at every day, as known after every event, and as the right score', () => {
    fc.assert(
      fc.property(history, (list) => {
        let slice: readonly Timeline<CountedScore>[] | undefined;
        for (const [index, { village, ...score }] of list.entries()) {
          const data: Scored = { ...example, ...score, area: { ...example.area, village } };
          slice = areaFigures.fold(slice, recorded({ type: 'HouseholdScored', data }, { seq: index + 1 }));
          const known = list.slice(0, index + 1);
          const contributions = areaFigures.contributions(slice ?? []).map(countOf);
          const questions = [...rounds, 'current'].flatMap((round) => days.map((day) => ({ round: `${round}`, day })));
          expect(
            questions.map(({ round, day }) => contributions.filter(isOn(round, day)).map(({ what }) => what)),
          ).toEqual(questions.map(({ round, day }) => inForce(known, round, day)));
        }
      }),
    );
  });

  test('counts from its valid day until its scores are withdrawn, and a round without scores is as if never scored', () => {
    fc.assert(
      fc.property(historyWithWithdrawals, (list) => {
        let slice: readonly Timeline<CountedScore>[] | undefined;
        let known: readonly Known[] = [];
        for (const [index, step] of list.entries()) {
          if ('withdrawnFrom' in step) {
            const { round, withdrawnFrom: validFrom } = step;
            const data = { ...householdScoreWithdrawn.examples[0], round, validFrom };
            slice = areaFigures.fold(slice, recorded({ type: 'HouseholdScoreWithdrawn', data }, { seq: index + 1 }));
            known = known.filter((each) => each.round !== round || each.validFrom < validFrom);
          } else {
            const { village, ...score } = step;
            const data: Scored = { ...example, ...score, area: { ...example.area, village } };
            slice = areaFigures.fold(slice, recorded({ type: 'HouseholdScored', data }, { seq: index + 1 }));
            known = [...known.filter((each) => each.round !== step.round || each.validFrom < step.validFrom), step];
          }
          const contributions = areaFigures.contributions(slice ?? []).map(countOf);
          const questions = [...rounds, 'current'].flatMap((round) => days.map((day) => ({ round: `${round}`, day })));
          expect(
            questions.map(({ round, day }) => contributions.filter(isOn(round, day)).map(({ what }) => what)),
          ).toEqual(questions.map(({ round, day }) => inForce(known, round, day)));
        }
      }),
      { numRuns: 300 },
    );
  });
});

type Known = {
  readonly round: number;
  readonly validFrom: string;
  readonly failedDimensions: readonly (typeof dimensionNames)[number][];
  readonly isPoor: boolean;
  readonly village: string;
};

/** What a household counts as, told plainly: of the round (or the newest begun) the score known last among those valid by the day. */
function inForce(known: readonly Known[], round: string, day: string) {
  const ofRound = (wanted: number): Known | undefined =>
    known.findLast((each) => each.round === wanted && each.validFrom <= day);
  const asked = round === 'current' ? [...rounds].reverse() : [Number(round)];
  const score = asked.map(ofRound).find((each) => each !== undefined);
  return score ? [{ village: score.village, sets: [[score.isPoor ? setOf(score.failedDimensions) : 0, 1]] }] : [];
}

function countOf({ areas, add, ...rest }: Contribution) {
  const sets = Array.from({ length: dimensionSetCount }, (_, set) => [set, add.get(at.households(set)) ?? 0]);
  return { ...rest, what: { village: areas['village'], sets: sets.filter(([, count]) => count !== 0) } };
}

const isOn =
  (round: string, day: string) =>
  (each: Pick<Contribution, 'round' | 'from' | 'to'>): boolean =>
    each.round === round && each.from <= day && (each.to === undefined || day <= each.to);
