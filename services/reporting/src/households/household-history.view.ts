import {
  fragilityRecorded,
  fragilityWithdrawn,
  householdListed,
  householdScored,
  householdScoreWithdrawn,
  householdSurveyed,
  householdSurveyWithdrawn,
  welfareRegistrationRecorded,
  welfareRegistrationWithdrawn,
  type Actor,
  type DimensionName,
  type EventOf,
} from '@faemban/contracts';
import { defineView, type RecordedEvent } from '@faemban/event-sourcing';
import { rulesetKey } from './score-timeline';

/** What every entry says of itself. `validFrom` is null for what is not valid from any particular day. */
interface EntryBase {
  readonly eventId: string;
  readonly recordedAt: string;
  readonly occurredAt: string;
  readonly validFrom: string | null;
  readonly actor: Actor;
  readonly corrects?: string;
}
export interface ListedEntry extends EntryBase {
  readonly type: 'HouseholdListed';
  readonly source: string;
  readonly village: string;
}
export interface SurveyedEntry extends EntryBase {
  readonly type: 'HouseholdSurveyed';
  readonly source: string;
  readonly village: string;
  readonly round: number;
  readonly answers: string;
  readonly incomeSatang: number;
  readonly happiness: number | null;
  readonly members: number;
}
export interface RegisteredEntry extends EntryBase {
  readonly type: 'WelfareRegistrationRecorded';
  readonly source: string;
  readonly registerYear: number;
  readonly registered: number;
  readonly verified: number;
}
export interface FragilityEntry extends EntryBase {
  readonly type: 'FragilityRecorded';
  readonly source: string;
  readonly listYear: number;
  readonly definition: string;
  readonly fragile: boolean;
  readonly tpmap: boolean;
}
export interface ScoredEntry extends EntryBase {
  readonly type: 'HouseholdScored';
  readonly validFrom: string;
  /** `<ruleset id>/<version>`. */
  readonly ruleset: string;
  readonly round: number;
  readonly village: string;
  readonly members: number;
  readonly isPoor: boolean;
  readonly failedDimensions: readonly DimensionName[];
  readonly targetPersons: number;
  readonly failed: EventOf<typeof householdScored>['data']['failed'];
}

/** A fact that was taken back with the import that had brought it. `year` is the survey's round or the register's year. */
export interface WithdrawnEntry extends EntryBase {
  readonly type: 'HouseholdSurveyWithdrawn' | 'WelfareRegistrationWithdrawn' | 'FragilityWithdrawn';
  readonly source: string;
  readonly year: number;
  readonly isEarlierRestored: boolean;
}
export interface ScoreWithdrawnEntry extends EntryBase {
  readonly type: 'HouseholdScoreWithdrawn';
  readonly validFrom: string;
  readonly ruleset: string;
  readonly round: number;
}

/** One thing that was recorded of a household. No names, no numbers, nobody's id. */
export type HistoryEntry =
  ListedEntry | SurveyedEntry | RegisteredEntry | FragilityEntry | ScoredEntry | WithdrawnEntry | ScoreWithdrawnEntry;

/** Everything recorded of a household, in the order of recording. */
export interface HouseholdHistory {
  readonly householdId: string;
  readonly entries: readonly HistoryEntry[];
}

/** The history of each household, from the facts of ingestion and the scores made of them. */
export const householdHistory = defineView<HouseholdHistory>({
  name: 'household-history',
  version: 3,
  idOf: (event) => (isTold(event) ? event.data.householdId : undefined),
  slices: { ingestion: addEntry, 'mpi-scoring': addEntry },
  show: (slices: Partial<Record<'ingestion' | 'mpi-scoring', readonly HistoryEntry[]>>, householdId) => ({
    householdId,
    entries: [...(slices.ingestion ?? []), ...(slices['mpi-scoring'] ?? [])].sort(byRecording),
  }),
  indexes: {},
});

type Told =
  | EventOf<typeof householdListed>
  | EventOf<typeof householdSurveyed>
  | EventOf<typeof welfareRegistrationRecorded>
  | EventOf<typeof householdScored>
  | EventOf<typeof householdSurveyWithdrawn>
  | EventOf<typeof welfareRegistrationWithdrawn>
  | EventOf<typeof householdScoreWithdrawn>
  | EventOf<typeof fragilityRecorded>
  | EventOf<typeof fragilityWithdrawn>;
