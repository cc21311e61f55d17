import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContextName } from '@faemban/contracts';
import { classify, describeFailure } from '../classify';
import { CheckpointFenced } from '../errors';
import type { ReplayOutcome, ReplayRequest } from '../parking/replay';
import type { Clock, EventLog, Unsubscribe, Vector } from '../ports';
import { Progress, type Lag } from './progress';
import {
  retryDelayMs,
  retryPlanDefault,
  type ReportIncident,
  type RetryPlan,
  type Runner,
  type RunnerState,
  type RunnerStatus,
} from './runner';

/** The log is looked at this often even when nobody calls: a wake-up may be lost, the log is the truth. */
const pollMsDefault = 1_000;
/** Between passes over small lags a runner rests this many times as long as it worked, so that batches grow under load. */
const restFactor = 4;
const restMsMax = 200;

/** What a kind of runner adds to following the log. */
export interface Following {
  readonly name: string;
  readonly kind: RunnerStatus['kind'];
  readonly contexts: readonly ContextName[];
  readonly log: EventLog;
  readonly clock: Clock;
  readonly report?: ReportIncident;
  readonly retry?: RetryPlan;
  readonly pollMs?: number;
  /** Whether to let small lags grow a little under load; a lone event is still shown at once. */
  readonly restsBetweenPasses: boolean;
  /** Opens the store, takes what must be taken, and says where it stands. Also called after the runner was fenced or reassigned. */
  open(opening: Opening): Promise<{
    readonly vector: Vector;
    readonly parked: { readonly total: number; readonly oldestAt: string | null };
  }>;
  /** Works one batch of each partition that has events waiting; true where more than a batch may be waiting still. */
  work(lags: readonly Lag[], progress: Progress, isStopping: () => boolean): Promise<boolean>;
  /** Replays a bounded part of what is parked. Called between two batches. */
  replay(request: ReplayRequest, progress: Progress): Promise<ReplayOutcome>;
}

/** What a runner opens. */
export interface Opening {
  /** The partitions to work. */
  readonly partitions: readonly number[];
  /** Whether what was taken before is still held, so that only what is new must be taken. */
  readonly isHeld: boolean;
}

interface Waiter {
  readonly afterPass: number;
  resolve(): void;
  reject(reason: Error): void;
}

/** A replay that somebody asked for. */
interface ReplayTask {
  readonly request: ReplayRequest;
  retries: number;
  resolve(outcome: ReplayOutcome): void;
  reject(reason: unknown): void;
}

/** The loop behind every runner: wake or poll, look at the heads, work, retry what may heal, stop where nothing can be trusted. */
export function followLog(following: Following): Runner {
  return new LogFollower(following);
}

const everyPartition = (log: EventLog): readonly number[] =>
  Array.from({ length: log.partitionCount }, (_, partition) => partition);

class LogFollower implements Runner {
  private readonly progress: Progress;
  private readonly retry: RetryPlan;
  private state: RunnerState = 'stopped';
  private fault: string | undefined;
  private loop: Promise<void> | undefined;
  private isOpen = false;
  /** Other partitions were assigned since it was opened. */
  private isReassigned = false;
  private isStopping = false;
  private failures = 0;
  private passes = 0;
  private waiters: Waiter[] = [];
  private replays: ReplayTask[] = [];
  private isWoken = false;
  private endSleep: (() => void) | undefined;
  private endIdleSleep: (() => void) | undefined;
  private leave: Unsubscribe | undefined;

  constructor(private readonly following: Following) {
    this.retry = following.retry ?? retryPlanDefault;
    this.progress = new Progress(following.name, following.clock, this.retry.attemptsMax);
  }

  async start(): Promise<void> {
    if (this.loop !== undefined) return;
    this.isStopping = false;
    this.fault = undefined;
    this.failures = 0;
    this.state = 'starting';
    const { log } = this.following;
    const leaveAssigned = log.onAssigned?.(() => {
      this.isReassigned = true;
      this.wake();
    });
    try {
      await this.open();
      await this.lags();
    } catch (error) {
      if (classify(error) !== 'transient') {
        leaveAssigned?.();
        this.fail(error);
        throw error;
      }
      this.isOpen = false;
    }
    const leaveAppended = log.onAppended(() => this.wake());
    this.leave = () => {
      leaveAssigned?.();
      leaveAppended();
    };
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.endSleep?.();
    await this.loop;
    this.loop = undefined;
    this.isOpen = false;
    if (this.state !== 'faulted') this.state = 'stopped';
    this.giveUpWaiting(`${this.following.name} was stopped.`);
  }

  settled(): Promise<void> {
    const reason = this.notRunning();
    if (reason !== undefined) return Promise.reject(reason);
    return new Promise((resolve, reject) => {
      this.waiters.push({ afterPass: this.passes, resolve, reject });
      this.wake();
    });
  }

  replay(request: ReplayRequest): Promise<ReplayOutcome> {
    const reason = this.notRunning();
    if (reason !== undefined) return Promise.reject(reason);
    return new Promise((resolve, reject) => {
      this.replays.push({ request, retries: 0, resolve, reject });
      this.wake();
    });
  }

