import {
  asViewShape,
  LocalRebuildEngine,
  unfinishedStates,
  type CommandContext,
  type RebuildEngine,
  type RebuildRecord,
} from '@faemban/event-sourcing';
import type { ContextName } from '@faemban/contracts';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { Problem } from '../http/problem';
import { Metrics } from '../operations/metrics';
import { PLATFORM, type Platform } from '../platform';
import { RUNNERS, type RunnerPlan, type Runners } from '../runners/runners';
import { RebuildWork, tellRebuildLog } from './rebuild-work';
import { Throttle } from './throttle';

/** How often a process looks whether it has come to be, or no longer is, the one in charge. Milliseconds. */
const lookAtChargeMs = 1_000;

/** What is asked of a new rebuild. */
export interface RebuildWish {
  readonly view: string;
  /** Whether an equal generation goes into service by itself. */
  readonly switchesItself: boolean;
  readonly expectedDifferences?: string;
}

/** A rebuild as operators see it: its record, without what only the report needs, and how fast it goes. */
export interface RebuildStatus extends Omit<RebuildRecord, 'comparison' | 'target' | 'switchedAtVector'> {
  /** 0 to 1, of filling. */
  readonly ratio: number;
  readonly eventsPerSecond: number | null;
  /** Seconds until everything is filled at the rate so far; null where that is not known. */
  readonly etaSeconds: number | null;
  /** How long it rests after every step, so that live work keeps up. Milliseconds. */
  readonly restMs: number;
  readonly documents?: number;
  readonly counters?: number;
  readonly parked?: number;
  readonly differencesTotal?: number;
}

