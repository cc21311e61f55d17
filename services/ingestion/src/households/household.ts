import type { EventOf, HouseholdEvent, householdSurveyed, welfareRegistrationRecorded } from '@faemban/contracts';

type Surveyed = EventOf<typeof householdSurveyed>['data'];
type Registered = EventOf<typeof welfareRegistrationRecorded>['data'];

/** What sources have said of a household: the last word of each source on each round. */
export interface Household {
  readonly isListed: boolean;
  /** The village where it was last said to live; '' before. */
  readonly village: string;
  readonly surveys: Readonly<Record<string, Surveyed>>;
  readonly registrations: Readonly<Record<string, Registered>>;
}

export const unlistedHousehold: Household = { isListed: false, village: '', surveys: {}, registrations: {} };

/** Under this key a source's survey of a round, or its register of a year, is the same fact told again. */
export const factKey = (source: string, year: number): string => `${source}/${year}`;

export function evolveHousehold(state: Household, event: HouseholdEvent): Household {
  switch (event.type) {
    case 'HouseholdListed':
      return { ...state, isListed: true, village: event.data.area.village };
    case 'HouseholdSurveyed': {
      const { source, round, area } = event.data;
      return { ...state, village: area.village, surveys: { ...state.surveys, [factKey(source, round)]: event.data } };
    }
    case 'WelfareRegistrationRecorded': {
      const { source, registerYear } = event.data;
      return { ...state, registrations: { ...state.registrations, [factKey(source, registerYear)]: event.data } };
    }
  }
}
