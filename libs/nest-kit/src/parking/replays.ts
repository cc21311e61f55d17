import type { Actor, ContextName, ParkedReplayEvent } from '@faemban/contracts';
import {
  addFigures,
  createCommandHandler,
  describeFailure,
  deterministicId,
  noReplay,
  type CommandContext,
  type ParkedFilter,
  type ReplayFigures,
  type SequenceKey,
} from '@faemban/event-sourcing';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Problem } from '../http/problem';
import { scrubbed } from '../operations/logs';
import { PLATFORM, type Platform } from '../platform';
import { RUNNERS, type RunnerPlan, type Runners } from '../runners/runners';
import { planOf } from './parked-list';
import { createReplayLog, replayStream, type ReplayCommand } from './replay.decisions';

/** Replays that are remembered with their figures, in this process. */
const rememberedMax = 200;
/** Sequences of one household that are counted before a replay of it. */
const householdSequencesMax = 1000;

/** What is asked of a replay: whose, and one household, one cause, or everything. */
export interface ReplayWish {
  readonly view: string;
  readonly isDryRun: boolean;
  readonly household?: string;
  readonly cause?: string;
}

/** A replay as operators see it. Counts are of sequences (households, or streams) and events. */
export interface ReplayStatus extends ReplayFigures {
  readonly replayId: string;
  readonly view: string;
  readonly kind: RunnerPlan['kind'];
  readonly context: ContextName;
  readonly dryRun: boolean;
  readonly by: 'household' | 'cause' | 'all';
  readonly household?: string;
  readonly cause?: string;
  /**
   * `interrupted`: begun before the last start, and cut off by it; what it applied is applied, and asking again goes on. `ended` has come
   * to its end, with what stays parked in `failures`.
   */
  readonly state: 'running' | 'ended' | 'cancelled' | 'failed' | 'interrupted';
  readonly startedBy: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** How many were meant when it began. */
  readonly sequencesTotal: number;
  readonly eventsTotal: number;
  readonly problem?: string;
}

interface Job {
  status: ReplayStatus;
  isCancelled: boolean;
  working: Promise<void>;
}

