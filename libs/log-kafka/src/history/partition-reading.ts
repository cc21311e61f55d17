import type { ContextName } from '@faemban/contracts';
import type { LoggedEvent } from '@faemban/event-sourcing';
import { readableEvents, type BroughtRecord } from '../consume/readable-events';

/** Events kept that nobody has asked for yet; a fetch may bring some more. */
const aheadEventsMax = 2_000;

/** One partition as it is read from its topic: the next events, in order and without a gap. */
export class PartitionReading {
  private events: LoggedEvent[] = [];
  /** The last seq before `events`. */
  private before = 0;
  /** Where the record behind the last event that was looked at stands. */
  private next: { readonly seq: number; readonly offset: number } | undefined;
  /** The end of the topic when it was looked at last. */
  private end = 0;
  /** Nothing follows densely: a hole, or the end. */
  private isOver = true;
  private turn: Promise<unknown> = Promise.resolve();
  private turns = 0;
  private arrived: () => void = () => undefined;

  constructor(
    readonly context: ContextName,
    readonly topic: string,
    readonly partition: number,
  ) {}

  get isBusy(): boolean {
    return this.turns > 0;
  }

  get wantsMore(): boolean {
    return !this.isOver && this.events.length < aheadEventsMax;
  }

  /** One reader after the other. */
  async inTurn<Result>(read: () => Promise<Result>): Promise<Result> {
    this.turns += 1;
    const result = this.turn.then(read).finally(() => (this.turns -= 1));
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Whether what follows on a seq is here. */
  has(afterSeq: number): boolean {
    return afterSeq >= this.before && afterSeq < this.before + this.events.length;
  }

  /** Whether what follows on a seq was asked for, and has not been brought yet. */
  isComing(afterSeq: number): boolean {
    return !this.isOver && afterSeq === this.before + this.events.length;
  }

  /** From which offset on what follows on a seq stands. */
  offsetBehind(afterSeq: number): number {
    return this.next !== undefined && this.next.seq <= afterSeq ? Math.max(this.next.offset, afterSeq) : afterSeq;
  }

  /** Begins behind a seq, in a topic that ends there. */
  begin(afterSeq: number, end: number): void {
    this.events = [];
    this.before = afterSeq;
    this.end = end;
    this.isOver = this.offsetBehind(afterSeq) >= end;
  }

  /** Resolves when something came, or it is known that nothing does. */
  async arrival(): Promise<void> {
    if (this.isOver || this.events.length > 0) return;
    await new Promise<void>((resolve) => (this.arrived = resolve));
  }

  /** Takes what was fetched, as far as it goes on densely. */
  bring(records: readonly BroughtRecord[]): void {
    for (const event of readableEvents(records, this, () => undefined)) {
      const last = this.before + this.events.length;
      if (this.isOver || event.seq <= last) continue;
      if (event.seq === last + 1) this.events.push(event);
      // What is missing may stand later, or nowhere: its owner has it.
      else this.isOver = true;
    }
    const lastOffset = Number(records.at(-1)?.offset ?? -1);
    if (!this.isOver) this.next = { seq: this.before + this.events.length, offset: lastOffset + 1 };
    if (lastOffset + 1 >= this.end) this.isOver = true;
    if (this.isOver || this.events.length > 0) this.arrived();
  }

  /** Events behind a seq, as far as they are here. What was given is forgotten. */
  take(afterSeq: number, limit: number): readonly LoggedEvent[] {
    if (!this.has(afterSeq)) return [];
    const from = afterSeq - this.before;
    const taken = this.events.slice(from, from + limit);
    this.events.splice(0, from + taken.length);
    this.before = afterSeq + taken.length;
    return taken;
  }

  /** Nothing more comes. */
  stop(): void {
    this.isOver = true;
    this.arrived();
  }
}
