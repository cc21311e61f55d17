import { createHash } from 'node:crypto';
import {
  cancelWork,
  createCommandHandler,
  createSharedControl,
  describeFailure,
  deterministicId,
  obeying,
  RebuildCancelled,
  setPaused,
  type CommandContext,
  type Comparison,
  type RebuildEngine,
  type RebuildRecord,
  type SharedControl,
} from '@faemban/event-sourcing';
import type { Actor } from '@faemban/contracts';
import type { Platform } from '../platform';
import { createRebuildLog, type RebuildCommand } from './rebuild.decisions';

/** How often those who watch are told of progress. Milliseconds. */
const tellEveryMs = 250;

/** What a piece of work is given by those who keep the rebuilds. */
export interface WorkSurroundings {
  readonly platform: Platform;
  readonly engine: RebuildEngine;
  /** Writes the record down; what is not written down never happened. */
  save(record: RebuildRecord): Promise<void>;
  /** Says that something changed, to those who watch. */
  changed(): void;
}

/**
 * One rebuild at work: fills, compares, switches, tidies up, and writes down after every stage what was reached, so that whoever opens
 * the record again goes on from there. Ends by `stop`, which leaves the record as it is, or `cancel`.
 */
export class RebuildWork {
  readonly control: SharedControl = createSharedControl();
  private eventsRead = 0;
  private readSinceStart = 0;
  private workedMs = 0;
  private working: Promise<void> | undefined;
  private wish: 'go-on' | 'stop' | 'cancel' = 'go-on';

  constructor(
    private current: RebuildRecord,
    private readonly around: WorkSurroundings,
  ) {
    this.eventsRead = current.eventsFilled;
    setPaused(this.control, current.isPaused);
  }

  get record(): RebuildRecord {
    const { eventsRead, workedMs, current } = this;
    if (current.state !== 'filling') return current;
    const secondsFilling = current.secondsFilling + workedMs / 1000;
    return { ...current, eventsFilled: Math.min(eventsRead, current.eventsTotal), secondsFilling };
  }

  /** Events per second since this process took it up; undefined before the first were read. */
  get eventsPerSecond(): number | undefined {
    return this.readSinceStart > 0 && this.workedMs > 0 ? this.readSinceStart / (this.workedMs / 1000) : undefined;
  }

  /** Goes on from where the record stands, until an end or somebody's decision is reached. */
  begin(): void {
    this.working ??= this.run().finally(() => {
      this.working = undefined;
      this.around.changed();
    });
  }

  /** Resolves when nothing is at work. */
  async settled(): Promise<void> {
    await this.working;
  }

  async pause(isPaused: boolean): Promise<void> {
    setPaused(this.control, isPaused);
    await this.note({ isPaused });
  }

  /** Has it go into service: `verified` becomes `switching`. */
  async switch(by: string): Promise<void> {
    await this.note({ state: 'switching', switchedBy: by });
    this.begin();
  }

  /** Ends it for good; the generation it filled goes. */
  async cancel(): Promise<void> {
    this.wish = 'cancel';
    setPaused(this.control, false);
    cancelWork(this.control);
    await this.working;
    await this.around.engine.drop(this.current.view, this.current.generation);
    await this.end({ state: 'cancelled' });
  }

  /** Ends the work in this process; the record says where to go on. */
  async stop(): Promise<void> {
    this.wish = 'stop';
    setPaused(this.control, false);
    cancelWork(this.control);
    await this.working;
  }

  private async run(): Promise<void> {
    try {
      if (this.current.state === 'filling') await this.fill();
      if (this.current.state === 'comparing') await this.compare();
      if (this.current.state === 'switching') await this.switchOver();
      if (this.current.state === 'tidying') await this.tidy();
    } catch (error) {
      if (error instanceof RebuildCancelled || this.wish !== 'go-on') return;
      await this.end({ state: 'failed', problem: describeFailure(error) });
    }
  }

