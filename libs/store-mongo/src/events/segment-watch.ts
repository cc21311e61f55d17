import type { Unsubscribe } from '@faemban/event-sourcing';

/** Wakes those who wait for events: at once for what this process sequenced, by looking for what others did, while anybody listens. */
export class SegmentWatch {
  private readonly wakes = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private seen: number | undefined;

  /** `count` answers how many segments there are. */
  constructor(
    private readonly count: () => Promise<number>,
    private readonly everyMs: number,
  ) {}

  add(wake: () => void): Unsubscribe {
    this.wakes.add(wake);
    this.schedule();
    return () => {
      this.wakes.delete(wake);
      if (this.wakes.size === 0) this.stop();
    };
  }

  /** Calls everyone in a microtask of its own, so that one who throws keeps nobody else asleep. */
  wakeAll(): void {
    for (const wake of this.wakes) queueMicrotask(wake);
  }

  close(): void {
    this.wakes.clear();
    this.stop();
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    if (this.timer !== undefined || this.wakes.size === 0) return;
    this.timer = setTimeout(() => void this.look(), this.everyMs).unref();
  }

  private async look(): Promise<void> {
    try {
      const found = await this.count();
      if (found !== this.seen && this.seen !== undefined) this.wakeAll();
      this.seen = found;
    } catch {
      // A database that does not answer has nothing new; whoever reads it hears of the failure. It is looked again.
    }
    this.timer = undefined;
    this.schedule();
  }
}
