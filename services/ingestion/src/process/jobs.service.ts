import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { BuiltOn, ImportEvent } from '@faemban/contracts';
import { type CommandContext, deterministicId, type RecordedEvent, type Sentence } from '@faemban/event-sourcing';
import { inTraceOf } from '@faemban/nest-kit';
import { evolveImport, type Import, noImport } from '../imports/import';
import { lostBecause } from '../imports/lost-imports';
import type { ImportFound, ImportRecord } from '../imports/import-record';
import { FragileApplication } from './apply-fragile.job';
import { compareWithLog } from './compare-with-log.job';
import { RegisterApplication } from './apply-register.job';
import { type Release, SurveyApplication } from './apply-survey.job';
import { FragileMatching } from './match-fragile.job';
import { RegisterMatching } from './match-register.job';
import { refreshVerdicts } from './refresh-verdicts.job';
import { ImportUndo } from './undo-import.job';
import type { Progress, Tools, Work } from './tools';
import { SurveyValidation } from './validate-survey.job';
import { applyReleased, findReleased } from './waiting-households.job';

const pauseMsMin = 500;
const pauseMsMax = 30_000;

/** The work was asked to stop; it goes on at the next start. */
class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Hears of work that failed and will be tried again. */
export type FailureListener = (importId: string, error: unknown, againInMs: number) => void;

/**
 * Works through imports one after another: first what is being undone or applied, so that nothing else comes between, then the oldest. Work that fails is tried
 * again, with longer and longer pauses; work that a stop or crash interrupted goes on where it was.
 */
export class ImportJobs {
  private readonly progress = new Map<string, Progress>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private failed: { readonly importId: string; readonly attempts: number } | undefined;

  constructor(
    private readonly tools: Tools,
    private readonly onFailure: FailureListener = () => undefined,
  ) {}

  /** Brings ingestion's files up to what the events say, then begins. */
  async start(): Promise<void> {
    await compareWithLog(this.tools);
    for (const record of this.tools.imports.inState(
      'receiving',
      'validating',
      'recording',
      'validated',
      'held',
      'approved',
      'applying',
      'applied',
      'examining',
      'rollback-requested',
      'rolling-back',
    )) {
      await this.catchUp(record);
    }
    this.wake();
  }

  /** There is something to do. */
  wake(): void {
    this.running ??= this.workThrough();
  }

  /** Brings one import up to what its events say, and goes on with it. */
  async refresh(importId: string): Promise<void> {
    await this.catchUp(this.tools.imports.get(importId));
    this.wake();
  }

  /** Nothing is left to do. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  progressOf(importId: string): Progress | undefined {
    return this.progress.get(importId);
  }

  /** What an import waits for, in words; undefined when nothing failed. */
  waitingFor(): Sentence | undefined {
    if (this.failed === undefined) return lostSentence(this.tools.imports.inState('lost'));
    return {
      th: `การนำเข้า ${this.failed.importId} ทำไม่สำเร็จ ${this.failed.attempts} ครั้ง และจะลองใหม่เอง ดูสาเหตุในบันทึกของระบบ`,
      en: `Import ${this.failed.importId} failed ${this.failed.attempts} times and is tried again by itself. The log says why.`,
    };
  }

  /** Ends, and says so, in the same turn in which it finds nothing to do, so that no {@link wake} is lost. */
  private async workThrough(): Promise<void> {
    await nextTurn();
    try {
      await this.workWhileThereIs();
    } finally {
      this.running = undefined;
    }
  }