/** Has runners replay what they have parked, piece by piece, and writes down who asked for it and how it ended. */
@Injectable()
export class Replays implements BeforeApplicationShutdown {
  private readonly jobs = new Map<string, Job>();
  private isStopping = false;

  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(RUNNERS) private readonly runners: Runners,
  ) {}

  /** The piece in hand is finished; what is left stays parked, in order. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.all([...this.jobs.values()].map(({ working }) => working));
  }

  /**
   * Begins a replay, or a dry run. Repeated under the same command id it answers with what became of the first.
   * @throws Problem where there is no such view, one of it is under way, or nothing that is meant is parked
   */
  async start(wish: ReplayWish, by: CommandContext): Promise<ReplayStatus> {
    const plan = planOf(this.runners, wish.view);
    const replayId = deterministicId('replay', by.commandId);
    const known = this.jobs.get(replayId);
    if (known !== undefined) return known.status;
    const underWay = this.list().find(({ view, state }) => view === wish.view && state === 'running');
    if (underWay !== undefined) throw alreadyUnderWay(underWay);
    if (this.isStopping) throw stopping();
    if (this.platform.isInCharge?.() === false) throw notInCharge();
    const meant = await this.countMeant(plan, wish);
    if (meant.eventsTotal === 0) throw nothingParked(wish);
    const status: ReplayStatus = {
      replayId,
      view: plan.name,
      kind: plan.kind,
      context: plan.context,
      dryRun: wish.isDryRun,
      by: wish.household !== undefined ? 'household' : wish.cause !== undefined ? 'cause' : 'all',
      ...(wish.household === undefined ? {} : { household: wish.household }),
      ...(wish.cause === undefined ? {} : { cause: wish.cause }),
      state: 'running',
      startedBy: by.actor.accountId,
      startedAt: this.now(),
      ...meant,
      ...noReplay,
    };
    const job: Job = { status, isCancelled: false, working: Promise.resolve() };
    this.remember(job);
    try {
      if (!wish.isDryRun) await this.tellStarted(status, by);
    } catch (error) {
      this.jobs.delete(replayId);
      throw error;
    }
    job.working = this.work(job, selectOf(wish));
    return job.status;
  }

  /** The replays of this process, the latest first. */
  list(): readonly ReplayStatus[] {
    return [...this.jobs.values()].map(({ status }) => status).reverse();
  }

  /** One replay, also of before the last start. @throws Problem where there is none */
  async status(replayId: string): Promise<ReplayStatus> {
    const status = this.jobs.get(replayId)?.status ?? (await this.fromLog(replayId));
    if (status === undefined) throw replayUnknown();
    return status;
  }

  /** Ends a replay behind the piece in hand. @throws Problem where there is none, or it has ended */
  async cancel(replayId: string): Promise<ReplayStatus> {
    const job = this.jobs.get(replayId);
    const { state } = job?.status ?? (await this.status(replayId));
    if (job === undefined || state !== 'running') throw notUnderWay(state);
    job.isCancelled = true;
    await job.working;
    return job.status;
  }

  private async work(job: Job, select: ParkedFilter): Promise<void> {
    const { view, kind, dryRun: isDryRun } = job.status;
    let after: SequenceKey | undefined;
    try {
      for (let isEnd = false; !isEnd && !job.isCancelled && !this.isStopping;) {
        const request = { select, isDryRun, ...(after === undefined ? {} : { after }) };
        const outcome = await this.runners.replay({ kind, name: view }, request);
        const figures = addFigures(job.status, { ...outcome, failures: outcome.failures.map(withoutNumbers) });
        job.status = { ...job.status, ...figures };
        ({ isEnd, next: after } = outcome);
        if (isEnd) await this.end(job, 'ended');
      }
      if (job.isCancelled && job.status.state === 'running') await this.end(job, 'cancelled');
    } catch (error) {
      const problem = scrubbed(describeFailure(error));
      job.status = { ...job.status, state: 'failed', endedAt: this.now(), problem };
      await this.tellEnded(job.status).catch((cause: unknown) => {
        job.status = { ...job.status, problem: `${problem} (${scrubbed(describeFailure(cause))})` };
      });
    }
    if (job.status.state === 'running') job.status = { ...job.status, state: 'interrupted' };
  }

  private async end(job: Job, state: 'ended' | 'cancelled'): Promise<void> {
    const status: ReplayStatus = { ...job.status, state, endedAt: this.now() };
    await this.tellEnded(status);
    job.status = status;
  }

  private async countMeant(
    plan: RunnerPlan,
    { household, cause }: ReplayWish,
  ): Promise<Pick<ReplayStatus, 'sequencesTotal' | 'eventsTotal'>> {
    const handle = await plan.parkedEvents();
    const meant =
      household === undefined
        ? (await handle.parkedCauses()).filter((one) => cause === undefined || [one.cause, one.code].includes(cause))
        : (await handle.parkedSequences({ household, limit: householdSequencesMax })).map((one) => {
            return { sequences: 1, events: one.events };
          });
    return {
      sequencesTotal: meant.reduce((sum, { sequences }) => sum + sequences, 0),
      eventsTotal: meant.reduce((sum, { events }) => sum + events, 0),
    };
  }

  private async tellStarted(status: ReplayStatus, by: CommandContext): Promise<void> {
    const { replayId, view: runner, kind, household, cause, sequencesTotal: sequences, eventsTotal: events } = status;
    const meant = {
      ...(household === undefined ? {} : { household }),
      ...(cause === undefined ? {} : { cause }),
    };
    const data = { replayId, runner, kind, by: status.by, ...meant, sequences, events };
    await this.tell(status.context, { type: 'NoteReplayStarted', data }, by);
  }

  private async tellEnded(status: ReplayStatus): Promise<void> {
    if (status.dryRun) return;
    const { replayId, view: runner, kind, state, released, applied, stillParked, failures } = status;
    const outcome = state === 'cancelled' ? 'cancelled' : state === 'failed' ? 'failed' : 'completed';
    const causes = [...new Set(failures.map(({ code }) => code))];
    const data = { replayId, runner, kind, outcome, released, applied, stillParked, causes } as const;
    const actor: Actor = {
      accountId: 'platform',
      office: 'platform',
      role: 'SYS',
      onBehalfOf: status.startedBy,
      channel: 'policy',
    };
    await this.tell(
      status.context,
      { type: 'NoteReplayEnded', data },
      {
        commandId: deterministicId('replay', replayId, 'ended'),
        actor,
        area: '',
        occurredAt: this.now(),
        correlationId: replayId,
      },
    );
  }

  private async tell(context: ContextName, command: ReplayCommand, by: CommandContext): Promise<void> {
    const aggregate = createReplayLog(context);
    await createCommandHandler({ aggregate, store: this.platform.store(context) }).handle(command, by);
  }

  /** What the log says of a replay that this process did not do. */
  private async fromLog(replayId: string): Promise<ReplayStatus | undefined> {
    for (const context of new Set(this.runners.planned().map((plan) => plan.context))) {
      const [first, last] = await this.platform.store(context).load(replayStream(replayId));
      if (first === undefined) continue;
      const { data: begun } = first as unknown as Extract<ParkedReplayEvent, { type: 'ParkedReplayStarted' }>;
      const ended = last as unknown as Extract<ParkedReplayEvent, { type: 'ParkedReplayEnded' }> | undefined;
      return {
        ...noReplay,
        replayId,
        view: begun.runner,
        kind: begun.kind,
        context,
        dryRun: false,
        by: begun.by,
        ...(begun.household === undefined ? {} : { household: begun.household }),
        ...(begun.cause === undefined ? {} : { cause: begun.cause }),
        startedBy: first.actor.accountId,
        startedAt: first.recordedAt,
        sequencesTotal: begun.sequences,
        eventsTotal: begun.events,
        ...(ended === undefined || last === undefined
          ? { state: 'interrupted' }
          : {
              state: ended.data.outcome === 'completed' ? 'ended' : ended.data.outcome,
              endedAt: last.recordedAt,
              released: ended.data.released,
              applied: ended.data.applied,
              stillParked: ended.data.stillParked,
            }),
      };
    }
    return undefined;
  }

  private remember(job: Job): void {
    this.jobs.set(job.status.replayId, job);
    for (const [replayId, { status }] of this.jobs) {
      if (this.jobs.size <= rememberedMax) break;
      if (status.state !== 'running') this.jobs.delete(replayId);
    }
  }

  private now(): string {
    return new Date(this.platform.clock()).toISOString();
  }
}

