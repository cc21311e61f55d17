import {
  type HouseholdEvent,
  householdListed,
  householdSurveyed,
  welfareRegistrationRecorded,
} from '@faemban/contracts';
import fc from 'fast-check';
import { type Account, findKnown } from './accounts';
import { builtOn, evolveHousehold, type Household, unlistedHousehold } from './household';
import { householdAggregate, type HouseholdInput } from './household.decisions';

const [survey] = householdSurveyed.examples;
const [registration] = welfareRegistrationRecorded.examples;
const { householdId } = survey;
const importIdOf = (index: number): string => `0198b2d0-7c00-7000-8000-0000000000${(index + 10).toString(16)}`;
const persons = survey.members.map(({ personId }) => personId);

/** What successive imports say of one household: one fact each, which may be the same as before, or undoing of an earlier import. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        step: fc.constant('survey' as const),
        round: fc.constantFrom(2561, 2562),
        happiness: fc.integer({ min: 1, max: 3 }),
        members: fc.subarray(survey.members, { minLength: 1 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        step: fc.constant('register' as const),
        year: fc.constantFrom(2560, 2561),
        who: fc.subarray(persons, { minLength: 1 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ step: fc.constant('undo' as const), which: fc.nat(9) }) },
  ),
  { minLength: 1, maxLength: 10 },
);

/** What is in force of each fact, without saying whose account it is. */
function inForce({ accounts }: Household): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const account of accounts) {
    const known = findKnown(accounts, account) as Account;
    facts[`${known.type}/${known.year}`] = { ...known.data, importId: '' };
  }
  return facts;
}

describe('a household whose imports are recorded and undone in any order', () => {
  test('says after every step what the imports that still stand would have said of it alone', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { decide, evolve } = householdAggregate.decider;
        let state: Household = evolve(unlistedHousehold, {
          type: 'HouseholdListed',
          data: householdListed.examples[0],
        });
        const events: { id: string; event: HouseholdEvent }[] = [];
        const undone = new Set<string>();
        const apply = (command: HouseholdInput): void => {
          for (const event of decide(command, state, {} as never)) {
            events.push({ id: `0198b2d0-7c03-7000-8000-${String(events.length).padStart(12, '0')}`, event });
            state = evolve(state, event);
          }
        };
        for (const [index, step] of list.entries()) {
          const importId = importIdOf(index);
          if (step.step === 'survey') {
            const { round, happiness, members } = step;
            apply({ type: 'RecordSurvey', survey: { ...survey, importId, round, happiness, members } });
          } else if (step.step === 'register') {
            const registrations = step.who.map((personId) => ({ personId, registered: true, verified: true }));
            apply({
              type: 'RecordWelfareRegistration',
              registration: { ...registration, importId, registerYear: step.year, registrations },
            });
          } else {
            const target = importIdOf(step.which);
            if (undone.has(target) || builtOn(state, target).length > 0) continue;
            const own = events.filter(({ event }) =>
              'registrations' in event.data || 'answers' in event.data ? event.data.importId === target : false,
            );
            apply({ type: 'WithdrawImport', householdId, importId: target, eventIds: own.map(({ id }) => id) });
            if (own.length > 0) undone.add(target);
          }
          const standing = events
            .map(({ event }) => event)
            .filter((event) => event.type === 'HouseholdSurveyed' || event.type === 'WelfareRegistrationRecorded')
            .filter(({ data }) => !undone.has(data.importId));
          const alone = standing.reduce<Household>(evolveHousehold, unlistedHousehold);
          expect(inForce(state)).toEqual(inForce(alone));
          for (const { data } of state.accounts) expect(undone.has(data.importId)).toBe(false);
        }
      }),
    );
  });
});