/** The rebuilds of a server's read models: begun, watched, held back, ended; those a restart interrupted go on. */
@Injectable()
export class Rebuilds implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly works = new Map<string, RebuildWork>();
  private readonly engines = new Map<ContextName, RebuildEngine>();
  private readonly changes = new Subject<string>();
  private readonly throttle: Throttle;
  private isStopping = false;
  private isTakenUp = false;
  private looking: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(RUNNERS) private readonly runners: Runners,
    @Inject(Metrics) metrics: Metrics,
  ) {
    this.throttle = new Throttle(runners);
    const each =
      (value: (status: RebuildStatus) => number | null) => (gauge: { set(labels: object, value: number): void }) => {
        for (const status of this.list()) {
          const number = value(status);
          if (unfinishedStates.includes(status.state) && number !== null) gauge.set({ view: status.view }, number);
        }
      };
    const ratioHelp = 'How much of a rebuild under way is filled, 0 to 1.';
    metrics.gauge(
      'faemban_rebuild_progress_ratio',
      ratioHelp,
      ['view'],
      each(({ ratio }) => ratio),
    );
    const etaHelp = 'Seconds until a rebuild under way is filled, at its rate so far.';
    metrics.gauge(
      'faemban_rebuild_eta_seconds',
      etaHelp,
      ['view'],
      each(({ etaSeconds }) => etaSeconds),
    );
  }

  /** Takes up what a restart interrupted; of several processes, the one in charge does. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.platform.isInCharge === undefined) return this.followCharge();
    this.timer = setInterval(() => {
      // What cannot be read now is read at the next look.
      this.looking = this.looking.then(() => this.followCharge()).catch(() => undefined);
    }, lookAtChargeMs).unref();
  }

  private async followCharge(): Promise<void> {
    const isInCharge = this.platform.isInCharge?.() ?? true;
    if (isInCharge === this.isTakenUp || this.isStopping) return;
    if (isInCharge) await this.takeUp();
    else await this.letGo();
    this.isTakenUp = isInCharge;
  }

  private async takeUp(): Promise<void> {
    const contexts = new Set(this.runners.readModels().map(({ context }) => context));
    const kept = await Promise.all([...contexts].map((context) => this.platform.views(context).views.rebuilds()));
    for (const text of kept.flat()) {
      const record = JSON.parse(text) as RebuildRecord;
      const work = this.add(record);
      if (unfinishedStates.includes(record.state) && record.state !== 'verified') this.begin(work);
    }
  }

  /** Ends the work in this process; the next start, or whoever is in charge then, goes on with it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.looking;
    await this.letGo();
    this.changes.complete();
  }

  private async letGo(): Promise<void> {
    await Promise.all([...this.works.values()].map((work) => work.stop()));
    for (const { control } of this.works.values()) this.throttle.remove(control);
    if (!this.isStopping) this.works.clear();
  }

  /** Begins a rebuild. @throws Problem where there is no such view, or a rebuild of it is under way */
  async start(wish: RebuildWish, by: CommandContext): Promise<RebuildStatus> {
    const plan = this.planOf(wish.view);
    const shape = asViewShape(plan.readModel);
    const underWay = this.list().find(({ view, state }) => view === wish.view && unfinishedStates.includes(state));
    if (underWay !== undefined) throw alreadyUnderWay(underWay);
    if (this.isStopping) throw stopping();
    if (!this.isTakenUp) throw notInCharge();
    const generations = await this.platform.views(plan.context).views.generations(shape);
    const before = (await generations.list()).find(({ isInService }) => isInService)?.generation ?? 0;
    // What an earlier rebuild left behind for inspection has served its purpose.
    for (const old of await generations.list()) {
      if (!old.isInService) await this.engineOf(plan.context).drop(wish.view, old.generation);
    }
    const target: Record<string, number> = {};
    for (const context of shape.contexts) {
      for (const { partition, seq } of await this.platform.log.heads(context)) {
        if (seq > 0) target[`${context}/${partition}`] = seq;
      }
    }
    const eventsTotal = Object.values(target).reduce((sum, seq) => sum + seq, 0);
    const record: RebuildRecord = {
      rebuildId: this.platform.ids.next(),
      context: plan.context,
      view: wish.view,
      version: shape.version,
      before,
      generation: await generations.begin(),
      state: 'filling',
      isPaused: false,
      startedBy: by.actor.accountId,
      startedAt: new Date(this.platform.clock()).toISOString(),
      switchesItself: wish.switchesItself,
      ...(wish.expectedDifferences === undefined ? {} : { expectedDifferences: wish.expectedDifferences }),
      target,
      eventsTotal,
      eventsFilled: 0,
      secondsFilling: 0,
    };
    const { rebuildId, view, version, generation } = record;
    const differencesExpected = wish.expectedDifferences !== undefined;
    const started = { rebuildId, view, version, generation, eventsTotal, differencesExpected };
    await tellRebuildLog(this.platform, record, { type: 'NoteRebuildStarted', data: started }, by);
    await this.save(record);
    const work = this.add(record);
    this.begin(work);
    return this.statusOf(work);
  }

  /** Every rebuild known here, the latest first. */
  list(): readonly RebuildStatus[] {
    const all = [...this.works.values()].map((work) => this.statusOf(work));
    return all.sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1));
  }

  /** @throws Problem where there is none */
  status(rebuildId: string): RebuildStatus {
    return this.statusOf(this.workOf(rebuildId));
  }

  record(rebuildId: string): RebuildRecord {
    return this.workOf(rebuildId).record;
  }

  /** Tells the status now, at every change, and at last when it has ended. */
  watch(rebuildId: string): Observable<RebuildStatus> {
    const work = this.workOf(rebuildId);
    return new Observable((watcher) => {
      const tell = (): void => {
        const status = this.statusOf(work);
        watcher.next(status);
        if (!unfinishedStates.includes(status.state)) watcher.complete();
      };
      const listening = this.changes.subscribe({
        next: (changed) => (changed === rebuildId ? tell() : undefined),
        complete: () => watcher.complete(),
      });
      tell();
      return listening;
    });
  }

  async pause(rebuildId: string, isPaused: boolean): Promise<RebuildStatus> {
    const work = this.workOf(rebuildId);
    if (!['filling', 'comparing'].includes(work.record.state)) throw notNow(this.statusOf(work), 'pause');
    await work.pause(isPaused);
    return this.statusOf(work);
  }

  async cancel(rebuildId: string): Promise<RebuildStatus> {
    const work = this.workOf(rebuildId);
    if (!['filling', 'comparing', 'verified'].includes(work.record.state)) throw notNow(this.statusOf(work), 'cancel');
    await work.cancel();
    return this.statusOf(work);
  }

  async switch(rebuildId: string, by: CommandContext): Promise<RebuildStatus> {
    const work = this.workOf(rebuildId);
    if (work.record.state !== 'verified') throw notNow(this.statusOf(work), 'switch');
    await work.switch(by.actor.accountId);
    await work.settled();
    return this.statusOf(work);
  }

  /** What a view is made by, and where. @throws Problem where there is no such view */
  planOf(view: string): Required<Pick<RunnerPlan, 'readModel'>> & RunnerPlan {
    const plans = this.runners.readModels();
    const plan = plans.find(({ name }) => name === view);
    if (plan !== undefined) return plan;
    const known = plans.map(({ name }) => name).join(', ');
    throw new Problem(404, 'view-unknown', {
      th: `ไม่มีข้อมูลสรุปชื่อนี้ ที่มีคือ ${known}`,
      en: `There is no read model of this name. There are: ${known}.`,
    });
  }

  private add(record: RebuildRecord): RebuildWork {
    const { rebuildId, context } = record;
    const work = new RebuildWork(record, {
      platform: this.platform,
      engine: this.engineOf(context),
      save: (changed) => this.save(changed),
      changed: () => this.changes.next(rebuildId),
    });
    this.works.set(rebuildId, work);
    return work;
  }

  private begin(work: RebuildWork): void {
    this.throttle.add(work.control);
    work.begin();
    void work.settled().then(() => this.throttle.remove(work.control));
  }

  private save(record: RebuildRecord): Promise<void> {
    return this.platform.views(record.context).views.saveRebuild(record.rebuildId, JSON.stringify(record));
  }

  private engineOf(context: ContextName): RebuildEngine {
    const known = this.engines.get(context) ?? this.platform.rebuildsElsewhere?.(context);
    const engine =
      known ??
      new LocalRebuildEngine({
        log: this.platform.history ?? this.platform.log,
        store: this.platform.views(context).views,
        clock: this.platform.clock,
        readModels: this.runners
          .readModels()
          .filter((plan) => plan.context === context)
          .map(({ readModel }) => readModel),
      });
    this.engines.set(context, engine);
    return engine;
  }

  private workOf(rebuildId: string): RebuildWork {
    const work = this.works.get(rebuildId);
    if (work !== undefined) return work;
    throw new Problem(404, 'rebuild-unknown', {
      th: 'ไม่พบการสร้างข้อมูลสรุปใหม่รายการนี้ ดูรายการทั้งหมดที่ /rebuilds',
      en: 'There is no rebuild with this id. All of them are listed at /rebuilds.',
    });
  }

  private statusOf(work: RebuildWork): RebuildStatus {
    const { comparison, target: _target, switchedAtVector: _at, ...record } = work.record;
    const rate = work.eventsPerSecond ?? null;
    const left = record.eventsTotal - record.eventsFilled;
    const isFilling = record.state === 'filling';
    return {
      ...record,
      ratio: record.eventsTotal === 0 ? 1 : record.eventsFilled / record.eventsTotal,
      eventsPerSecond: rate === null ? null : Math.round(rate),
      etaSeconds: !isFilling ? null : rate === null || record.isPaused ? null : Math.ceil(left / rate),
      restMs: isFilling ? this.throttle.restMs : 0,
      ...(comparison === undefined
        ? {}
        : {
            documents: comparison.documents,
            counters: comparison.counters,
            parked: comparison.parked,
            differencesTotal: comparison.differencesTotal,
          }),
    };
  }
}

