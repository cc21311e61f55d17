import { type DimensionName } from '@faemban/contracts';
import { thaiDayOf, type Sentence } from '@faemban/event-sourcing';
import { Problem, type Answering } from '@faemban/nest-kit';
import { knownRulesets } from '../rulesets/known-rulesets.queries';
import type { RulesetList } from '../rulesets/ruleset-list';
import { householdHistory, type HistoryEntry, type ScoredEntry } from './household-history.view';
import { scoreOn, stretchesOfCurrent, withoutScores, withScore, type Timeline } from './score-timeline';
import { indicatorName, whatHappened } from './what-happened';

/**
 * Asks for a household's history: what was valid on a day, as it was known then. `asOf` is a day or an instant, of which the day in
 * Thailand counts; `asKnownAt` a day, to its end, or an instant to the second.
 */
export class FindHouseholdHistory {
  constructor(
    readonly householdId: string,
    readonly asOf?: string,
    readonly asKnownAt?: string,
  ) {}
}

/** An entry in words. */
export type ToldEntry = Pick<
  HistoryEntry,
  'eventId' | 'type' | 'recordedAt' | 'occurredAt' | 'validFrom' | 'actor' | 'corrects'
> & {
  readonly sentence: Sentence;
  readonly score?: ToldScore;
};

/** A score of the history. `failed` are the failed indicators by number and name. */
export interface ToldScore {
  readonly ruleset: string;
  readonly round: number;
  readonly validFrom: string;
  readonly isPoor: boolean;
  readonly failedDimensions: readonly DimensionName[];
  readonly targetPersons: number;
  readonly members: number;
  readonly failed: readonly (ScoredEntry['failed'][number] & { readonly name: Sentence })[];
}

/** A household's history as it was known. */
export interface ToldHistory {
  readonly householdId: string;
  readonly asOf: string;
  readonly asKnownAt: string | null;
  /** The scores in force on `asOf`, one a ruleset. */
  readonly inForce: readonly ToldScore[];
  /** Events of the household that are recorded and could not be told here; `GET /parked?household=…` says why. */
  readonly exceptParkedEvents: number;
  readonly entries: readonly ToldEntry[];
}

/** Parked sequences of one household that are counted: one for each context whose events the history tells of. */
const parkedSequencesMax = 20;

/**
 * @throws Problem 404 `household-unknown` where nothing was ever recorded of such a household
 * @throws Problem 409 `household-parked` where something was recorded of it and nothing of that could be told
 */
export async function findHouseholdHistory(
  { householdId, asOf, asKnownAt }: FindHouseholdHistory,
  reach: Answering,
): Promise<ToldHistory> {
  const { view, platform } = reach;
  const history = view(householdHistory);
  const found = (await history.get([householdId])).get(householdId);
  const parked = await history.parkedSequences({ household: householdId, limit: parkedSequencesMax });
  const exceptParkedEvents = parked.reduce((sum, { events }) => sum + events, 0);
  if (!found) throw exceptParkedEvents === 0 ? householdUnknown() : householdParked(exceptParkedEvents);
  const rulesets = await knownRulesets(reach);
  const today = thaiDayOf(new Date(platform.clock()).toISOString());
  const known = asKnownAt === undefined ? found.entries : found.entries.filter(wasKnownAt(asKnownAt));
  const day = asOf === undefined ? today : dayOf(asOf);
  const valid = asOf === undefined ? known : known.filter(({ validFrom }) => validFrom === null || validFrom <= day);
  return {
    householdId,
    asOf: day,
    asKnownAt: asKnownAt ?? null,
    inForce: inForceOn(known, day, rulesets),
    exceptParkedEvents,
    entries: valid.map((entry) => {
      const { eventId, type, recordedAt, occurredAt, validFrom, actor, corrects } = entry;
      return {
        eventId,
        type,
        recordedAt,
        occurredAt,
        validFrom,
        actor,
        ...(corrects === undefined ? {} : { corrects }),
        sentence: whatHappened(entry, known.slice(0, known.indexOf(entry)), rulesets),
        ...(entry.type === 'HouseholdScored' ? { score: toldScore(entry, rulesets) } : {}),
      };
    }),
  };
}

function inForceOn(known: readonly HistoryEntry[], day: string, rulesets: RulesetList): readonly ToldScore[] {
  type Score = ScoredEntry & { readonly from: string };
  let timelines: readonly Timeline<Score>[] = [];
  for (const entry of known) {
    if (entry.type === 'HouseholdScoreWithdrawn') {
      timelines = withoutScores(timelines, entry.ruleset, entry.round, entry.validFrom);
    }
    if (entry.type !== 'HouseholdScored') continue;
    timelines = withScore(timelines, entry.ruleset, entry.round, { ...entry, from: entry.validFrom });
  }
  return [...new Set(timelines.map(({ ruleset }) => ruleset))].flatMap((ruleset) => {
    const score = scoreOn(stretchesOfCurrent(timelines, ruleset), day);
    return score ? [toldScore(score, rulesets)] : [];
  });
}

function toldScore(entry: ScoredEntry, rulesets: RulesetList): ToldScore {
  const { ruleset, round, validFrom, isPoor, failedDimensions, targetPersons, members, failed } = entry;
  const named = failed.map((each) => ({ ...each, name: indicatorName(rulesets, ruleset, each.indicator) }));
  return { ruleset, round, validFrom, isPoor, failedDimensions, targetPersons, members, failed: named };
}

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;
const fractionPattern = /\.\d+(Z|[+-]\d{2}:\d{2})$/;
const secondMs = 1000;

function dayOf(dayOrInstant: string): string {
  return dayPattern.test(dayOrInstant) ? dayOrInstant : thaiDayOf(dayOrInstant);
}

/** A day is known to its end; an instant without a fraction to the end of its second. */
function wasKnownAt(dayOrInstant: string): (entry: HistoryEntry) => boolean {
  if (dayPattern.test(dayOrInstant)) return ({ recordedAt }) => thaiDayOf(recordedAt) <= dayOrInstant;
  const isExact = fractionPattern.test(dayOrInstant);
  const last = Date.parse(dayOrInstant) + (isExact ? 0 : secondMs - 1);
  return ({ recordedAt }) => Date.parse(recordedAt) <= last;
}

const householdUnknown = (): Problem =>
  new Problem(404, 'household-unknown', {
    th: 'ไม่พบครัวเรือนนี้ ตรวจรหัสครัวเรือน หรือค้นจากรายการครัวเรือน',
    en: 'There is no such household. Check the id, or look it up in the list of households.',
  });

const householdParked = (events: number): Problem =>
  new Problem(409, 'household-parked', {
    th: `บันทึกเหตุการณ์ของครัวเรือนนี้ไว้แล้ว ${events} รายการ แต่ยังแสดงไม่ได้ จึงพักไว้ ดูสาเหตุที่ GET /parked แล้วปล่อยหลังแก้ไข`,
    en: `${events} events of this household are recorded but could not be applied here, and are parked. GET /parked says why; they are replayed after the fix.`,
  });
