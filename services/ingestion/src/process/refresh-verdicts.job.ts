import type { ImportFound, ImportRecord, Verdict } from '../imports/import-record';
import type { StagedHousehold } from '../staging/staging.store';
import type { Tools, Work } from './tools';

const householdsPerTurn = 4096;

/**
 * Compares a survey's staged households once more with what its source has said by now: other imports may have been applied or undone
 * since it was validated. Answers what is found now.
 */
export async function refreshVerdicts(tools: Tools, record: ImportRecord, work: Work): Promise<ImportFound> {
  const { staging } = tools;
  const { found } = record;
  if (found === null) throw new Error('An import that is applied has findings.');
  const preview = { ...found.preview, new: 0, changed: 0, same: 0, conflict: 0 };
  const end = staging.stagedEnd(record);
  let alreadyApplied = 0;
  for (let from = 0; from < end; from += householdsPerTurn) {
    const changed: StagedHousehold[] = [];
    for (const household of staging.staged(record, from, from + householdsPerTurn)) {
      if (household.verdict === 'review') continue;
      const verdict = verdictOf(household, staging.factOf(record.source, record.round, household.key));
      preview[verdict] += 1;
      if (verdict === 'same') alreadyApplied += 1 + household.persons;
      if (verdict !== household.verdict) changed.push({ ...household, verdict });
    }
    staging.changeVerdicts(record, changed);
    work.report({ stage: 'comparing', done: Math.min(end, from + householdsPerTurn), total: end, unit: 'households' });
    await work.turn();
  }
  const repeatEachOther = found.repeats?.repeatEachOther ?? 0;
  return { ...found, preview, repeats: { repeatEachOther, alreadyApplied } };
}

function verdictOf(
  { digest, verdict }: StagedHousehold,
  known: string | undefined,
): Verdict & keyof ImportFound['preview'] {
  if (known === digest) return 'same';
  if (verdict === 'conflict') return 'conflict';
  return known === undefined ? 'new' : 'changed';
}
