import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setRest, type SharedControl } from '@faemban/event-sourcing';
import type { Runners } from '../runners/runners';

/** Live read models may lag by this much before rebuilds step back. Seconds. */
export const liveLagSecondsMax = 2;
/** The event loop may be late by this much, 90th percentile, before rebuilds step back. Milliseconds. */
export const loopDelayMsMax = 120;
const lookEveryMs = 250;
const restMsFirst = 10;
const restMsMax = 500;
const samplingMs = 10;

/** Holds rebuilds back while live work lags: the rest between their steps doubles as long as it does, and halves when it does not. */
export class Throttle {
  private readonly controls = new Set<SharedControl>();
  private readonly delay = monitorEventLoopDelay({ resolution: samplingMs });
  private timer: NodeJS.Timeout | undefined;
  private rest = 0;

  constructor(private readonly runners: Runners) {}

  /** How long rebuilds rest after every step just now. Milliseconds. */
  get restMs(): number {
    return this.rest;
  }

  add(control: SharedControl): void {
    this.controls.add(control);
    if (this.timer !== undefined) return;
    this.delay.enable();
    this.timer = setInterval(() => this.look(), lookEveryMs).unref();
  }

  remove(control: SharedControl): void {
    this.controls.delete(control);
    if (this.controls.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.delay.disable();
    this.rest = 0;
  }

  private look(): void {
    const lagSeconds = Math.max(
      0,
      ...this.runners
        .statuses()
        .map(({ state, lagSeconds: lag }) => (state === 'live' || state === 'catching-up' ? lag : 0)),
    );
    const delayMs = this.delay.percentile(90) / 1e6 - samplingMs;
    this.delay.reset();
    const isLate = lagSeconds > liveLagSecondsMax || delayMs > loopDelayMsMax;
    this.rest = isLate
      ? Math.min(restMsMax, Math.max(restMsFirst, this.rest * 2))
      : this.rest < restMsFirst
        ? 0
        : this.rest / 2;
    for (const control of this.controls) setRest(control, this.rest);
  }
}
