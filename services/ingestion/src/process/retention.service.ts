import { type CommandContext, deterministicId } from '@faemban/event-sourcing';
import type { ImportRecord } from '../imports/import-record';
import type { Tools } from './tools';

const dayMs = 24 * 3600 * 1000;
/** Days a batch's sealed files are kept after its end. */
export const filesKeptDays = 30;
/** Days an upload may stay open before it is given up. */
export const uploadOpenDays = 7;
/** How often it is looked whether a day has passed. */
const lookMs = 3600 * 1000;

/** Deletes what has served its time: once at the start, then once a day by the platform's clock. */
export class Retention {
  private timer: NodeJS.Timeout | undefined;
  private sweptAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly tools: Tools,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  start(): void {
    this.look();
    this.timer = setInterval(() => this.look(), lookMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Gives up uploads that were never closed, then destroys secrets and files of imports that ended long enough ago. */
  async sweep(): Promise<void> {
    const { imports, files, clock, staging } = this.tools;
    const now = clock();
    const openBefore = new Date(now - uploadOpenDays * dayMs).toISOString();
    for (const record of imports.inState('receiving')) if (record.createdAt < openBefore) await this.giveUp(record);
    for (const record of imports.toSweep(new Date(now - filesKeptDays * dayMs).toISOString())) {
      if (this.hasWaitingHouseholds(record)) continue;
      await files.destroy(record.importId);
      staging.clear(record);
      imports.markSwept(record);
    }
  }

  /** Households that wait for their area code are in the sealed files only: nothing is dropped while they may still be recorded. */
  private hasWaitingHouseholds(record: ImportRecord): boolean {
    return record.state !== 'rejected' && record.state !== 'rolled-back' && this.tools.waiting.hasHouseholds(record);
  }

  private look(): void {
    const now = this.tools.clock();
    if (now - this.sweptAt < dayMs) return;
    this.sweptAt = now;
    this.sweep().catch(this.onFailure);
  }

  private async giveUp(record: ImportRecord): Promise<void> {
    const { importId } = record;
    const occurredAt = new Date(this.tools.clock()).toISOString();
    const context: CommandContext = {
      commandId: deterministicId(importId, 'abandoned'),
      actor: { accountId: 'platform', office: 'platform', role: 'SYS', channel: 'policy' },
      area: '',
      occurredAt,
      correlationId: importId,
    };
    await this.tools.decisions.handle({ type: 'RejectImport', importId, reason: 'upload-abandoned' }, context);
    this.tools.imports.change(record, { state: 'rejected', endedAt: occurredAt });
  }
}
