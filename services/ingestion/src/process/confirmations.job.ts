import type { BuiltOn } from '@faemban/contracts';
import type { ImportRecord } from '../imports/import-record';
import type { Tools, Work } from './tools';

const householdsPerTurn = 4096;

/**
 * Later imports that said of households what this one had said, and therefore recorded nothing of their own: their account would go with
 * it. Exact while what was staged of both is there; after that, everything the later import found unchanged is taken to rest on it.
 */
export async function confirmationsOf(tools: Tools, record: ImportRecord, work: Work): Promise<BuiltOn[]> {
  const later = tools.imports.appliedAfter(record).filter(({ found }) => (found?.preview.same ?? 0) > 0);
  if (later.length === 0) return [];
  const own = await recordedKeys(tools, record, work);
  const built: BuiltOn[] = [];
  for (const each of later) {
    if (record.kind === 'bmn-survey' && each.round !== record.round) continue;
    const households = own.size > 0 ? await confirmed(tools, each, own, work) : undefined;
    const count = households ?? each.found?.preview.same ?? 0;
    if (count > 0) built.push({ context: 'ingestion', what: 'confirmed', by: each.importId, households: count });
  }
  return built;
}

/** The staged keys of the households of which an import recorded something; empty where they are no longer kept. */
async function recordedKeys({ staging }: Tools, record: ImportRecord, work: Work): Promise<Set<string>> {
  const keys = new Set<string>();
  for (let from = 0; from < staging.stagedEnd(record); from += householdsPerTurn) {
    for (const { key, verdict } of staging.staged(record, from, from + householdsPerTurn)) {
      if (verdict !== 'same' && verdict !== 'review') keys.add(key);
    }
    await work.turn();
  }
  return keys;
}

/** How many of these keys a later import found unchanged; undefined where what was staged of it is no longer kept. */
async function confirmed(
  { staging }: Tools,
  later: ImportRecord,
  own: ReadonlySet<string>,
  work: Work,
): Promise<number | undefined> {
  const end = staging.stagedEnd(later);
  if (end === 0) return undefined;
  let count = 0;
  for (let from = 0; from < end; from += householdsPerTurn) {
    for (const { key, verdict } of staging.staged(later, from, from + householdsPerTurn)) {
      if (verdict === 'same' && own.has(key)) count += 1;
    }
    await work.turn();
  }
  return count;
}
