import type { ReplayOutcome, ReplayRequest } from '../parking/replay';
import type { ParkedEvent, Vector } from '../ports';

/** What a runner does just now. `faulted` says why in `fault`; it has stopped, or tries again now and then where the world may heal. */
export type RunnerState = 'starting' | 'catching-up' | 'live' | 'faulted' | 'stopped';

/** How a runner stands. Lag is counted against the heads seen last; completeness is always "except what is parked". */
export interface RunnerStatus {
  readonly name: string;
  readonly kind: 'view' | 'tally' | 'policy';
  readonly state: RunnerState;
  /** What has been applied: complete through these seqs, except what is parked. */
  readonly vector: Vector;
  /** The heads of the log as they were seen last. */
  readonly heads?: Vector;
  readonly lagEvents: number;
  /** Age of the oldest event that waits, in seconds. */
  readonly lagSeconds: number;
  readonly parkedTotal: number;
  readonly parkedOldestAt: string | null;
  /** Events applied since this runner was started. */
  readonly applied: number;
  readonly fault?: string;
}

/** Something that operators should know of: parked events, retries, a fault. */
export interface RunnerIncident {
  readonly runner: string;
  readonly what: 'parked' | 'retrying' | 'faulted';
  readonly message: string;
  readonly error?: unknown;
}

/** Receives incidents, e.g. to log them. */
export type ReportIncident = (incident: RunnerIncident) => void;

/** Follows the log for one view, tally or policy. */
export interface Runner {
  /** Opens its store and begins. @throws StoreRefused | IntegrityViolation where it must not begin */
  start(): Promise<void>;
  /** Finishes the batch in hand and stops. */
  stop(): Promise<void>;
  /** Everything recorded before the call has been applied. Rejects when the runner is faulted, stopped or was never started. */
  settled(): Promise<void>;
  /**
   * Replays a bounded part of what is parked, between two batches, since only who follows the log may. Rejects when the runner is
   * faulted, stopped or was never started; what was stored before stays, and asking again goes on.
   */
  replay(request: ReplayRequest): Promise<ReplayOutcome>;
  status(): RunnerStatus;
}

/** How often and how patiently a failed pass is tried again. Times in milliseconds. */
export interface RetryPlan {
  /** Retries after which the runner says that it is faulted; it goes on trying at the longest delay. */
  readonly attemptsMax: number;
  readonly delayMs: number;
  readonly delayMsMax: number;
}

/** 50 ms, doubling up to 10 s, faulted after the tenth: about half a minute of a store that does not answer. */
export const retryPlanDefault: RetryPlan = { attemptsMax: 10, delayMs: 50, delayMsMax: 10_000 };

/** The delay before the n-th retry (from 1): doubling, capped, the upper half of it by chance so that many do not come back at once. */
export function retryDelayMs(plan: RetryPlan, retry: number, random: () => number = Math.random): number {
  const full = Math.min(plan.delayMsMax, plan.delayMs * 2 ** Math.min(retry - 1, 30));
  return full / 2 + (full / 2) * random();
}

/** Reports what a batch parked, as one incident. */
export function reportParked(runner: string, parked: readonly ParkedEvent[], report: ReportIncident | undefined): void {
  const [first] = parked;
  if (first === undefined) return;
  const message = `${parked.length} event(s) parked, the first is ${first.eventId}: ${first.message}`;
  report?.({ runner, what: 'parked', message });
}