type ToldEvent = RecordedEvent & Told;

const toldTypes: ReadonlySet<string> = new Set<Told['type']>([
  'HouseholdListed',
  'HouseholdSurveyed',
  'WelfareRegistrationRecorded',
  'FragilityRecorded',
  'HouseholdScored',
  'HouseholdSurveyWithdrawn',
  'WelfareRegistrationWithdrawn',
  'HouseholdScoreWithdrawn',
  'FragilityWithdrawn',
]);

function isTold(event: RecordedEvent): event is ToldEvent {
  return toldTypes.has(event.type);
}

function addEntry(entries: readonly HistoryEntry[] = [], event: RecordedEvent): readonly HistoryEntry[] {
  return isTold(event) ? [...entries, entryOf(event)] : entries;
}

function entryOf(event: ToldEvent): HistoryEntry {
  const { id: eventId, recordedAt, occurredAt, actor, corrects } = event;
  const base = { eventId, recordedAt, occurredAt, actor, ...(corrects === undefined ? {} : { corrects }) };
  switch (event.type) {
    case 'HouseholdListed': {
      const { source, area } = event.data;
      return { type: event.type, ...base, validFrom: null, source, village: area.village };
    }
    case 'HouseholdSurveyed': {
      const { surveyedOn, source, area, round, answers, figures, happiness, members } = event.data;
      const { incomeSatang } = figures;
      const counts = { incomeSatang, happiness, members: members.length };
      return {
        type: event.type,
        ...base,
        validFrom: surveyedOn,
        source,
        village: area.village,
        round,
        answers,
        ...counts,
      };
    }
    case 'WelfareRegistrationRecorded': {
      const { validFrom, source, registerYear, registrations } = event.data;
      const registered = registrations.filter((each) => each.registered).length;
      const verified = registrations.filter((each) => each.verified).length;
      return { type: event.type, ...base, validFrom, source, registerYear, registered, verified };
    }
    case 'HouseholdSurveyWithdrawn': {
      const { source, round, restoredImportId } = event.data;
      return { type: event.type, ...base, ...withdrawn(source, round, restoredImportId) };
    }
    case 'WelfareRegistrationWithdrawn': {
      const { source, registerYear, restoredImportId } = event.data;
      return { type: event.type, ...base, ...withdrawn(source, registerYear, restoredImportId) };
    }
    case 'HouseholdScoreWithdrawn': {
      const { validFrom, ruleset, round } = event.data;
      return { type: event.type, ...base, validFrom, ruleset: rulesetKey(ruleset), round };
    }
    case 'FragilityWithdrawn': {
      const { source, listYear, restoredImportId } = event.data;
      return { type: event.type, ...base, ...withdrawn(source, listYear, restoredImportId) };
    }
    case 'FragilityRecorded': {
      const { validFrom, source, listYear, definition, fragile, tpmap } = event.data;
      return { type: event.type, ...base, validFrom, source, listYear, definition, fragile, tpmap };
    }
    case 'HouseholdScored': {
      const { validFrom, ruleset, round, area, members, isPoor, failedDimensions, targetPersons, failed } = event.data;
      const result = { members: members.length, isPoor, failedDimensions, targetPersons, failed };
      return {
        type: event.type,
        ...base,
        validFrom,
        ruleset: rulesetKey(ruleset),
        round,
        village: area.village,
        ...result,
      };
    }
  }
}

function withdrawn(
  source: string,
  year: number,
  restoredImportId: string | null,
): Pick<WithdrawnEntry, 'validFrom' | 'source' | 'year' | 'isEarlierRestored'> {
  return { validFrom: null, source, year, isEarlierRestored: restoredImportId !== null };
}

/** The sort is stable: what one context recorded in one millisecond stays in its order. */
function byRecording(one: HistoryEntry, other: HistoryEntry): number {
  return one.recordedAt < other.recordedAt ? -1 : one.recordedAt > other.recordedAt ? 1 : 0;
}
