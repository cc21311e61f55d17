import type { Unsubscribe } from '@faemban/event-sourcing';

/** How to notice what others have committed: look at a number that changes with it, every so often. */
export interface Poll {
  readonly everyMs: number;
  readonly version: () => number;
}

/** Those who want to know that something may have been appended. Where a poll is given, it runs while anybody listens. */
export class Wakes {
  private readonly wakes = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly poll?: Poll) {}

  add(wake: () => void): Unsubscribe {
    this.wakes.add(wake);
    this.startPolling();
    return () => {
      this.wakes.delete(wake);
      if (this.wakes.size === 0) this.stopPolling();
    };
  }

  /** Calls everyone in a microtask of its own, so that one who throws keeps nobody else asleep. */
  wakeAll(): void {
    for (const wake of this.wakes) queueMicrotask(wake);
  }

  clear(): void {
    this.wakes.clear();
    this.stopPolling();
  }

  private startPolling(): void {
    if (this.poll === undefined || this.timer !== undefined) return;
    const { everyMs, version } = this.poll;
    let seen = version();
    this.timer = setInterval(() => {
      const found = version();
      if (found !== seen) this.wakeAll();
      seen = found;
    }, everyMs);
    this.timer.unref();
  }

  private stopPolling(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
