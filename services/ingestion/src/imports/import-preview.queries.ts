import { registerKeyOf } from '../process/match-register.job';
import type { Tools } from '../process/tools';
import { type JoinedHousehold, joinHouseholds } from '../staging/household-join';
import { bucketHouseholds, SpoolReader } from '../staging/spool.file';
import type { StagedHousehold } from '../staging/staging.store';
import type { RecordSurvey } from '../households/household.decisions';
import type { ImportRecord, Verdict } from './import-record';
import { differencesOf, type SurveyDifference } from './survey-differences';

/** A household of an import: which, what would become of it, and what is different from before. Nothing personal. */
export interface PreviewItem {
  /** Its place in the file, from 0. */
  readonly ord: number;
  /** The platform id, where the household has one. */
  readonly householdId: string | null;
  readonly verdict: Verdict;
  readonly persons: number;
  readonly changes?: readonly SurveyDifference[];
}

/** A page of an import's households, by verdict. */
export async function previewPage(
  tools: Tools,
  record: ImportRecord,
  { verdict, after, limit }: { readonly verdict?: Verdict; readonly after: number; readonly limit: number },
): Promise<PreviewItem[]> {
  const staged = tools.staging.stagedOf(record, verdict, after, limit);
  if (record.kind !== 'bmn-survey') return staged.map((household) => itemOfRegister(household));
  const changed = staged.filter((household) => household.verdict === 'changed');
  const joined = changed.length > 0 ? await joinedOf(tools, record, changed) : new Map<number, JoinedHousehold>();
  const items: PreviewItem[] = [];
  for (const { ord, key, verdict: is, persons } of staged) {
    const householdId = tools.staging.findHousehold(record.source, key)?.householdId ?? null;
    const now = joined.get(ord);
    const before = now && householdId ? await surveyBefore(tools, record, householdId) : undefined;
    items.push({
      ord,
      householdId,
      verdict: is,
      persons,
      ...(now && before ? { changes: differencesOf(before, now) } : {}),
    });
  }
  return items;
}

const itemOfRegister = ({ ord, key, verdict, persons }: StagedHousehold): PreviewItem => ({
  ...{ ord, householdId: registerKeyOf(key).householdId, verdict, persons },
});

async function joinedOf(
  { files, staging }: Tools,
  record: ImportRecord,
  households: readonly StagedHousehold[],
): Promise<Map<number, JoinedHousehold>> {
  const { importId } = record;
  const wanted = new Set(households.map(({ ord }) => ord));
  const joined = new Map<number, JoinedHousehold>();
  const reader = await SpoolReader.open(files.pathOf(importId, 'staged'), files.keyOf(importId), (kind, bucket) =>
    staging.frames(record, kind, bucket),
  );
  try {
    for (const bucket of new Set([...wanted].map((ord) => Math.floor(ord / bucketHouseholds)))) {
      const lines = (await reader.lines('households', bucket)).filter(({ ord }) => wanted.has(ord));
      const members = (await reader.lines('members', bucket)).filter(({ ord }) => wanted.has(ord));
      for (const household of joinHouseholds(lines, members)) joined.set(household.ord, household);
    }
  } finally {
    await reader.close();
  }
  return joined;
}

/** What this source said of the household in the round before this import. */
async function surveyBefore(
  { events }: Tools,
  { source, round, importId }: ImportRecord,
  householdId: string,
): Promise<RecordSurvey['survey'] | undefined> {
  let before: RecordSurvey['survey'] | undefined;
  for (const { type, data } of await events.load(`household-${householdId}`)) {
    if (type !== 'HouseholdSurveyed') continue;
    const survey = data as RecordSurvey['survey'];
    if (survey.source === source && survey.round === round && survey.importId !== importId) before = survey;
  }
  return before;
}