  status(): RunnerStatus {
    const { progress, state, fault } = this;
    const { vector, heads, lagEvents, lagSeconds, parkedTotal, parkedOldestAt, applied } = progress;
    return {
      name: this.following.name,
      kind: this.following.kind,
      state,
      vector,
      ...(heads === undefined ? undefined : { heads }),
      lagEvents,
      lagSeconds,
      parkedTotal,
      parkedOldestAt,
      applied,
      ...(fault === undefined ? undefined : { fault }),
    };
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      try {
        if (!this.isOpen || this.isReassigned) await this.open();
        await this.replayNext();
        await this.pass();
        this.failures = 0;
      } catch (error) {
        if (!this.mayHeal(error)) {
          this.fail(error);
          break;
        }
        await this.waitToRetry(error);
      }
    }
    this.leave?.();
    this.leave = undefined;
  }

  private async open(): Promise<void> {
    const { log } = this.following;
    const isHeld = this.isOpen;
    this.isOpen = false;
    this.isReassigned = false;
    const assigned = log.assigned?.();
    const partitions = assigned === undefined ? everyPartition(log) : [...assigned];
    const { vector, parked } = await this.following.open({ partitions, isHeld });
    this.progress.reset(vector, parked, assigned);
    this.isOpen = true;
  }

  private async lags(): Promise<Lag[]> {
    const { contexts, log } = this.following;
    const lags: Lag[] = [];
    for (const context of contexts) {
      let heads = await log.heads(context);
      if (log.compareWithOwners !== undefined && this.progress.isBeyond(context, heads)) {
        // Who worked the partition before may have seen more of the log than has come here yet.
        await log.compareWithOwners();
        heads = await log.heads(context);
      }
      lags.push(...this.progress.lags(context, heads));
    }
    return lags;
  }

  private notRunning(): Error | undefined {
    const { name } = this.following;
    if (this.state === 'faulted') return new Error(`${name} is faulted: ${this.fault}`);
    return this.state === 'stopped' ? new Error(`${name} is not running.`) : undefined;
  }

  /** One replay before every pass, so that neither waits for all of the other. What may heal is tried again with the loop. */
  private async replayNext(): Promise<void> {
    const task = this.replays.shift();
    if (task === undefined) return;
    try {
      task.resolve(await this.following.replay(task.request, this.progress));
    } catch (error) {
      task.retries += 1;
      const isTriedAgain = this.mayHeal(error) && task.retries < this.retry.attemptsMax;
      if (isTriedAgain) this.replays.unshift(task);
      else task.reject(error);
      // A replay that is given up leaves the runner at its work.
      if (isTriedAgain || classify(error) === 'fatal') throw error;
    }
  }

  /** One look at the heads and, where something waits, one batch of each partition. */
  private async pass(): Promise<void> {
    this.passes += 1;
    const pass = this.passes;
    this.isWoken = false;
    const lags = await this.lags();
    if (lags.length === 0) {
      this.fault = undefined;
      this.state = 'live';
      if (!this.isReassigned) this.resolveWaiters(pass);
      if (this.waiters.length === 0 && this.replays.length === 0)
        await this.sleep(this.following.pollMs ?? pollMsDefault, 'wake');
      return;
    }
    const before = performance.now();
    if (this.state === 'starting') this.state = 'catching-up';
    const isMoreWaiting = await this.following.work(lags, this.progress, () => this.isStopping);
    this.fault = undefined;
    if (isMoreWaiting || this.state === 'faulted') this.state = 'catching-up';
    await nextTurn();
    if (this.following.restsBetweenPasses && !isMoreWaiting && this.waiters.length + this.replays.length === 0) {
      await this.sleep(Math.min(restMsMax, restFactor * (performance.now() - before)), 'settle');
    }
  }

  private mayHeal(error: unknown): boolean {
    if (error instanceof CheckpointFenced) {
      this.isOpen = false;
      return true;
    }
    const failure = classify(error);
    return failure === 'transient' || failure === 'conflict';
  }

  private async waitToRetry(error: unknown): Promise<void> {
    this.failures += 1;
    const message = describeFailure(error);
    if (this.failures > this.retry.attemptsMax) {
      if (this.state !== 'faulted') this.report('faulted', message, error);
      this.state = 'faulted';
      this.fault = message;
      this.giveUpWaiting(`${this.following.name} is faulted: ${message}`);
    } else if (!(error instanceof CheckpointFenced) || this.failures > 1) {
      // Once is how a switch to another generation shows itself.
      this.report('retrying', message, error);
    }
    await this.sleep(retryDelayMs(this.retry, this.failures), 'stop');
  }

  private fail(error: unknown): void {
    const message = describeFailure(error);
    this.state = 'faulted';
    this.fault = message;
    this.report('faulted', message, error);
    this.giveUpWaiting(`${this.following.name} is faulted: ${message}`);
  }

  private report(what: 'retrying' | 'faulted', message: string, error: unknown): void {
    this.following.report?.({ runner: this.following.name, what, message, error });
  }

  private resolveWaiters(quietPass: number): void {
    const done = this.waiters.filter(({ afterPass }) => afterPass < quietPass);
    this.waiters = this.waiters.filter(({ afterPass }) => afterPass >= quietPass);
    for (const waiter of done) waiter.resolve();
  }

  private giveUpWaiting(reason: string): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter.reject(new Error(reason));
    const replays = this.replays;
    this.replays = [];
    for (const task of replays) task.reject(new Error(reason));
  }

  private wake(): void {
    this.isWoken = true;
    this.endIdleSleep?.();
  }

  /** Sleeps until the time is over, the runner stops, or: somebody appended ('wake'), somebody waits for it ('settle'). */
  private async sleep(milliseconds: number, until: 'wake' | 'settle' | 'stop'): Promise<void> {
    if (this.isStopping || (until === 'wake' && this.isWoken)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      if (until === 'wake') timer.unref();
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.endSleep = end;
      if (until === 'wake') this.endIdleSleep = end;
      const isWaitedFor = (): boolean => this.waiters.length + this.replays.length > 0;
      if (until === 'settle') this.endIdleSleep = () => (isWaitedFor() ? end() : undefined);
    });
    this.endSleep = undefined;
    this.endIdleSleep = undefined;
  }
}
