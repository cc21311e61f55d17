import type { ContextName } from '@faemban/contracts';
import type { EventLog, Head, LoggedEvent } from '../ports';
import { IntegrityViolation } from '../errors';
import { createPartitionConsumer, type PartitionConsumer } from './partition-consumer';

/** Whoever has read nothing for so long holds back no delivery, in milliseconds. */
const readerGoneMs = 10_000;

/** Which partition a window is of, where it begins, and how much it keeps. */
interface WindowPlace {
  readonly context: ContextName;
  readonly head: Head;
  readonly eventsMax: number;
}

/**
 * The last events of one partition as they were delivered: in order, without a gap, the chain verified. Those who read behind the
 * deliveries are served from it; those who are slower hold deliveries back once it is full of what nobody has read.
 */
export class PartitionWindow {
  /** What nothing can be trusted behind; every use throws it again. */
  fault: IntegrityViolation | undefined;
  /** When the transport brought something last, in milliseconds since 1970. */
  deliveredAtMs: number | undefined;
  /** The end as the owner told it, where the transport did not bring it in time. */
  private told: Head;
  /** The owner said last that it ends before what was taken here. */
  private endsEarlier = false;
  private events: LoggedEvent[] = [];
  private readUpTo: number;
  private lastReadAt = -Infinity;
  private busy: Promise<unknown> = Promise.resolve();
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly consumer: () => PartitionConsumer,
    private readonly where: WindowPlace,
  ) {
    this.told = where.head;
    this.readUpTo = where.head.seq;
  }

  /** Opens an empty window at an end that the owner told. */
  static async open(where: WindowPlace, log: Pick<EventLog, 'read' | 'heads'>): Promise<PartitionWindow> {
    const { context, head } = where;
    const window: PartitionWindow = new PartitionWindow(() => consumer, where);
    const consumer = await createPartitionConsumer({
      context,
      partition: head.partition,
      log,
      afterSeq: head.seq,
      afterHash: head.chainHash,
      take: async (events) => window.add(events),
    });
    return window;
  }

  /** The last seq that was taken in. */
  get seq(): number {
    return this.consumer().seq;
  }

  /** The end as far as it is known to exist. */
  get head(): Head {
    const last = this.events.at(-1);
    if (last === undefined || last.seq <= this.told.seq) return this.told;
    return { partition: last.partition, seq: last.seq, chainHash: last.chainHash, recordedAt: last.recordedAt };
  }

  get isHeldBack(): boolean {
    return this.waiting.size > 0;
  }

  /** Takes a delivery. @throws IntegrityViolation for good; what the owner's log throws where a hole cannot be filled just now */
  async receive(events: readonly LoggedEvent[]): Promise<void> {
    await this.inTurn(() => this.consumer().receive(events));
  }

  /**
   * The owner ends there: where that is further, the events exist. That it ends before what was taken here it must say twice, since one of
   * its processes may answer from what it knew a moment ago.
   * @throws IntegrityViolation where it is not what was taken here
   */
  async compare(head: Head, seqWhenAsked: number): Promise<void> {
    await this.inTurn(async () => {
      const hasEndedEarlier = this.endsEarlier;
      this.endsEarlier = head.seq < seqWhenAsked;
      if (this.endsEarlier) {
        if (!hasEndedEarlier) return;
        const what = `the owner's log ends at ${head.seq}`;
        throw new IntegrityViolation(this.where.context, head.partition, seqWhenAsked, what);
      }
      if (head.seq <= this.seq) await this.consumer().catchUp(head);
    });
  }

  /** From now on the end is known to be there, though nothing was brought. */
  isToldOf(head: Head): void {
    if (head.seq > this.told.seq) this.told = head;
  }

  /** Events behind a seq, as many as are here up to a limit; undefined where they are not here. */
  read(afterSeq: number, limit: number): readonly LoggedEvent[] | undefined {
    if (this.fault !== undefined) throw this.fault;
    const first = this.events[0];
    if (first === undefined || afterSeq + 1 < first.seq || afterSeq >= this.seq) return undefined;
    const from = afterSeq + 1 - first.seq;
    return this.events.slice(from, from + limit);
  }

  /** Events up to a seq were handed to a reader. */
  wasRead(toSeq: number): void {
    this.lastReadAt = performance.now();
    if (toSeq <= this.readUpTo) return;
    this.readUpTo = toSeq;
    this.makeRoom();
    if (this.hasRoom()) this.letGo();
  }

  /** Resolves when there is room for more, or nobody reads here any more. */
  async room(): Promise<void> {
    if (this.hasRoom()) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, Math.max(1, this.lastReadAt + readerGoneMs - performance.now()));
      timer.unref();
      this.waiting.add(go);
    });
  }

  /** Lets those go who wait for room: the window is no longer wanted. */
  letGo(): void {
    for (const go of [...this.waiting]) go();
  }

  private add(events: readonly LoggedEvent[]): void {
    this.events.push(...events);
    this.makeRoom();
  }

  private hasReader(): boolean {
    return performance.now() - this.lastReadAt < readerGoneMs;
  }

  private hasRoom(): boolean {
    return this.seq - this.readUpTo < this.where.eventsMax || !this.hasReader();
  }

  /** What was read goes first; where nobody reads, the oldest. */
  private makeRoom(): void {
    const over = this.events.length - this.where.eventsMax;
    const first = this.events[0]?.seq ?? 0;
    const dropped = this.hasReader() ? Math.min(over, this.readUpTo - first + 1) : over;
    if (dropped > 0) this.events.splice(0, dropped);
  }

  /** One after the other: a delivery, a comparison and what a reader fetched may come at the same time. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.busy.then(async () => {
      if (this.fault !== undefined) throw this.fault;
      try {
        await work();
      } catch (error) {
        if (error instanceof IntegrityViolation) this.fault = error;
        throw error;
      }
    });
    this.busy = done.catch(() => undefined);
    return done;
  }
}
