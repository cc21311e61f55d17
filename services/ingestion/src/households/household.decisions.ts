import {
  type EventOf,
  type HouseholdEvent,
  householdListed,
  householdSurveyed,
  welfareRegistrationRecorded,
} from '@faemban/contracts';
import { defineAggregate, type NewEvent, RuleBroken } from '@faemban/event-sourcing';
import { evolveHousehold, factKey, type Household, unlistedHousehold } from './household';

/** Records what a survey round said of a household, and lists it when no source had named it before. */
export interface RecordSurvey {
  readonly type: 'RecordSurvey';
  readonly survey: EventOf<typeof householdSurveyed>['data'];
  /** The event this one puts right, where the source had described the same round differently. */
  readonly corrects?: string;
}

/** Records what the state-welfare register said of a household's members. */
export interface RecordWelfareRegistration {
  readonly type: 'RecordWelfareRegistration';
  readonly registration: EventOf<typeof welfareRegistrationRecorded>['data'];
  readonly corrects?: string;
}

export type HouseholdInput = RecordSurvey | RecordWelfareRegistration;

type Decided = readonly NewEvent<HouseholdEvent>[];

/** The same content for the same round, whichever import brings it, is nothing new. */
function recordSurvey({ survey, corrects }: RecordSurvey, state: Household): Decided {
  const { householdId, source, importId, area } = survey;
  const known = state.surveys[factKey(source, survey.round)];
  if (known !== undefined && saysTheSame(known, survey)) return [];
  const surveyed: NewEvent<HouseholdEvent> = {
    type: 'HouseholdSurveyed',
    data: survey,
    ...(corrects === undefined ? {} : { corrects }),
  };
  if (state.isListed) return [surveyed];
  return [{ type: 'HouseholdListed', data: { householdId, source, importId, area } }, surveyed];
}

/** Registrations are matched to people the list has; a household nobody listed has none. */
function recordRegistration({ registration, corrects }: RecordWelfareRegistration, state: Household): Decided {
  if (!state.isListed) {
    throw new RuleBroken('household-must-be-listed', {
      th: 'ครัวเรือนนี้ยังไม่อยู่ในบัญชีครัวเรือน ให้นำเข้าแบบสำรวจก่อนทะเบียนสวัสดิการ',
      en: 'This household is not listed yet. Import the survey before the welfare register.',
    });
  }
  const known = state.registrations[factKey(registration.source, registration.registerYear)];
  if (known !== undefined && saysTheSame(known, registration)) return [];
  return [
    {
      type: 'WelfareRegistrationRecorded',
      data: registration,
      ...(corrects === undefined ? {} : { corrects }),
    },
  ];
}

/** Two accounts of one fact, told by two imports. Their fields stand in the order of the schema. */
function saysTheSame<Data extends { readonly importId: string }>(known: Data, told: Data): boolean {
  return JSON.stringify({ ...known, importId: '' }) === JSON.stringify({ ...told, importId: '' });
}

const householdOf = (command: HouseholdInput): string =>
  command.type === 'RecordSurvey' ? command.survey.householdId : command.registration.householdId;

/** A household's stream fixes its partition: everything about it, in every context, goes where this goes. */
export const householdAggregate = defineAggregate<Household, HouseholdInput, HouseholdEvent>({
  name: 'household',
  context: 'ingestion',
  decider: {
    initialState: unlistedHousehold,
    decide: (command, state) =>
      command.type === 'RecordSurvey' ? recordSurvey(command, state) : recordRegistration(command, state),
    evolve: evolveHousehold,
  },
  events: [householdListed, householdSurveyed, welfareRegistrationRecorded],
  streamOf: (command) => `household-${householdOf(command)}`,
  partitionOf: householdOf,
  areaOf: (command, { village }) => (command.type === 'RecordSurvey' ? command.survey.area.village : village),
});
