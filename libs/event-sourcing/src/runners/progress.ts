import type { ContextName } from '@faemban/contracts';
import { IntegrityViolation, LogBehind } from '../errors';
import { vectorKey, type Clock, type Head, type LoggedEvent, type ParkedEvent, type Vector } from '../ports';

/** One partition that has events waiting. */
export interface Lag {
  readonly context: ContextName;
  readonly partition: number;
  /** The last seq applied. */
  readonly after: number;
  /** The seq of the head when it was looked at. */
  readonly head: number;
}

/** What a runner has applied, against what the log has: the numbers of its status. */
export class Progress {
  applied = 0;
  parkedTotal = 0;
  parkedOldestAt: string | null = null;
  heads: Readonly<Record<string, number>> | undefined;
  private readonly positions: Record<string, number> = {};
  /** The partitions worked here; all of them where undefined. */
  private assigned: ReadonlySet<number> | undefined;
  /** How many times the log of a partition has just ended before what was applied of it. */
  private readonly behind = new Map<string, number>();
  /** Since when a partition has been waiting: when its oldest waiting event was recorded, or, until it is read, when it was noticed. */
  private readonly waitingSince = new Map<string, number>();

  constructor(
    private readonly name: string,
    private readonly clock: Clock,
    /** A log that ends before what was applied more often than this, one time after the other, has lost it. */
    private readonly behindMax: number,
  ) {}

  /** Begins anew from what the store says. What is not assigned here counts nowhere. */
  reset(
    vector: Vector,
    parked: { readonly total: number; readonly oldestAt: string | null },
    assigned?: ReadonlySet<number>,
  ): void {
    this.assigned = assigned;
    for (const key of Object.keys(this.positions)) delete this.positions[key];
    Object.assign(this.positions, this.ownOf(vector));
    if (this.heads !== undefined) this.heads = this.ownOf(this.heads);
    this.waitingSince.clear();
    this.parked(parked);
  }

  /** Takes over how much is parked, and since when, from what the store says. */
  parked({ total, oldestAt }: { readonly total: number; readonly oldestAt: string | null }): void {
    this.parkedTotal = total;
    this.parkedOldestAt = oldestAt;
  }

  get vector(): Vector {
    return { ...this.positions };
  }

  /** Whether more was applied somewhere than these heads reach. */
  isBeyond(context: ContextName, heads: readonly Head[]): boolean {
    return heads.some(({ partition, seq }) => (this.positions[vectorKey(context, partition)] ?? 0) > seq);
  }

  /**
   * Which partitions have something waiting.
   * @throws LogBehind where the checkpoint is beyond the head; IntegrityViolation where it stays so: the log lost events
   */
  lags(context: ContextName, heads: readonly Head[]): Lag[] {
    const lags: Lag[] = [];
    const seen: Record<string, number> = { ...this.heads };
    for (const { partition, seq } of heads) {
      // Assigned meanwhile: it is worked when it was taken.
      if (this.assigned?.has(partition) === false) continue;
      const key = vectorKey(context, partition);
      const after = this.positions[key] ?? 0;
      seen[key] = seq;
      if (after > seq) {
        const times = (this.behind.get(key) ?? 0) + 1;
        this.behind.set(key, times);
        const Failure = times <= this.behindMax ? LogBehind : IntegrityViolation;
        const what = `${this.name} has applied events up to ${after}, but the log ends at ${seq}`;
        throw new Failure(context, partition, after, what);
      }
      this.behind.delete(key);
      if (after === seq) continue;
      lags.push({ context, partition, after, head: seq });
      if (!this.waitingSince.has(key)) this.waitingSince.set(key, this.clock());
    }
    this.heads = seen;
    return lags;
  }

  /** Takes note of events that were read. @throws IntegrityViolation where they do not follow densely on what was applied */
  noticed({ context, partition, after }: Lag, events: readonly LoggedEvent[]): void {
    const first = events[0];
    if (first === undefined) throw new IntegrityViolation(context, partition, after + 1, 'the event is missing');
    for (const [index, { seq }] of events.entries()) {
      if (seq !== after + 1 + index) {
        throw new IntegrityViolation(context, partition, after + 1 + index, `the log has a gap: ${seq} stands here`);
      }
    }
    this.waitingSince.set(vectorKey(context, partition), Date.parse(first.recordedAt));
  }

  /** Events up to `toSeq` were applied with their checkpoint. */
  advanced({ context, partition, after }: Lag, toSeq: number, parked: readonly ParkedEvent[]): void {
    const key = vectorKey(context, partition);
    this.positions[key] = toSeq;
    this.waitingSince.delete(key);
    this.applied += toSeq - after;
    this.parkedTotal += parked.length;
    this.parkedOldestAt ??= parked[0]?.parkedAt ?? null;
  }

  get lagEvents(): number {
    let lag = 0;
    for (const [key, seq] of Object.entries(this.heads ?? {})) lag += Math.max(0, seq - (this.positions[key] ?? 0));
    return lag;
  }

  get lagSeconds(): number {
    if (this.waitingSince.size === 0) return 0;
    return Math.max(0, (this.clock() - Math.min(...this.waitingSince.values())) / 1000);
  }

  private ownOf(vector: Vector): Vector {
    const { assigned } = this;
    if (assigned === undefined) return vector;
    const isOwn = ([key]: [string, number]): boolean => assigned.has(Number(key.slice(key.lastIndexOf('/') + 1)));
    return Object.fromEntries(Object.entries(vector).filter(isOwn));
  }
}