const alreadyUnderWay = ({ rebuildId, view, state }: RebuildStatus): Problem =>
  new Problem(
    409,
    'rebuild-under-way',
    {
      th: `กำลังสร้าง ${view} ใหม่อยู่แล้ว (${rebuildId} สถานะ ${state}) รอให้เสร็จ สลับใช้ หรือยกเลิกก่อน`,
      en: `A rebuild of ${view} is under way (${rebuildId}, ${state}). Wait for it, switch to it, or cancel it first.`,
    },
    { rebuildId },
  );

const stopping = (): Problem =>
  new Problem(503, 'stopping', {
    th: 'ระบบกำลังปิด เริ่มใหม่เมื่อระบบกลับมา',
    en: 'The server is stopping. Ask again when it is back.',
  });

const notInCharge = (): Problem =>
  new Problem(503, 'not-in-charge', {
    th: 'โปรเซสอื่นของบริการนี้เป็นผู้ดูแลการสร้างใหม่ ส่งคำขอผ่านประตูหน้าอีกครั้งในอีกสักครู่',
    en: 'Another process of this service is in charge of rebuilds. Send the request through the front door again shortly.',
  });

const possible: Readonly<Record<'pause' | 'cancel' | 'switch', { readonly th: string; readonly en: string }>> = {
  pause: { th: 'หยุดพักได้เฉพาะขณะอ่านหรือเปรียบเทียบ', en: 'It can be paused while it fills or compares.' },
  cancel: { th: 'ยกเลิกได้ก่อนสลับใช้เท่านั้น', en: 'It can be cancelled before it is switched to.' },
  switch: { th: 'สลับใช้ได้เมื่อเปรียบเทียบแล้ว (verified)', en: 'It can be switched to once it is verified.' },
};

const codes = {
  pause: 'rebuild-not-pausable',
  cancel: 'rebuild-not-cancelable',
  switch: 'rebuild-not-switchable',
} as const;

const notNow = ({ state }: RebuildStatus, asked: keyof typeof possible): Problem =>
  new Problem(409, codes[asked], {
    th: `รายการนี้อยู่ในสถานะ ${state} ${possible[asked].th}`,
    en: `This rebuild is ${state}. ${possible[asked].en}`,
  });
