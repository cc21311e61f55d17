import { type CommandContext, deterministicId } from '@faemban/event-sourcing';
import type { ImportRecord } from '../imports/import-record';
import { bucketHouseholds } from '../staging/spool.file';
import { SurveyApplication } from './apply-survey.job';
import type { Tools, Work } from './tools';

/** Households of an import whose area code was mapped and that still wait. */
export interface Released {
  readonly record: ImportRecord;
  readonly area: string;
}

/** The first import, among those applied, of which households wait for a code that is mapped by now. */
export function findReleased({ imports, waiting, mappings }: Tools): Released | undefined {
  const applied = new Map(imports.inState('applied').map((record) => [record.no, record]));
  const found = waiting
    .areas([...applied.keys()])
    .find(({ source, area }) => mappings.findTarget(source, area) !== undefined);
  const record = found && applied.get(found.importNo);
  return found && record && { record, area: found.area };
}

/** Records the households of an import that waited for one area code, bucket by bucket, on the authority of who approved its mapping. */
export async function applyReleased(tools: Tools, { record, area }: Released, work: Work): Promise<void> {
  const { waiting, staging, imports, decisions, events, clock } = tools;
  const { importId, source } = record;
  const mappingId = deterministicId('area-mapping', source, area);
  const approval = (await events.load(`area-mapping-${mappingId}`)).findLast(
    ({ type }) => type === 'AreaMappingApproved',
  );
  if (approval === undefined) throw new Error(`The mapping ${mappingId} has no approval.`);
  const actor = { ...approval.actor, channel: 'import' as const };
  const release = { actor, correlationId: approval.correlationId, causationId: approval.id };
  const application = new SurveyApplication(tools, record, release, work);
  const total = waiting.progress(record, mappingId).households + waiting.count(record, area);
  for (;;) {
    const ords = waiting.ords(record, area, bucketHouseholds);
    if (ords.length === 0) break;
    await application.applyWaiting(ords, mappingId);
    const done = waiting.progress(record, mappingId).households;
    work.report({ stage: 'applying', done, total, unit: 'households' });
    await work.turn();
  }
  staging.persist();
  const context: CommandContext = {
    commandId: deterministicId(importId, approval.id, 'waiting'),
    area: '',
    occurredAt: new Date(clock()).toISOString(),
    ...release,
  };
  const applied = { mappingId, ...waiting.progress(record, mappingId) };
  await decisions.handle({ type: 'RecordWaitingApplied', importId, applied }, context);
  const done = staging.application(record)?.applied;
  if (done) imports.change(record, { applied: done });
}
