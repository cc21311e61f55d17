import type { ContextName } from '@faemban/contracts';
import type { LoggedEvent, PublishedPage } from '@faemban/event-sourcing';
import { KafkaUnavailable } from '../failures';
import { readableEvents, type BroughtRecord } from '../consume/readable-events';

/** Events kept that nobody has asked for yet; a fetch may bring some more. */
const aheadEventsMax = 2_000;

/** An event and the offset at which it stands. */
interface Found {
  readonly event: LoggedEvent;
  readonly offset: number;
}

/**
 * One partition as it is read from its topic: the next events, in order and without a gap. Read quickly, it is over at a gap, since the
 * owner has what is missing; read thoroughly, what is missing is looked for until the end.
 */
export class PartitionReading {
  /** Records looked at, so that it can be seen whether something comes. */
  lookedAt = 0;
  private events: Found[] = [];
  /** The last seq before `events`. */
  private before = 0;
  /** Where the record behind the last event that was looked at stands. */
  private next: { readonly seq: number; readonly offset: number } | undefined;
  /** The end of the topic when it was looked at last. */
  private end = 0;
  /** Why nothing follows densely. */
  private over: 'end' | 'hole' | 'stopped' | undefined = 'stopped';
  /** From which offset on it is read thoroughly; undefined where it is read quickly. */
  private thoroughFrom: number | undefined;
  /** The last seq that was seen by who reads thoroughly, also beyond a gap. */
  private lastSeen = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private turns = 0;
  private arrived: () => void = () => undefined;

  constructor(
    readonly context: ContextName,
    readonly topic: string,
    readonly partition: number,
  ) {}

  get isOver(): boolean {
    return this.over !== undefined;
  }

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
    this.thoroughFrom = undefined;
    this.over = this.offsetBehind(afterSeq) >= end ? 'end' : undefined;
  }

  /** Begins to read thoroughly behind a seq, from an offset on. */
  beginThoroughly(afterSeq: number, fromOffset: number, end: number): void {
    this.begin(afterSeq, end);
    this.thoroughFrom = fromOffset;
    this.lastSeen = afterSeq;
    this.next = undefined;
    this.over = fromOffset >= end ? 'end' : undefined;
  }

  /** Whether what is behind a seq is here, under way, or known to be nothing, read thoroughly from that offset on. */
  isThorough(afterSeq: number, fromOffset: number): boolean {
    if (this.thoroughFrom !== fromOffset || this.over === 'stopped') return false;
    return this.has(afterSeq) || afterSeq === this.before + this.events.length;
  }

  /** Resolves when something came, or it is known that nothing does. */
  async arrival(): Promise<void> {
    if (this.isOver || this.events.length > 0) return;
    await new Promise<void>((resolve) => (this.arrived = resolve));
  }

  /** Takes what was fetched, as far as it goes on densely. */
  bring(records: readonly BroughtRecord[]): void {
    for (const record of records) {
      for (const event of readableEvents([record], this, () => undefined)) this.look(event, Number(record.offset));
    }
    this.lookedAt += records.length;
    const lastOffset = Number(records.at(-1)?.offset ?? -1);
    if (!this.isOver) this.next = { seq: this.before + this.events.length, offset: lastOffset + 1 };
    if (lastOffset + 1 >= this.end) this.over ??= 'end';
    if (this.isOver || this.events.length > 0) this.arrived();
  }

  private look(event: LoggedEvent, offset: number): void {
    const last = this.before + this.events.length;
    if (this.isOver || event.seq <= last) return;
    this.lastSeen = Math.max(this.lastSeen, event.seq);
    if (event.seq === last + 1) this.events.push({ event, offset });
    // What is missing may stand later, or nowhere: its owner has it, for who is in a hurry.
    else if (this.thoroughFrom === undefined) this.over = 'hole';
  }

  /** Events behind a seq, as far as they are here. What was given is forgotten. */
  take(afterSeq: number, limit: number): readonly LoggedEvent[] {
    if (!this.has(afterSeq)) return [];
    const from = afterSeq - this.before;
    const taken = this.events.slice(from, from + limit).map(({ event }) => event);
    this.events.splice(0, from + taken.length);
    this.before = afterSeq + taken.length;
    return taken;
  }

  /**
   * What is behind a seq, read thoroughly.
   * @throws KafkaUnavailable where it did not come in time
   */
  page(afterSeq: number, limit: number): PublishedPage {
    const offset = this.has(afterSeq) ? this.events[afterSeq - this.before]?.offset : undefined;
    if (offset !== undefined) return { is: 'events', events: this.take(afterSeq, limit), offset };
    if (this.over !== 'end') {
      throw new KafkaUnavailable(`${this.topic}/${this.partition} was not read to its end in time.`);
    }
    return this.lastSeen > afterSeq ? { is: 'hole', lastSeq: this.lastSeen } : { is: 'end', endOffset: this.end };
  }

  /** Nothing more comes. */
  stop(): void {
    this.over ??= 'stopped';
    this.arrived();
  }
}