  private async fill(): Promise<void> {
    const { engine, changed } = this.around;
    const todo = new Set(await engine.unfilled(this.current));
    this.eventsRead = this.current.eventsTotal - this.eventsIn(todo);
    let last = performance.now();
    const telling = setInterval(() => {
      const now = performance.now();
      if (!this.current.isPaused) this.workedMs += now - last;
      last = now;
      changed();
    }, tellEveryMs);
    try {
      await engine.fill(this.current, obeying(this.control), (progress) => {
        if (!('events' in progress)) return;
        this.eventsRead += progress.events;
        this.readSinceStart += progress.events;
      });
    } finally {
      clearInterval(telling);
      this.workedMs += performance.now() - last;
    }
    const secondsFilling = this.current.secondsFilling + this.workedMs / 1000;
    await this.note({ state: 'comparing', eventsFilled: this.current.eventsTotal, secondsFilling });
  }

  private async compare(): Promise<void> {
    const comparison = await this.around.engine.compare(this.current, obeying(this.control));
    const verifiedAt = this.now();
    const isEqual = comparison.differencesTotal === 0;
    const { rebuildId, view, version, generation, expectedDifferences, switchesItself } = this.current;
    await this.tellLog({
      type: 'NoteRebuildVerified',
      data: {
        rebuildId,
        view,
        version,
        generation,
        verdict: isEqual ? 'equal' : 'different',
        documents: comparison.documents,
        counters: comparison.counters,
        parked: comparison.parked,
        differences: comparison.differencesTotal,
        digest: digestOfAll(comparison),
      },
    });
    if (!isEqual && expectedDifferences === undefined) {
      await this.end({ state: 'refused', comparison, verifiedAt });
    } else if (switchesItself) {
      await this.note({ state: 'switching', comparison, verifiedAt, switchedBy: this.current.startedBy });
    } else {
      await this.note({ state: 'verified', comparison, verifiedAt });
    }
  }

  private async switchOver(): Promise<void> {
    const switchedAtVector = await this.around.engine.switch(this.current);
    const { rebuildId, view, version, generation } = this.current;
    await this.tellLog({ type: 'NoteRebuildSwitched', data: { rebuildId, view, version, generation } });
    await this.note({ state: 'tidying', switchedAtVector, switchedAt: this.now() });
  }

  private async tidy(): Promise<void> {
    await this.around.engine.drop(this.current.view, this.current.before);
    await this.end({ state: 'switched' });
  }

  private async end(change: Partial<RebuildRecord>): Promise<void> {
    await this.note({ ...change, isPaused: false, finishedAt: this.now() });
  }

  private async note(change: Partial<RebuildRecord>): Promise<void> {
    this.current = { ...this.current, ...change };
    await this.around.save(this.current);
    this.around.changed();
  }

  private eventsIn(partitions: ReadonlySet<number>): number {
    return Object.entries(this.current.target)
      .filter(([key]) => partitions.has(Number(key.split('/')[1])))
      .reduce((sum, [, seq]) => sum + seq, 0);
  }

  /** Recorded under an id made of the rebuild and the stage, so that a repeated stage is recorded once. */
  private async tellLog(command: RebuildCommand): Promise<void> {
    const { platform } = this.around;
    const { rebuildId, startedBy } = this.current;
    const actor: Actor = {
      accountId: 'platform',
      office: 'platform',
      role: 'SYS',
      onBehalfOf: startedBy,
      channel: 'policy',
    };
    await tellRebuildLog(platform, this.current, command, {
      commandId: deterministicId('rebuild', rebuildId, command.type),
      actor,
      area: '',
      occurredAt: this.now(),
      correlationId: rebuildId,
    });
  }

  private now(): string {
    return new Date(this.around.platform.clock()).toISOString();
  }
}

/** Records one stage of a rebuild in the log of the context that keeps the view. */
export async function tellRebuildLog(
  platform: Platform,
  { context }: Pick<RebuildRecord, 'context'>,
  command: RebuildCommand,
  by: CommandContext,
): Promise<void> {
  const aggregate = createRebuildLog(context);
  await createCommandHandler({ aggregate, store: platform.store(context) }).handle(command, by);
}

/** SHA-256 (hex) over the digests of all partitions, one line each. */
export function digestOfAll({ partitions }: Pick<Comparison, 'partitions'>): string {
  const lines = partitions.map(({ partition, digest }) => `${partition} ${digest}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}
