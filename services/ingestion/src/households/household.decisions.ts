import {
  type EventOf,
  fragilityRecorded,
  fragilityWithdrawn,
  type HouseholdEvent,
  householdFactsReliedOn,
  householdListed,
  householdSurveyed,
  householdSurveyWithdrawn,
  welfareRegistrationRecorded,
  welfareRegistrationWithdrawn,
} from '@faemban/contracts';
import { defineAggregate, invariant, type NewEvent, RuleBroken } from '@faemban/event-sourcing';
import {
  accountOf,
  accountsOf,
  builtByImports,
  type FactEvent,
  findKnown,
  withdrawalOf,
  withoutImport,
} from './accounts';
import { evolveHousehold, type Household, unlistedHousehold, villageOf } from './household';

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

/** Takes back everything an import recorded of a household. `eventIds` are those of its facts, in the order of recording. */
export interface WithdrawImport {
  readonly type: 'WithdrawImport';
  readonly householdId: string;
  readonly importId: string;
  readonly eventIds: readonly string[];
}

/** Notes that another context built something on the household's facts. Its policy in this context gives the command. */
export interface NoteReliance {
  readonly type: 'NoteReliance';
  readonly reliance: EventOf<typeof householdFactsReliedOn>['data'];
}

/** Records what a list of fragile households said of a household. */
export interface RecordFragility {
  readonly type: 'RecordFragility';
  readonly fragility: EventOf<typeof fragilityRecorded>['data'];
  readonly corrects?: string;
}

export type HouseholdInput = RecordSurvey | RecordWelfareRegistration | RecordFragility | WithdrawImport | NoteReliance;

type Decided = readonly NewEvent<HouseholdEvent>[];

/** The same content for the same round, whichever import brings it, is nothing new. */
function recordSurvey({ survey, corrects }: RecordSurvey, state: Household): Decided {
  const { householdId, source, importId, area } = survey;
  if (isKnown(state, { type: 'HouseholdSurveyed', data: survey })) return [];
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
  if (isKnown(state, { type: 'WelfareRegistrationRecorded', data: registration })) return [];
  return [
    {
      type: 'WelfareRegistrationRecorded',
      data: registration,
      ...(corrects === undefined ? {} : { corrects }),
    },
  ];
}

/** Whether the account in force of a fact says just this, whichever import told it. The fields stand in the order of the schema. */
function isKnown(state: Household, told: FactEvent): boolean {
  const known = findKnown(state.accounts, accountOf(told));
  return (
    known !== undefined &&
    JSON.stringify({ ...known.data, importId: '' }) === JSON.stringify({ ...told.data, importId: '' })
  );
}

/**
 * Undone together or not at all: what the import recorded of a household is either all in force or all withdrawn. Whether the import may
 * be undone is decided before, over all its households and with what other contexts built on them (`builtOn` of the household); what they
 * build after that, they build on facts that are being withdrawn, and hear of it by these events.
 */
function withdrawImport({ importId, eventIds }: WithdrawImport, state: Household): Decided {
  const own = accountsOf(state.accounts, importId);
  if (own.length === 0) return [];
  const [first] = builtByImports(state.accounts, importId);
  if (first !== undefined) {
    throw new RuleBroken('something-was-built-on-it', {
      th: `มีการบันทึกต่อจากการนำเข้านี้แล้ว (${first.context}/${first.what}) ให้ถอนรายการที่บันทึกต่อก่อน หรือแก้ไขด้วยการนำเข้าฉบับแก้ไข`,
      en: `Something was built on this import (${first.context}/${first.what}). Undo that first, or correct the household by an import of corrected files.`,
    });
  }
  invariant(own.length === eventIds.length, 'every fact of the import has its event named');
  const remaining = withoutImport(state.accounts, importId);
  return own.map((account, index) => {
    const corrects = eventIds[index] ?? '';
    return { ...withdrawalOf(account, corrects, remaining), corrects };
  });
}

function noteReliance({ reliance }: NoteReliance, state: Household): Decided {
  const isNoted = state.reliances.some(({ eventId }) => eventId === reliance.eventId);
  return isNoted ? [] : [{ type: 'HouseholdFactsReliedOn', data: reliance }];
}

/** A list names households that a survey has brought. It says what it says; which groups the household has by that is a reader's fold. */
function recordFragility({ fragility, corrects }: RecordFragility, state: Household): Decided {
  if (!state.isListed) {
    throw new RuleBroken('household-must-be-listed', {
      th: 'ครัวเรือนนี้ยังไม่อยู่ในบัญชีครัวเรือน ให้นำเข้าแบบสำรวจก่อนรายชื่อครัวเรือนเปราะบาง',
      en: 'This household is not listed yet. Import the survey before the list of fragile households.',
    });
  }
  if (isKnown(state, { type: 'FragilityRecorded', data: fragility })) return [];
  return [{ type: 'FragilityRecorded', data: fragility, ...(corrects === undefined ? {} : { corrects }) }];
}

function decide(command: HouseholdInput, state: Household): Decided {
  switch (command.type) {
    case 'RecordSurvey':
      return recordSurvey(command, state);
    case 'RecordWelfareRegistration':
      return recordRegistration(command, state);
    case 'WithdrawImport':
      return withdrawImport(command, state);
    case 'NoteReliance':
      return noteReliance(command, state);
    case 'RecordFragility':
      return recordFragility(command, state);
  }
}

function householdOf(command: HouseholdInput): string {
  switch (command.type) {
    case 'RecordSurvey':
      return command.survey.householdId;
    case 'RecordWelfareRegistration':
      return command.registration.householdId;
    case 'WithdrawImport':
      return command.householdId;
    case 'NoteReliance':
      return command.reliance.householdId;
    case 'RecordFragility':
      return command.fragility.householdId;
  }
}

/** A household's stream fixes its partition: everything about it, in every context, goes where this goes. */
export const householdAggregate = defineAggregate<Household, HouseholdInput, HouseholdEvent>({
  name: 'household',
  context: 'ingestion',
  decider: { initialState: unlistedHousehold, decide, evolve: evolveHousehold },
  events: [
    householdListed,
    householdSurveyed,
    welfareRegistrationRecorded,
    householdSurveyWithdrawn,
    welfareRegistrationWithdrawn,
    householdFactsReliedOn,
    fragilityRecorded,
    fragilityWithdrawn,
  ],
  streamOf: (command) => `household-${householdOf(command)}`,
  partitionOf: householdOf,
  areaOf: (command, state) => (command.type === 'RecordSurvey' ? command.survey.area.village : villageOf(state)),
});
