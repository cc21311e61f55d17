import {
  duplicateSuspected,
  type EventOf,
  personErased,
  type PersonEvent,
  personRecorded,
  type VaultDocument,
} from '@faemban/contracts';
import { defineAggregate, RuleBroken } from '@faemban/event-sourcing';
import { evolvePerson, type Person, unknownPerson } from './person';

/** Announces a person the vault has just recorded, and whom he may be the same as. */
export interface RecordPerson {
  readonly type: 'RecordPerson';
  readonly personId: string;
  readonly householdId: string;
  readonly source: string;
  readonly document: VaultDocument;
  readonly suspected: readonly SuspectedDuplicate[];
}

/** Another person with the same number. */
export interface SuspectedDuplicate {
  readonly otherPersonId: string;
  readonly reason: EventOf<typeof duplicateSuspected>['data']['reason'];
}

/** Says that a person's key was destroyed. */
export interface ErasePerson {
  readonly type: 'ErasePerson';
  readonly personId: string;
  readonly legalBasis: LegalBasis;
}

/** Why a person's data had to go. */
export type LegalBasis = EventOf<typeof personErased>['data']['legalBasis'];

export type PersonInput = RecordPerson | ErasePerson;

/** The vault repeats what it is not sure to have announced, so a person known already is nothing to do. */
function record({ type: _, suspected, ...person }: RecordPerson, state: Person): PersonEvent[] {
  if (state.status !== 'unknown') return [];
  return [
    { type: 'PersonRecorded', data: person },
    ...suspected.map((duplicate): PersonEvent => ({
      type: 'DuplicateSuspected',
      data: { personId: person.personId, ...duplicate },
    })),
  ];
}

function erase({ personId, legalBasis }: ErasePerson, state: Person): PersonEvent[] {
  if (state.status === 'unknown') {
    throw new RuleBroken('person-must-be-recorded', {
      th: 'ไม่มีบุคคลนี้ในระบบ จึงไม่มีข้อมูลให้ลบ',
      en: 'Nobody is recorded under this id, so there is nothing to erase.',
    });
  }
  return state.status === 'erased' ? [] : [{ type: 'PersonErased', data: { personId, legalBasis } }];
}

/** A person's stream stays in the partition of the household he was recorded with. */
export const personAggregate = defineAggregate<Person, PersonInput, PersonEvent>({
  name: 'person',
  context: 'identity-verification',
  decider: {
    initialState: unknownPerson,
    decide: (command, state) => (command.type === 'RecordPerson' ? record(command, state) : erase(command, state)),
    evolve: evolvePerson,
  },
  events: [personRecorded, duplicateSuspected, personErased],
  streamOf: ({ personId }) => `person-${personId}`,
  partitionOf: (command, state) =>
    command.type === 'RecordPerson' ? command.householdId : state.status === 'unknown' ? 'self' : state.householdId,
  subjectsOf: ({ data }) => ('householdId' in data ? [data.personId, data.householdId] : [data.personId]),
});
