import type { PersonEvent } from '@faemban/contracts';

/** What is known of a person outside the vault: that there is one, and with which household he was recorded. */
export type Person =
  { readonly status: 'unknown' } | { readonly status: 'recorded' | 'erased'; readonly householdId: string };

export const unknownPerson: Person = { status: 'unknown' };

export function evolvePerson(state: Person, event: PersonEvent): Person {
  switch (event.type) {
    case 'PersonRecorded':
      return { status: 'recorded', householdId: event.data.householdId };
    case 'DuplicateSuspected':
      return state;
    case 'PersonErased':
      return state.status === 'unknown' ? state : { ...state, status: 'erased' };
  }
}
