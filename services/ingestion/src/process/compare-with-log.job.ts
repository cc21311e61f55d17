import type { EventOf, ImportEvent, importUploaded } from '@faemban/contracts';
import type { RecordedEvent } from '@faemban/event-sourcing';
import { evolveImport, type Import, noImport } from '../imports/import';
import { importAggregate } from '../imports/import.decisions';
import { commandOf, importForms, type ImportRecord, type ImportState } from '../imports/import-record';
import { bucketHouseholds } from '../staging/spool.file';
import type { Tools } from './tools';

/** Places of events read at once. */
const pageEvents = 1_000;
const importTypes: ReadonlySet<string> = new Set(importAggregate.events.map(({ type }) => type));
/** States in which everything an import brought is staged and applied. */
const appliedStates: readonly ImportState[] = ['applied', 'examining', 'rollback-requested', 'rolling-back'];

/**
 * Compares ingestion's own files with what its log says of imports, behind what was compared before. A crash leaves them a step behind,
 * which the work on imports mends. Where an older copy of the files was put back, imports are missing, or stand where they stood then:
 * they are entered as their events tell them, and those whose files are needed again ask for them.
 */
export async function compareWithLog(tools: Tools): Promise<void> {
  const compared = new Map(tools.restorations.comparedThrough().map(({ partition, seq }) => [partition, seq]));
  const heads = await tools.log.heads('ingestion');
  const found = new Set<string>();
  for (const { partition, seq } of heads) {
    for (let after = compared.get(partition) ?? 0; after < seq; after += pageEvents) {
      const places = await tools.log.places('ingestion', partition, after, Math.min(pageEvents, seq - after));
      for (const place of places.filter(({ type }) => importTypes.has(type))) {
        const [event] = await tools.log.read('ingestion', partition, place.seq - 1, 1);
        if (event !== undefined) found.add((event.data as { readonly importId: string }).importId);
      }
    }
  }
  const told = await Promise.all([...found].map(async (importId) => tools.events.load(`import-${importId}`)));
  const inOrder = told.sort(([one], [other]) => ((one?.id ?? '') < (other?.id ?? '') ? -1 : 1));
  for (const events of inOrder) await new ComparedImport(tools, events).settle();
  tools.restorations.putCompared(heads);
}

/** One import as its events tell it, beside what the files know. */
class ComparedImport {
  private readonly state: Import;
  private readonly uploaded: (RecordedEvent & EventOf<typeof importUploaded>) | undefined;

  constructor(
    private readonly tools: Tools,
    private readonly events: readonly RecordedEvent[],
  ) {
    this.state = events.reduce<Import>((state, event) => evolveImport(state, event as ImportEvent), noImport);
    this.uploaded = this.find('ImportUploaded');
  }

  async settle(): Promise<void> {
    // One that was given up before its upload was closed has nothing to restore.
    if (this.uploaded === undefined) return;
    const { importId } = this.uploaded.data;
    const record = this.tools.imports.find(importId) ?? this.adopt(this.uploaded);
    const { status } = this.state;
    if (status === 'rejected' && record.state === 'lost') this.end(record, 'rejected');
    else if (status === 'rolled-back' && record.state === 'lost') this.end(record, 'rolled-back');
    else if (status === 'applied') this.settleApplied(record);
    else if (status === 'approved') await this.settleApproved(record);
    else if (status !== 'rejected' && status !== 'rolled-back') this.settleUnapproved(record);
  }

  /** Enters an import that the files do not have. */
  private adopt({ occurredAt, data }: RecordedEvent & EventOf<typeof importUploaded>): ImportRecord {
    const { imports } = this.tools;
    const { importId, kind, source, round, mapping, files } = data;
    // Under which command it was opened is told by no event; its own id stands for it.
    const opened = { importId, commandId: importId, kind, source, round, mapping, createdAt: occurredAt };
    const record = imports.create(opened);
    for (const file of files) imports.putFile(record, file);
    const { importId: _, ...found } = this.find('ImportValidated')?.data ?? {};
    imports.change(record, { state: 'lost', ...('rows' in found ? { found: { ...found, toReview: 0 } } : {}) });
    return imports.get(importId);
  }

  /** Only a survey gives households their ids. What a register or list says is told by its household whoever brings it again. */
  private settleApplied(record: ImportRecord): void {
    if (appliedStates.includes(record.state) || this.isAllApplied(record)) return;
    if (record.kind === 'bmn-survey') this.restore(record);
    else this.end(record, 'applied');
  }

  /** One that is being applied goes on where it was, unless more is recorded of it than a crash can explain. */
  private async settleApproved(record: ImportRecord): Promise<void> {
    const isStaged = ['validated', 'held', 'approved', 'applying'].includes(record.state);
    if (!isStaged || !this.hasFiles() || (await this.isRecordedBeyond(record))) this.restore(record);
  }

  private settleUnapproved(record: ImportRecord): void {
    const { imports } = this.tools;
    if (!this.hasFiles()) imports.change(record, { state: 'lost' });
    else if (record.state === 'receiving' || record.state === 'lost') imports.change(record, { state: 'validating' });
  }

  /** Has it read again from its files, where they are; else it asks for them. */
  private restore(record: ImportRecord): void {
    const { imports, restorations } = this.tools;
    restorations.add(record, this.find('ImportApproved')?.recordedAt ?? '');
    imports.change(record, { state: this.hasFiles() ? 'validating' : 'lost' });
  }

  private end(record: ImportRecord, state: 'applied' | 'rejected' | 'rolled-back'): void {
    const endedAt = this.events.findLast(({ type }) => endTypes[state].includes(type))?.occurredAt ?? null;
    this.tools.imports.change(record, { state, ...(endedAt === null ? {} : { endedAt }) });
  }

  private isAllApplied(record: ImportRecord): boolean {
    const { staging } = this.tools;
    const applied = record.state === 'applying' ? staging.application(record) : undefined;
    return applied !== undefined && applied.bucket * bucketHouseholds >= staging.stagedEnd(record);
  }

  /** Whether households of the bucket after the one that is being applied are recorded. */
  private async isRecordedBeyond(record: ImportRecord): Promise<boolean> {
    const { staging, events } = this.tools;
    const from = ((staging.application(record)?.bucket ?? 0) + 1) * bucketHouseholds;
    for (const { ord } of staging.staged(record, from, from + bucketHouseholds)) {
      if ((await events.outcomeOf(commandOf(record, ord))) !== undefined) return true;
    }
    return false;
  }

  private hasFiles(): boolean {
    const { importId, kind } = this.uploaded?.data ?? {};
    return importId !== undefined && kind !== undefined && this.tools.files.has(importId, importForms[kind].parts);
  }

  private find<Type extends ImportEvent['type']>(type: Type) {
    const event = this.events.find((recorded) => recorded.type === type);
    return event as (RecordedEvent & Extract<ImportEvent, { readonly type: Type }>) | undefined;
  }
}

const endTypes: Readonly<Record<'applied' | 'rejected' | 'rolled-back', readonly string[]>> = {
  applied: ['ImportApplied'],
  rejected: ['ImportRejected'],
  'rolled-back': ['ImportRolledBack'],
};
