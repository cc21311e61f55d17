import { given } from '@faemban/event-sourcing/testing';
import { fragilityRecorded, householdListed, householdSurveyed, welfareRegistrationRecorded } from '@faemban/contracts';
import {
  householdAggregate,
  type RecordFragility,
  type RecordSurvey,
  type RecordWelfareRegistration,
} from './household.decisions';

const [survey] = householdSurveyed.examples;
const [registration] = welfareRegistrationRecorded.examples;
const [fragility] = fragilityRecorded.examples;
const [listing] = householdListed.examples;
const { householdId } = survey;
const laterImport = '0198b2d0-7c00-7000-8000-0000000000a2';
const earlierEvent = '0198b2d0-7c03-7000-8000-000000000001';

const listed = { type: 'HouseholdListed', data: listing } as const;
const surveyed = { type: 'HouseholdSurveyed', data: survey } as const;
const registered = { type: 'WelfareRegistrationRecorded', data: registration } as const;

const recordSurvey = (change: Partial<RecordSurvey['survey']> = {}, corrects?: string): RecordSurvey => ({
  type: 'RecordSurvey',
  survey: { ...survey, ...change },
  ...(corrects ? { corrects } : {}),
});
const recordRegistration = (
  change: Partial<RecordWelfareRegistration['registration']> = {},
  corrects?: string,
): RecordWelfareRegistration => ({
  type: 'RecordWelfareRegistration',
  registration: { ...registration, ...change },
  ...(corrects ? { corrects } : {}),
});

describe('recording a survey', () => {
  test('lists a household that no source had named before', () =>
    given(householdAggregate)
      .when(recordSurvey())
      .then(
        {
          type: 'HouseholdListed',
          data: { householdId, source: survey.source, importId: survey.importId, area: survey.area },
        },
        surveyed,
      ));

  test('of a new round is a fact of its own', () =>
    given(householdAggregate, listed, surveyed)
      .when(recordSurvey({ round: 2562, surveyedOn: '2019-02-14' }))
      .then({ type: 'HouseholdSurveyed', data: { ...survey, round: 2562, surveyedOn: '2019-02-14' } }));

  test('that says the same of the same round is nothing, whichever import brings it', () =>
    given(householdAggregate, listed, surveyed)
      .when(recordSurvey({ importId: laterImport }))
      .thenNothing());

  test('that says something else of the same round corrects what was said', () =>
    given(householdAggregate, listed, surveyed)
      .when(recordSurvey({ importId: laterImport, happiness: 3 }, earlierEvent))
      .then({
        type: 'HouseholdSurveyed',
        data: { ...survey, importId: laterImport, happiness: 3 },
        corrects: earlierEvent,
      }));

  test('goes back to what was said first when the source does', () =>
    given(householdAggregate, listed, surveyed, { type: 'HouseholdSurveyed', data: { ...survey, happiness: 3 } })
      .when(recordSurvey({ importId: laterImport }))
      .then({ type: 'HouseholdSurveyed', data: { ...survey, importId: laterImport } }));
});

describe('recording a welfare registration', () => {
  test('is recorded for a household that is listed', () =>
    given(householdAggregate, listed, surveyed).when(recordRegistration()).then(registered));

  test('is refused for a household nobody listed', () =>
    given(householdAggregate).when(recordRegistration()).thenRefused('household-must-be-listed'));

  test('that says the same of the same year is nothing', () =>
    given(householdAggregate, listed, surveyed, registered)
      .when(recordRegistration({ importId: laterImport }))
      .thenNothing());

  test('that says something else corrects what was said', () => {
    const registrations = registration.registrations.map((one) => ({ ...one, verified: !one.verified }));
    return given(householdAggregate, listed, surveyed, registered)
      .when(recordRegistration({ importId: laterImport, registrations }, earlierEvent))
      .then({
        type: 'WelfareRegistrationRecorded',
        data: { ...registration, importId: laterImport, registrations },
        corrects: earlierEvent,
      });
  });
});

describe('recording what a list of fragile households says', () => {
  const told = { type: 'FragilityRecorded', data: fragility } as const;
  const recordFragility = (change: Partial<RecordFragility['fragility']> = {}, corrects?: string): RecordFragility => ({
    type: 'RecordFragility',
    fragility: { ...fragility, ...change },
    ...(corrects ? { corrects } : {}),
  });

  test('is recorded for a household that is listed', () =>
    given(householdAggregate, listed, surveyed).when(recordFragility()).then(told));

  test('is refused for a household nobody listed', () =>
    given(householdAggregate).when(recordFragility()).thenRefused('household-must-be-listed'));

  test('that says the same of the same year is nothing, whichever import brings it', () =>
    given(householdAggregate, listed, told)
      .when(recordFragility({ importId: laterImport }))
      .thenNothing());

  test('that says something else of the same year corrects what was said', () =>
    given(householdAggregate, listed, told)
      .when(recordFragility({ importId: laterImport, fragile: false }, earlierEvent))
      .then({
        type: 'FragilityRecorded',
        data: { ...fragility, importId: laterImport, fragile: false },
        corrects: earlierEvent,
      }));

  test.each([
    ['another year', { listYear: 2565, validFrom: '2022-07-01', fragile: false }],
    ['another source', { source: 'msdhs', tpmap: false }],
  ])('of %s is a fact of its own', (_, other) =>
    given(householdAggregate, listed, told)
      .when(recordFragility(other))
      .then({ type: 'FragilityRecorded', data: { ...fragility, ...other } }),
  );
});
