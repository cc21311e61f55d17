import {
  householdFactsReliedOn,
  householdListed,
  householdSurveyed,
  householdSurveyWithdrawn,
  welfareRegistrationRecorded,
  welfareRegistrationWithdrawn,
} from '@faemban/contracts';
import { given } from '@faemban/event-sourcing/testing';
import { builtOn, evolveHousehold, unlistedHousehold } from './household';
import { householdAggregate, type HouseholdInput } from './household.decisions';

const [survey] = householdSurveyed.examples;
const [registration] = welfareRegistrationRecorded.examples;
const { householdId, importId } = survey;
const laterImport = '0198b2d0-7c00-7000-8000-0000000000a2';
const registerImport = '0198b2d0-7c00-7000-8000-0000000000a3';
const eventId = (n: number): string => `0198b2d0-7c03-7000-8000-00000000000${n}`;
const stranger = '0198b2d0-7c02-7000-8000-000000000099';

const listed = { type: 'HouseholdListed', data: householdListed.examples[0] } as const;
const surveyed = { type: 'HouseholdSurveyed', data: survey } as const;
const corrected = { type: 'HouseholdSurveyed', data: { ...survey, importId: laterImport, happiness: 3 } } as const;
const registered = {
  type: 'WelfareRegistrationRecorded',
  data: { ...registration, importId: registerImport },
} as const;
const withdraw = (of: string, ...eventIds: string[]): HouseholdInput => ({
  type: 'WithdrawImport',
  householdId,
  importId: of,
  eventIds,
});
const surveyWithdrawn = (of: string, event: string, restoredImportId: string | null) =>
  ({
    type: 'HouseholdSurveyWithdrawn',
    data: {
      ...householdSurveyWithdrawn.examples[0],
      ...{ importId: of, withdrawnEventId: event, restoredImportId },
    },
    corrects: event,
  }) as const;

describe('withdrawing what an import recorded of a household', () => {
  test('takes its survey back and names the event that no longer holds', () =>
    given(householdAggregate, listed, surveyed)
      .when(withdraw(importId, eventId(1)))
      .then(surveyWithdrawn(importId, eventId(1), null)));

  test('of a correction says whose account is in force again', () =>
    given(householdAggregate, listed, surveyed, corrected)
      .when(withdraw(laterImport, eventId(2)))
      .then(surveyWithdrawn(laterImport, eventId(2), importId)));

  test('takes back what a register said of each year', () => {
    const nextYear = { ...registered.data, registerYear: 2561 };
    const withdrawal = (event: string, registerYear: number) => ({
      type: 'WelfareRegistrationWithdrawn' as const,
      data: {
        ...welfareRegistrationWithdrawn.examples[0],
        ...{ importId: registerImport, withdrawnEventId: event, restoredImportId: null, registerYear },
      },
      corrects: event,
    });
    given(householdAggregate, listed, surveyed, registered, {
      type: 'WelfareRegistrationRecorded',
      data: nextYear,
    })
      .when(withdraw(registerImport, eventId(3), eventId(4)))
      .then(withdrawal(eventId(3), 2560), withdrawal(eventId(4), 2561));
  });

  test('is nothing a second time', () =>
    given(householdAggregate, listed, surveyed, surveyWithdrawn(importId, eventId(1), null))
      .when(withdraw(importId, eventId(1)))
      .thenNothing());

  test('is nothing where the import recorded nothing', () =>
    given(householdAggregate, listed, surveyed).when(withdraw(laterImport)).thenNothing());

  test('is refused where a later import corrected it', () =>
    given(householdAggregate, listed, surveyed, corrected)
      .when(withdraw(importId, eventId(1)))
      .thenRefused('something-was-built-on-it'));

  test('is possible again once the correction is withdrawn', () =>
    given(householdAggregate, listed, surveyed, corrected, surveyWithdrawn(laterImport, eventId(2), importId))
      .when(withdraw(importId, eventId(1)))
      .then(surveyWithdrawn(importId, eventId(1), null)));

  test('leaves what the household said before: the same content then is news again', () =>
    given(householdAggregate, listed, surveyed, surveyWithdrawn(importId, eventId(1), null))
      .when({ type: 'RecordSurvey', survey: { ...survey, importId: laterImport } })
      .then({ type: 'HouseholdSurveyed', data: { ...survey, importId: laterImport } }));
});

describe('what stands in the way of undoing an import', () => {
  const stateAfter = (...events: Parameters<typeof evolveHousehold>[1][]) =>
    events.reduce(evolveHousehold, unlistedHousehold);

  test('is nothing where nothing followed', () => expect(builtOn(stateAfter(listed, surveyed), importId)).toEqual([]));

  test('is a later import that told the same facts otherwise', () =>
    expect(builtOn(stateAfter(listed, surveyed, corrected), importId)).toEqual([
      { context: 'ingestion', what: 'corrected', by: laterImport, households: 1 },
    ]));

  test('is a register that speaks of persons only this import brought', () =>
    expect(builtOn(stateAfter(listed, surveyed, registered), importId)).toEqual([
      { context: 'ingestion', what: 'added', by: registerImport, households: 1 },
    ]));

  test('is not a register that speaks of persons another survey brought too', () =>
    expect(builtOn(stateAfter(listed, surveyed, corrected, registered), laterImport)).toEqual([]));

  test('is a register that speaks of a person whom only a correction brought', () => {
    const [member] = survey.members;
    const withStranger = {
      ...corrected,
      data: { ...corrected.data, members: [...survey.members, { ...member!, memberNo: 3, personId: stranger }] },
    };
    const ofStranger = {
      ...registered,
      data: { ...registered.data, registrations: [{ personId: stranger, registered: true, verified: true }] },
    };
    expect(builtOn(stateAfter(listed, surveyed, withStranger, ofStranger), laterImport)).toEqual([
      { context: 'ingestion', what: 'added', by: registerImport, households: 1 },
    ]);
  });

  test('is not the next round’s survey, which is a fact of its own', () =>
    expect(
      builtOn(
        stateAfter(listed, surveyed, {
          type: 'HouseholdSurveyed',
          data: { ...survey, round: 2562, importId: laterImport },
        }),
        importId,
      ),
    ).toEqual([]));

  test('is not what came before it', () =>
    expect(builtOn(stateAfter(listed, surveyed, registered), registerImport)).toEqual([]));

  describe('and what other contexts built', () => {
    const reliance = { ...householdFactsReliedOn.examples[0], householdId };
    const reliedOn = { type: 'HouseholdFactsReliedOn', data: reliance } as const;

    test('is noted once, however often it is told', () => {
      given(householdAggregate, listed, surveyed).when({ type: 'NoteReliance', reliance }).then(reliedOn);
      given(householdAggregate, listed, surveyed, reliedOn).when({ type: 'NoteReliance', reliance }).thenNothing();
    });

    test('stands in the way of every import whose facts it was built on', () =>
      expect(builtOn(stateAfter(listed, surveyed, reliedOn), importId)).toEqual([
        { context: 'case-management', what: 'targeting', by: null, households: 1 },
      ]));

    test('does not stand in the way of an import that came later', () =>
      expect(builtOn(stateAfter(listed, surveyed, reliedOn, corrected), laterImport)).toEqual([]));

    test('is told by the withdrawal itself where it was built after the undoing was decided', () =>
      given(householdAggregate, listed, surveyed, reliedOn)
        .when(withdraw(importId, eventId(1)))
        .then(surveyWithdrawn(importId, eventId(1), null)));
  });
});