function selectOf({ household, cause }: ReplayWish): ParkedFilter {
  return { ...(household === undefined ? {} : { household }), ...(cause === undefined ? {} : { cause }) };
}

const withoutNumbers = (failure: ReplayFigures['failures'][number]) => ({
  ...failure,
  message: scrubbed(failure.message),
});

const alreadyUnderWay = ({ replayId, view }: ReplayStatus): Problem =>
  new Problem(
    409,
    'replay-under-way',
    {
      th: `กำลังปล่อยเหตุการณ์ที่พักไว้ของ ${view} อยู่แล้ว (${replayId}) รอให้เสร็จ หรือยกเลิกก่อน`,
      en: `A replay of ${view} is under way (${replayId}). Wait for it, or cancel it first.`,
    },
    { replayId },
  );

const nothingParked = ({ view }: ReplayWish): Problem =>
  new Problem(409, 'nothing-parked', {
    th: `${view} ไม่มีเหตุการณ์ที่พักไว้ตามที่ระบุ ดูสิ่งที่พักไว้ทั้งหมดที่ GET /parked`,
    en: `${view} has nothing parked that is meant by this. What is parked is listed at GET /parked.`,
  });

const replayUnknown = (): Problem =>
  new Problem(404, 'replay-unknown', {
    th: 'ไม่พบการปล่อยเหตุการณ์รายการนี้ การลองดูผลก่อน (dry run) จำไว้ถึงเมื่อระบบเริ่มใหม่เท่านั้น ลองอีกครั้งได้',
    en: 'There is no replay with this id. Dry runs are remembered until the next start; ask for one again.',
  });

const notUnderWay = (state: ReplayStatus['state']): Problem =>
  new Problem(409, 'replay-not-cancelable', {
    th: `รายการนี้อยู่ในสถานะ ${state} จึงยกเลิกไม่ได้ ยกเลิกได้ขณะทำงานอยู่เท่านั้น`,
    en: `This replay is ${state}. It can be cancelled while it is running.`,
  });

const notInCharge = (): Problem =>
  new Problem(503, 'not-in-charge', {
    th: 'โปรเซสอื่นของบริการนี้เป็นผู้ดูแลการปล่อยเหตุการณ์ที่พักไว้ ส่งคำขอผ่านประตูหน้าอีกครั้งในอีกสักครู่',
    en: 'Another process of this service is in charge of replays. Send the request through the front door again shortly.',
  });

const stopping = (): Problem =>
  new Problem(503, 'stopping', {
    th: 'ระบบกำลังปิด เริ่มใหม่เมื่อระบบกลับมา',
    en: 'The server is stopping. Ask again when it is back.',
  });