  private async workWhileThereIs(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const record = this.next();
      const isFree = record === undefined && this.tools.restorations.awaited().length === 0;
      const released = isFree ? findReleased(this.tools) : undefined;
      const current = record ?? released?.record;
      if (current === undefined) return;
      const { importId } = current;
      try {
        await this.inItsTrace(current, () =>
          released === undefined ? this.advance(current) : applyReleased(this.tools, released, this.workOn(current)),
        );
        this.failed = undefined;
        this.progress.delete(importId);
      } catch (error) {
        if (error instanceof Stopped) return;
        const attempts = this.failed?.importId === importId ? this.failed.attempts + 1 : 1;
        this.failed = { importId, attempts };
        const againInMs = Math.min(pauseMsMax, pauseMsMin * 2 ** (attempts - 1));
        this.onFailure(importId, error, againInMs);
        await pause(againInMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  /** While imports have to be restored, none is applied but the first of them: what the others bring may stand on it. */
  private next(): ImportRecord | undefined {
    const { imports, restorations } = this.tools;
    const first = restorations.awaited()[0];
    return [
      ...imports.inState('rolling-back', 'applying'),
      ...imports.inState('validating', 'recording', 'approved', 'examining'),
    ].find(({ no, state }) => first === undefined || first.no === no || (state !== 'applying' && state !== 'approved'));
  }

  /** A step belongs to the trace of whoever decided last about the import, since that is what asked for it. */
  private async inItsTrace({ importId, state }: ImportRecord, step: () => Promise<void>): Promise<void> {
    const decided = (await this.tools.events.load(`import-${importId}`)).at(-1);
    return inTraceOf(decided?.traceparent, `import ${state}`, step);
  }

  /** One step of one import: validating, telling what was found, applying, or undoing. */
  private async advance(record: ImportRecord): Promise<void> {
    const { imports } = this.tools;
    const work = this.workOn(record);
    if (record.state === 'validating') {
      const serial = imports.applications();
      const found = await this.validation(record, work).run();
      this.tools.staging.persist();
      imports.change(record, { state: 'recording', found, serial });
    } else if (record.state === 'recording') {
      await this.tellFound(record);
    } else if (record.state === 'examining') {
      await this.examine(record, work);
    } else if (record.state === 'rolling-back') {
      await this.rollBack(record, work);
    } else {
      await this.apply(record, work);
    }
  }

  private validation(record: ImportRecord, work: Work): { run(): Promise<NonNullable<ImportRecord['found']>> } {
    const Validation = {
      ...{ 'bmn-survey': SurveyValidation, 'welfare-register': RegisterMatching, 'fragile-list': FragileMatching },
    }[record.kind];
    return new Validation(this.tools, record, work);
  }

  private async tellFound(record: ImportRecord): Promise<void> {
    const { imports, decisions } = this.tools;
    const { importId } = record;
    if (record.found === null) throw new Error('An import that is recorded has findings.');
    const told = await this.stateOf(importId);
    if (told.status !== 'uploaded') return this.goOnWhere(record, told);
    const { toReview: _, repeats, ...found } = record.found;
    const upload = await this.eventOf(importId, 'ImportUploaded');
    const context = this.contextOf(importId, 'validation', upload);
    await decisions.handle({ type: 'RecordValidation', importId, found, ...(repeats ? { repeats } : {}) }, context);
    const { status } = await this.stateOf(importId);
    if (status === 'rejected') imports.change(record, { state: 'rejected', endedAt: this.now() });
    else imports.change(record, { state: status === 'held' ? 'held' : 'validated' });
  }

  /** An import whose findings were told before goes on where its events are. */
  private goOnWhere(record: ImportRecord, { status }: Import): void {
    const { imports, restorations } = this.tools;
    if (status === 'rolled-back') imports.change(record, { state: 'rolled-back', endedAt: this.now() });
    else if (status === 'rejected') imports.change(record, { state: 'rejected', endedAt: this.now() });
    else if (status === 'validated' || status === 'held') imports.change(record, { state: status });
    // What events say to be recorded is gone through once more, so that the files know it.
    else if (restorations.isAwaited(record)) imports.change(record, { state: 'applying' });
    else imports.change(record, { state: 'approved' });
  }

  private async apply(record: ImportRecord, work: Work): Promise<void> {
    const { imports, decisions, restorations } = this.tools;
    const { importId } = record;
    const approval = await this.eventOf(importId, 'ImportApproved');
    const context = this.contextOf(importId, 'application', approval);
    if (record.state === 'approved' && !(await this.prepare(record, work, approval))) return;
    const isRestored = restorations.isAwaited(record);
    const { actor, correlationId } = context;
    const release: Release = { actor, correlationId, causationId: approval.id };
    const current = imports.get(importId);
    const Application = {
      ...{ 'bmn-survey': SurveyApplication, 'welfare-register': RegisterApplication },
      'fragile-list': FragileApplication,
    }[record.kind];
    const applied = await new Application(this.tools, current, release, work, isRestored).run();
    this.tools.staging.persist();
    if ((await this.stateOf(importId)).status === 'approved') {
      await decisions.handle({ type: 'RecordApplied', importId, applied }, context);
    }
    const { occurredAt } = await this.eventOf(importId, 'ImportApplied');
    imports.change(record, { state: 'applied', applied, endedAt: occurredAt });
    if (!isRestored) return;
    restorations.end(record);
    // Somebody may have asked since that it be undone.
    await this.catchUp(imports.get(importId));
  }

  /**
   * Where imports were applied or undone since it was validated, an import is compared again: people a register did not find then may be
   * there now, and what was new may be known. It may have to stop for that. Answers whether it can be applied.
   */
  private async prepare(record: ImportRecord, work: Work, approval: RecordedEvent): Promise<boolean> {
    const { imports, decisions } = this.tools;
    const { importId } = record;
    const serial = imports.applications();
    const found = serial === record.serial ? undefined : await this.compareAgain(record, work);
    this.tools.staging.persist();
    if (found?.repeats) {
      const context = this.contextOf(importId, 'hold', approval);
      await decisions.handle({ type: 'HoldImport', importId, rows: found.rows, repeats: found.repeats }, context);
      if ((await this.stateOf(importId)).status === 'held') {
        imports.change(record, { state: 'held', serial, found });
        return false;
      }
    }
    imports.change(record, { state: 'applying', serial, ...(found ? { found } : {}) });
    return true;
  }

  private compareAgain(record: ImportRecord, work: Work): Promise<ImportFound> {
    return record.kind === 'bmn-survey'
      ? refreshVerdicts(this.tools, record, work)
      : this.validation(record, work).run();
  }

  /** Looks whether anything was built on an import that is to be undone; if so, it stands. */
  private async examine(record: ImportRecord, work: Work): Promise<void> {
    const { imports, rollbacks } = this.tools;
    const { builtOn, ...found } = await new ImportUndo(this.tools, record, work).examine();
    rollbacks.put(record, found);
    const state = await this.stateOf(record.importId);
    const isAwaited = state.status === 'applied' && state.rollback !== undefined;
    if (isAwaited && builtOn.length > 0) await this.refuseRollback(record, builtOn);
    else imports.change(record, { state: isAwaited ? 'rollback-requested' : standingState(this.tools, record) });
  }

  private async refuseRollback(record: ImportRecord, builtOn: readonly BuiltOn[]): Promise<void> {
    const { imports, decisions } = this.tools;
    const { importId } = record;
    const request = await this.eventOf(importId, 'ImportRollbackRequested');
    const context = this.contextOf(importId, `refusal of ${request.id}`, request);
    await decisions.handle({ type: 'RefuseRollback', importId, builtOn }, context);
    imports.change(record, { state: standingState(this.tools, record) });
  }

  /** What was built on it since it was asked for is found here; once the first fact is withdrawn, all are. */
  private async rollBack(record: ImportRecord, work: Work): Promise<void> {
    const { imports, rollbacks, decisions, staging, restorations } = this.tools;
    const { importId } = record;
    const undo = new ImportUndo(this.tools, record, work);
    // Of one that is undone by its events, the files only have to hear of it.
    const isUndone = (await this.stateOf(importId)).status === 'rolled-back';
    if (!undo.hasBegun()) {
      const { builtOn, ...found } = await undo.examine();
      rollbacks.put(record, found);
      if (builtOn.length > 0 && !isUndone) return this.refuseRollback(record, builtOn);
    }
    const approval = await this.eventOf(importId, 'ImportRollbackApproved');
    const context = this.contextOf(importId, 'rollback', approval);
    const { actor, correlationId } = context;
    const done = await undo.withdraw({ actor, correlationId, causationId: approval.id });
    staging.persist();
    if (!isUndone) await decisions.handle({ type: 'RecordRolledBack', importId, done }, context);
    imports.change(record, { state: 'rolled-back', endedAt: this.now() });
    restorations.end(record);
    this.tools.undo.clear(record);
  }

  private workOn({ importId }: ImportRecord): Work {
    return {
      report: (progress) => this.progress.set(importId, progress),
      turn: async () => {
        await nextTurn();
        if (this.stopping.signal.aborted) throw new Stopped('The work on imports was stopped.');
      },
    };
  }

  /** A crash may fall between an event and the note of it in ingestion's own file: the event wins. */
  private async catchUp(record: ImportRecord): Promise<void> {
    const { imports, restorations } = this.tools;
    if (restorations.isAwaited(record) && !isApplied(record)) return;
    const state = await this.stateOf(record.importId);
    const { status } = state;
    if (state.status === 'applied' && isApplied(record)) {
      const { rollback } = state;
      const isAwaited = rollback !== undefined && !rollback.isApproved;
      if (isAwaited && record.state !== 'applied') return;
      const now = rollback === undefined ? 'applied' : isAwaited ? 'examining' : 'rolling-back';
      if (now !== record.state) imports.change(record, { state: now });
    } else if (status === 'rolled-back' && isApplied(record) && !this.isWithdrawn(record)) {
      imports.change(record, { state: 'rolling-back' });
    } else if (status === 'rolled-back') {
      imports.change(record, { state: 'rolled-back', endedAt: this.now() });
      this.tools.undo.clear(record);
    } else if (status === 'rejected') imports.change(record, { state: 'rejected', endedAt: this.now() });
    else if (status === 'applied') {
      const applied = this.tools.staging.application(record)?.applied;
      imports.change(record, { state: 'applied', endedAt: this.now(), ...(applied ? { applied } : {}) });
    } else if (status === 'held') imports.change(record, { state: 'held' });
    else if (status === 'approved' && (record.state === 'validated' || record.state === 'held')) {
      imports.change(record, { state: 'approved' });
    } else if (status === 'validated' && (record.state === 'recording' || record.state === 'held')) {
      imports.change(record, { state: 'validated' });
    } else if (status === 'uploaded' && record.state === 'receiving') imports.change(record, { state: 'validating' });
  }

  /** Whether the files have everything that undoing an import does to them. */
  private isWithdrawn(record: ImportRecord): boolean {
    const progress = this.tools.undo.progress(record);
    return progress !== undefined && progress.next >= (this.tools.rollbacks.find(record)?.households ?? Infinity);
  }

  private async stateOf(importId: string): Promise<Import> {
    const events = await this.tools.events.load(`import-${importId}`);
    return events.reduce<Import>((state, event) => evolveImport(state, event as ImportEvent), noImport);
  }

  private async eventOf(importId: string, type: ImportEvent['type']): Promise<RecordedEvent> {
    const events = await this.tools.events.load(`import-${importId}`);
    const event = events.findLast((recorded) => recorded.type === type);
    if (event === undefined) throw new Error(`Import ${importId} has no ${type}.`);
    return event;
  }

  /** What the platform does in answer to an operator's command, it does on his authority, by the import's channel. */
  private contextOf(importId: string, step: string, cause: RecordedEvent): CommandContext {
    return {
      commandId: deterministicId(importId, step),
      actor: { ...cause.actor, channel: 'import' },
      area: '',
      occurredAt: this.now(),
      correlationId: cause.correlationId,
      causationId: cause.id,
    };
  }

  private now(): string {
    return new Date(this.tools.clock()).toISOString();
  }
}

/** The state of an import that is applied and of which nothing is asked. */
export const standingState = (
  { restorations }: Pick<Tools, 'restorations'>,
  record: ImportRecord,
): 'applied' | 'lost' => (restorations.isAwaited(record) ? 'lost' : 'applied');

/** What is said while imports ask for their files; undefined where none does. */
function lostSentence([first, ...others]: readonly ImportRecord[]): Sentence | undefined {
  if (first === undefined) return undefined;
  const [{ th, en }, more] = [lostBecause(first), others.length];
  return more === 0 ? { th, en } : { th: `${th} (และอีก ${more} รายการ)`, en: `${en} (And ${more} more.)` };
}

/** Whether an import was applied and is not undone, whatever is asked of it now. */
const isApplied = ({ state }: ImportRecord): boolean =>
  state === 'applied' || state === 'examining' || state === 'rollback-requested' || state === 'rolling-back';
