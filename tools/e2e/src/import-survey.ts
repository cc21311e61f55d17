import { type System } from '@faemban/acceptance';
import { Client, uploadImport } from '@faemban/cli';
import type { SurveyFiles } from './small-survey';

/** Uploads a survey as one operator, and has another approve it; answers the import's id, the work being under way. */
export async function beginImport(system: System, { households, members }: SurveyFiles): Promise<string> {
  const { importId, state } = await uploadImport(new Client({ url: system.url, operator: 'somchai' }), {
    kind: 'bmn-survey',
    source: 'cdd-bmn',
    round: 2561,
    files: { households, members },
  });
  if (state !== 'validated') throw new Error(`The import is ${state}.`);
  await new Client({ url: system.url, operator: 'malee' }).post(`/imports/${importId}/approval`);
  return importId;
}

/** Takes a survey in and waits until every figure shows it. */
export async function importSurvey(system: System, files: SurveyFiles): Promise<void> {
  const importId = await beginImport(system, files);
  await applied(system, importId);
}

/** Waits until an import is applied and every figure shows it. */
export async function applied(system: System, importId: string): Promise<void> {
  await new Client({ url: system.url }).waitForImport(importId, ({ state }) => state === 'applied');
  await system.settled();
}

/** The published figures of the small survey's district, as the system gives them. */
export function figuresOf(system: System): Promise<string> {
  return new Client({ url: system.url }).text('/tpmap/61_84_tambol_common.csv');
}

/** The ids of every import there is. */
export async function importIds(url: string): Promise<readonly string[]> {
  const ids: string[] = [];
  const client = new Client({ url });
  for (let cursor: string | undefined; ;) {
    const after = cursor === undefined ? '' : `&after=${encodeURIComponent(cursor)}`;
    const page = await client.get<{ items: { importId: string }[]; next?: string }>(`/imports?limit=50${after}`);
    ids.push(...page.items.map(({ importId }) => importId));
    if (page.next === undefined) return ids;
    cursor = page.next;
  }
}
