import type { RollbackReason } from '@faemban/contracts';
import type { CommandContext, Sentence } from '@faemban/event-sourcing';
import { Problem } from '@faemban/nest-kit';
import { type ImportJobs, standingState } from '../process/jobs.service';
import type { Progress, Tools } from '../process/tools';
import type { ImportRecord } from './import-record';
import { builtOnSentence } from './import-rollback.decisions';
import { type RollbackTold, rollbackTold } from './rollback-told';
import type { RollbackFound } from './rollbacks.store';

/** The undoing of an import as callers see it. Counts are of households and of recorded facts. */
export interface RollbackView extends Omit<RollbackTold, 'outcome'> {
  readonly importId: string;
  readonly state: 'examining' | 'awaiting-approval' | 'rolling-back' | 'rolled-back' | 'refused' | 'declined';
  readonly found?: RollbackFound;
  readonly progress?: Progress;
  /** What stands in the way, and what is possible instead. */
  readonly sentence?: Sentence;
}

/** What operators do to undo imports, in front of the decider and the jobs. */
export class Rollbacks {
  constructor(
    private readonly tools: Tools,
    private readonly jobs: ImportJobs,
  ) {}

  /** Asks that an import be undone, and has it examined. Asked again while it is under way, it answers how far it is. */
  async request(importId: string, reason: RollbackReason, context: CommandContext): Promise<RollbackView> {
    const { imports, rollbacks, decisions, undo } = this.tools;
    this.get(importId);
    const handled = await decisions.handle({ type: 'RequestRollback', importId, reason }, context);
    const record = this.get(importId);
    if (handled.outcome !== 'nothing-to-do' && (record.state === 'applied' || record.state === 'lost')) {
      undo.clear(record);
      rollbacks.clear(record);
      imports.change(record, { state: 'examining' });
    }
    this.jobs.wake();
    return this.view(importId);
  }

  /** Releases the undoing. @throws Problem 409 where it is still looked whether anything was built on it */
  async approve(importId: string, context: CommandContext): Promise<RollbackView> {
    const { imports, decisions } = this.tools;
    if (this.get(importId).state === 'examining') throw stillExamining();
    await decisions.handle({ type: 'ApproveRollback', importId }, context);
    const record = this.get(importId);
    if (record.state === 'rollback-requested') imports.change(record, { state: 'rolling-back' });
    this.jobs.wake();
    return this.view(importId);
  }

  /** Lets the import stand. */
  async decline(importId: string, context: CommandContext): Promise<RollbackView> {
    const { imports, decisions } = this.tools;
    this.get(importId);
    await decisions.handle({ type: 'RefuseRollback', importId, builtOn: [] }, context);
    const record = this.get(importId);
    // One that is being examined is marked by that work, which reads what was decided when it ends.
    if (record.state === 'rollback-requested') {
      imports.change(record, { state: standingState(this.tools, record) });
    }
    this.jobs.wake();
    return this.view(importId);
  }

  /** @throws Problem 404 where there is no such import, or nobody ever asked that it be undone */
  async view(importId: string): Promise<RollbackView> {
    const record = this.get(importId);
    const told = rollbackTold(await this.tools.events.load(`import-${importId}`));
    if (told === undefined) throw neverRequested();
    const { outcome, ...shown } = told;
    const found = this.tools.rollbacks.find(record);
    const progress = this.jobs.progressOf(importId);
    return {
      importId,
      state: stateOf(record, outcome),
      ...shown,
      ...(found ? { found } : {}),
      ...(progress ? { progress } : {}),
      ...(told.builtOn ? { sentence: builtOnSentence(told.builtOn) } : {}),
    };
  }

  private get(importId: string): ImportRecord {
    const record = this.tools.imports.find(importId);
    if (record === undefined) throw unknownImport();
    return record;
  }
}

function stateOf({ state }: ImportRecord, outcome: RollbackTold['outcome']): RollbackView['state'] {
  if (outcome !== undefined) return outcome;
  if (state === 'rollback-requested') return 'awaiting-approval';
  return state === 'rolling-back' || state === 'rolled-back' ? state : 'examining';
}

const unknownImport = (): Problem =>
  new Problem(404, 'import-unknown', { th: 'ไม่พบการนำเข้านี้', en: 'There is no import with this id.' });

const neverRequested = (): Problem =>
  new Problem(404, 'rollback-unknown', {
    th: 'ยังไม่เคยมีคำขอยกเลิกการนำเข้านี้',
    en: 'Nobody ever asked that this import be undone.',
  });

const stillExamining = (): Problem =>
  new Problem(409, 'rollback-being-examined', {
    th: 'ระบบกำลังตรวจว่ามีการบันทึกต่อจากการนำเข้านี้หรือไม่ ให้รอจนตรวจเสร็จแล้วจึงอนุมัติ',
    en: 'It is being looked whether anything was built on this import. Wait until that is known, then approve.',
  });
