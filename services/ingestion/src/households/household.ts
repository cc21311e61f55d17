import type { BuiltOn, EventOf, HouseholdEvent, householdFactsReliedOn } from '@faemban/contracts';
import { type Account, accountOf, builtByImports, withoutImport } from './accounts';

type ReliedOn = EventOf<typeof householdFactsReliedOn>['data'];

/** What sources have said of a household and not taken back, and what others built on it. */
export interface Household {
  readonly isListed: boolean;
  /** The village where it was listed; '' before. */
  readonly listedIn: string;
  /** Every account that was not withdrawn, in the order of recording; of each fact the last one is in force. */
  readonly accounts: readonly Account[];
  /** What other contexts built, each with how many accounts there were when they did. */
  readonly reliances: readonly (ReliedOn & { readonly onImports: readonly string[] })[];
}

export const unlistedHousehold: Household = { isListed: false, listedIn: '', accounts: [], reliances: [] };

/** The village where a household was last said to live; '' before. */
export function villageOf({ accounts, listedIn }: Household): string {
  for (let index = accounts.length - 1; index >= 0; index -= 1) {
    const account = accounts[index];
    if (account?.type === 'HouseholdSurveyed') return account.data.area.village;
  }
  return listedIn;
}

/**
 * Everything that stands in the way of withdrawing what an import recorded of a household: later imports that corrected it or spoke of
 * persons it brought, and other contexts that built on the household's facts while the import's were among them.
 */
export function builtOn(household: Household, importId: string): readonly BuiltOn[] {
  const byOthers = household.reliances.filter(({ onImports }) => onImports.includes(importId));
  return [
    ...builtByImports(household.accounts, importId),
    ...byOthers.map(({ context, what }): BuiltOn => ({ context, what, by: null, households: 1 })),
  ];
}

export function evolveHousehold(state: Household, event: HouseholdEvent): Household {
  switch (event.type) {
    case 'HouseholdListed':
      return { ...state, isListed: true, listedIn: event.data.area.village };
    case 'HouseholdSurveyed':
    case 'WelfareRegistrationRecorded':
    case 'FragilityRecorded':
      return { ...state, accounts: [...state.accounts, accountOf(event)] };
    case 'HouseholdSurveyWithdrawn':
    case 'WelfareRegistrationWithdrawn':
    case 'FragilityWithdrawn':
      return { ...state, accounts: withoutImport(state.accounts, event.data.importId) };
    case 'HouseholdFactsReliedOn': {
      const onImports = [...new Set(state.accounts.map(({ data }) => data.importId))];
      return { ...state, reliances: [...state.reliances, { ...event.data, onImports }] };
    }
  }
}
