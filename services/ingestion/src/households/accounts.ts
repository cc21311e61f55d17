import type {
  BuiltOn,
  EventOf,
  fragilityRecorded,
  HouseholdWithdrawalEvent,
  householdSurveyed,
  welfareRegistrationRecorded,
} from '@faemban/contracts';

type Surveyed = EventOf<typeof householdSurveyed>;
type Registered = EventOf<typeof welfareRegistrationRecorded>;
type Fragility = EventOf<typeof fragilityRecorded>;

/** Events that record a fact of a household. A new kind of fact is added here, and told below how to read and withdraw it. */
export type FactEvent = Surveyed | Registered | Fragility;

/**
 * One import's account of one fact. The same kind of fact, of the same source and year, is the same fact told again: the last account
 * is in force, and those before it come back when it is withdrawn.
 */
export type Account<Fact extends FactEvent = FactEvent> = Fact extends FactEvent
  ? { readonly type: Fact['type']; readonly year: number; readonly data: Fact['data'] }
  : never;

/** What is particular about each kind of fact. */
interface FactKind<Fact extends FactEvent> {
  readonly yearOf: (data: Fact['data']) => number;
  /** Persons whom the fact brings into the household. */
  readonly bringsPersons: (data: Fact['data']) => readonly string[];
  /** Persons of whom the fact speaks, and who must have been brought by another. */
  readonly speaksOf: (data: Fact['data']) => readonly string[];
  readonly withdraw: (data: Fact['data'], taken: Taken) => HouseholdWithdrawalEvent;
}

/** What every withdrawal says. */
export interface Taken {
  readonly withdrawnEventId: string;
  readonly restoredImportId: string | null;
}

const factKinds: { readonly [Type in FactEvent['type']]: FactKind<Extract<FactEvent, { type: Type }>> } = {
  HouseholdSurveyed: {
    yearOf: ({ round }) => round,
    bringsPersons: ({ members }) => members.map(({ personId }) => personId),
    speaksOf: () => [],
    withdraw: ({ householdId, importId, source, round }, taken) => ({
      type: 'HouseholdSurveyWithdrawn',
      data: { householdId, importId, source, ...taken, round },
    }),
  },
  WelfareRegistrationRecorded: {
    yearOf: ({ registerYear }) => registerYear,
    bringsPersons: () => [],
    speaksOf: ({ registrations }) => registrations.map(({ personId }) => personId),
    withdraw: ({ householdId, importId, source, registerYear }, taken) => ({
      type: 'WelfareRegistrationWithdrawn',
      data: { householdId, importId, source, ...taken, registerYear },
    }),
  },
  FragilityRecorded: {
    yearOf: ({ listYear }) => listYear,
    bringsPersons: () => [],
    speaksOf: () => [],
    withdraw: ({ householdId, importId, source, listYear }, taken) => ({
      type: 'FragilityWithdrawn',
      data: { householdId, importId, source, ...taken, listYear },
    }),
  },
};

/** The kinds of events that record a fact. */
export const factTypes = Object.keys(factKinds) as readonly FactEvent['type'][];

/** The types are one for one, which the compiler cannot see through the table. */
const kindOf = ({ type }: FactEvent | Account): FactKind<FactEvent> => factKinds[type] as FactKind<FactEvent>;

/** An event of a fact as an account of it. */
export function accountOf(event: FactEvent): Account {
  return { type: event.type, year: kindOf(event).yearOf(event.data), data: event.data } as Account;
}

/** Whether two accounts are of one fact. */
export function isSameFact(one: Account, other: Account): boolean {
  return one.type === other.type && one.year === other.year && one.data.source === other.data.source;
}

/** The account in force of the fact that `told` is about, or undefined. */
export function findKnown(accounts: readonly Account[], told: Account): Account | undefined {
  return accounts.findLast((account) => isSameFact(account, told));
}

/** The accounts of an import. */
export function accountsOf(accounts: readonly Account[], importId: string): readonly Account[] {
  return accounts.filter(({ data }) => data.importId === importId);
}

/** The accounts without those of an import. */
export function withoutImport(accounts: readonly Account[], importId: string): readonly Account[] {
  return accounts.filter(({ data }) => data.importId !== importId);
}

/** The withdrawal of an account, which leaves `remaining`. */
export function withdrawalOf(
  account: Account,
  withdrawnEventId: string,
  remaining: readonly Account[],
): HouseholdWithdrawalEvent {
  const restoredImportId = findKnown(remaining, account)?.data.importId ?? null;
  return kindOf(account).withdraw(account.data, { withdrawnEventId, restoredImportId });
}

/**
 * What later imports built on an import's accounts of a household: they told one of its facts otherwise (`corrected`), or they speak of
 * persons whom nothing else than the import brought into the household (`added`). A later fact of its own, such as the next
 * round's survey, rests on nothing of it. One entry for each import and reason, counting one household.
 */
export function builtByImports(accounts: readonly Account[], importId: string): readonly BuiltOn[] {
  const first = accounts.findIndex(({ data }) => data.importId === importId);
  if (first < 0) return [];
  const own = accountsOf(accounts, importId);
  const remaining = withoutImport(accounts, importId);
  const others = new Set(remaining.flatMap((account) => kindOf(account).bringsPersons(account.data)));
  const broughtByIt = new Set(own.flatMap((account) => kindOf(account).bringsPersons(account.data)));
  const built = new Map<string, BuiltOn>();
  for (const later of accounts.slice(first + 1)) {
    const by = later.data.importId;
    if (by === importId) continue;
    const isCorrection = own.some(
      (account) => isSameFact(account, later) && accounts.indexOf(account) < accounts.indexOf(later),
    );
    const speaksOfIts = kindOf(later)
      .speaksOf(later.data)
      .some((person) => broughtByIt.has(person) && !others.has(person));
    if (!isCorrection && !speaksOfIts) continue;
    const what = isCorrection ? 'corrected' : 'added';
    built.set(`${by}/${what}`, { context: 'ingestion', what, by, households: 1 });
  }
  return [...built.values()];
}
