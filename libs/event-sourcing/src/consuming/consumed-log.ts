import { setTimeout as delay } from 'node:timers/promises';
import type { ContextName } from '@faemban/contracts';
import { classify, describeFailure } from '../classify';
import { NotAvailable, invariant } from '../errors';
import { genesisHash } from '../integrity/hashing';
import { vectorKey, type Clock, type EventLog, type Head, type LoggedEvent, type Unsubscribe } from '../ports';
import type { LogConsumer, LogDelivery, LogReceiver, WantedFrom } from './log-consumer';
import { PartitionWindow } from './partition-window';
import { createWholeLog, type WholeLogOptions } from './whole-log';

/** Events kept of each partition of each context, unless told otherwise. */
export const windowEventsMaxDefault = 500;
/** How often it is compared with the owners' heads, in milliseconds, unless told otherwise. */
export const compareEveryMsDefault = 3_000;
/** What the owner has and the transport did not bring has this long to come, in milliseconds, before it is fetched. */
const graceMsMax = 1_000;

/** An owner that does not answer. */
export class OwnerUnavailable extends NotAvailable {
  override readonly name = 'OwnerUnavailable';
}

/** What a consumed log is made of. */
export interface ConsumedLogOptions extends WholeLogOptions {
  readonly consumer: LogConsumer;
  readonly contexts: readonly ContextName[];
  readonly clock: Clock;
  readonly windowEventsMax?: number;
  readonly compareEveryMs?: number;
}

/** How one context is consumed. */
export interface ConsumedContextStatus {
  readonly context: ContextName;
  /** Events of the assigned partitions that the owner has and that were not brought yet; as of `comparedAt`. */
  readonly lagEvents: number;
  /** When the transport brought something last, ISO; null where it has not yet. */
  readonly deliveredAt: string | null;
  /** When the owner was asked last, ISO; null where it has not answered yet. */
  readonly comparedAt: string | null;
  /** What is wrong, in words; absent where nothing is. */
  readonly trouble?: string;
}

/** How consuming goes, for readiness and metrics. */
export interface ConsumedLogStatus {
  readonly assigned: readonly number[];
  readonly contexts: readonly ConsumedContextStatus[];
  /** What is wrong with the transport, in words; absent where nothing is. */
  readonly trouble?: string;
  /** What an operator should know of the transport besides: records that were left out, members that differ. */
  readonly notes: readonly string[];
}

/** The published log as one member of a group has it: the partitions assigned to it, from the transport and, where that lacks, the owners. */
export interface ConsumedLog extends EventLog {
  /** Begins to consume; resolves when the consumer has begun. */
  start(): Promise<void>;
  stop(): Promise<void>;
  assigned(): ReadonlySet<number>;
  onAssigned(told: (partitions: ReadonlySet<number>) => void): Unsubscribe;
  compareWithOwners(): Promise<void>;
  status(): ConsumedLogStatus;
}

/**
 * Makes the log of published events. The transport wakes and carries; the owner's log is the truth: holes are filled from it, its heads
 * are compared every few seconds, and what it says other than what was brought stops the partition for good.
 */
export function createConsumedLog(options: ConsumedLogOptions): ConsumedLog {
  const log = new Consumed(options);
  return {
    partitionCount: options.partitionCount,
    heads: (context) => log.heads(context),
    read: (context, partition, afterSeq, limit) => log.read(context, partition, afterSeq, limit),
    places: (context, partition, afterSeq, limit) =>
      options.owners(context).places(context, partition, afterSeq, limit),
    onAppended: (wake) => log.wakes.add(wake),
    onAssigned: (told) => log.tells.add(told),
    assigned: () => log.assigned,
    compareWithOwners: () => log.compareWithOwners(),
    start: () => log.start(),
    stop: () => log.stop(),
    status: () => log.status(),
  };
}

interface Compared {
  readonly heads: ReadonlyMap<number, Head>;
  readonly atMs: number;
}

class Consumed implements LogReceiver {
  assigned: ReadonlySet<number> = new Set();
  readonly wakes = new Listeners<void>();
  readonly tells = new Listeners<ReadonlySet<number>>();
  private readonly windows = new Map<string, PartitionWindow>();
  private readonly compared = new Map<ContextName, Compared>();
  private readonly troubles = new Map<ContextName, string>();
  private readonly opening = new Map<ContextName, Promise<void>>();
  private stopping = new AbortController();

  private readonly whole: EventLog;
  private readonly atOwners: EventLog;

  constructor(private readonly options: ConsumedLogOptions) {
    const { owners, partitionCount } = options;
    this.whole = createWholeLog(options);
    this.atOwners = createWholeLog({ owners, partitionCount });
  }

  async start(): Promise<void> {
    this.stopping = new AbortController();
    await this.options.consumer.start(this);
    void this.compareNowAndThen(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    for (const window of this.windows.values()) window.letGo();
    // An owner that is being asked for its heads may take long to answer: nobody waits for that.
    await this.options.consumer.stop();
    this.assigned = new Set();
    this.windows.clear();
  }

  async heads(context: ContextName): Promise<readonly Head[]> {
    await this.openWindows(context);
    return [...this.assigned].flatMap((partition) => {
      const window = this.windows.get(vectorKey(context, partition));
      if (window?.fault !== undefined) throw window.fault;
      return window === undefined ? [] : [window.head];
    });
  }

  async read(
    context: ContextName,
    partition: number,
    afterSeq: number,
    limit: number,
  ): Promise<readonly LoggedEvent[]> {
    const window = this.windows.get(vectorKey(context, partition));
    // What was not brought yet has most likely not been published either.
    const further = window !== undefined && afterSeq >= window.seq ? this.atOwners : this.whole;
    const events = window?.read(afterSeq, limit) ?? (await further.read(context, partition, afterSeq, limit));
    if (window === undefined) return events;
    const end = window.seq;
    // What was fetched over the end of the window goes through it, so that it is verified against what was brought, and is there for others.
    if (afterSeq <= end && afterSeq + events.length > end) {
      await window.receive(events);
      this.wakes.tell();
    }
    window.wasRead(afterSeq + events.length);
    return events;
  }

  async compareWithOwners(): Promise<void> {
    for (const context of this.options.contexts) {
      await this.openWindows(context);
      for (const [window, head] of await this.compare(context)) window.isToldOf(head);
    }
    this.wakes.tell();
  }

  async deliver({ context, partition, events }: LogDelivery): Promise<void> {
    if (!this.assigned.has(partition)) return;
    await this.openWindows(context);
    const window = this.windows.get(vectorKey(context, partition));
    // Another assignment came while it waited.
    if (window === undefined) return;
    try {
      const before = window.seq;
      await window.receive(events);
      window.deliveredAtMs = this.options.clock();
      if (window.seq > before) this.wakes.tell();
    } catch (error) {
      this.troubles.set(context, describeFailure(error));
      throw error;
    }
    await window.room();
  }

  async assign(partitions: ReadonlySet<number>): Promise<readonly WantedFrom[]> {
    const { contexts, partitionCount } = this.options;
    const isOurs = [...partitions].every((partition) => partition >= 0 && partition < partitionCount);
    invariant(isOurs, `partitions are numbered below ${partitionCount}`);
    this.assigned = new Set(partitions);
    for (const context of contexts) {
      for (let partition = 0; partition < partitionCount; partition += 1) {
        if (!partitions.has(partition)) this.closeWindow(vectorKey(context, partition));
      }
    }
    this.tells.tell(this.assigned);
    // An owner that does not answer keeps nobody from consuming the others; it is asked again by whoever needs it.
    await Promise.allSettled(contexts.map((context) => this.openWindows(context)));
    this.wakes.tell();
    return contexts.flatMap((context) =>
      [...partitions].flatMap((partition) => {
        const window = this.windows.get(vectorKey(context, partition));
        return window === undefined ? [] : [{ context, partition, afterSeq: window.seq }];
      }),
    );
  }

  status(): ConsumedLogStatus {
    const { trouble, notes } = this.options.consumer.status();
    return {
      assigned: [...this.assigned].sort((one, other) => one - other),
      contexts: this.options.contexts.map((context) => this.statusOf(context)),
      ...(trouble === undefined ? undefined : { trouble }),
      notes,
    };
  }

  private statusOf(context: ContextName): ConsumedContextStatus {
    const compared = this.compared.get(context);
    let lagEvents = 0;
    let deliveredAtMs: number | undefined;
    let trouble = this.troubles.get(context);
    for (const partition of this.assigned) {
      const window = this.windows.get(vectorKey(context, partition));
      if (window === undefined) continue;
      lagEvents += Math.max(0, (compared?.heads.get(partition)?.seq ?? 0) - window.seq);
      deliveredAtMs = Math.max(deliveredAtMs ?? 0, window.deliveredAtMs ?? 0) || undefined;
      if (window.fault !== undefined) trouble = describeFailure(window.fault);
    }
    return {
      context,
      lagEvents,
      deliveredAt: isoOf(deliveredAtMs),
      comparedAt: isoOf(compared?.atMs),
      ...(trouble === undefined ? undefined : { trouble }),
    };
  }

  private closeWindow(key: string): void {
    this.windows.get(key)?.letGo();
    this.windows.delete(key);
  }

  /** Opens the windows that are missing, at the end the owner tells now. @throws OwnerUnavailable; IntegrityViolation */
  private openWindows(context: ContextName): Promise<void> {
    const under = this.opening.get(context);
    if (under !== undefined) return under.then(() => this.openWindows(context));
    if (this.missing(context).length === 0) return Promise.resolve();
    const opening = this.openMissing(context).finally(() => this.opening.delete(context));
    this.opening.set(context, opening);
    return opening;
  }

  private missing(context: ContextName): readonly number[] {
    return [...this.assigned].filter((partition) => !this.windows.has(vectorKey(context, partition)));
  }

  private async openMissing(context: ContextName): Promise<void> {
    const heads = await this.askHeads(context);
    const { windowEventsMax: eventsMax = windowEventsMaxDefault } = this.options;
    for (const partition of this.missing(context)) {
      const head = heads.get(partition) ?? { partition, seq: 0, chainHash: genesisHash, recordedAt: null };
      const window = await PartitionWindow.open({ context, head, eventsMax }, this.options.owners(context));
      if (this.assigned.has(partition)) this.windows.set(vectorKey(context, partition), window);
    }
  }

  private async askHeads(context: ContextName): Promise<ReadonlyMap<number, Head>> {
    try {
      const heads = await this.options.owners(context).heads(context);
      const asked = { heads: new Map(heads.map((head) => [head.partition, head])), atMs: this.options.clock() };
      this.compared.set(context, asked);
      this.troubles.delete(context);
      return asked.heads;
    } catch (error) {
      const message = `The owner of ${context} was asked for its heads and did not answer: ${describeFailure(error)}`;
      this.troubles.set(context, message);
      if (classify(error) === 'fatal') throw error;
      throw new OwnerUnavailable(message, { cause: error });
    }
  }

  /** The windows whose owner has more than they do. What the owner has otherwise stops its partition. */
  private async compare(context: ContextName): Promise<readonly (readonly [PartitionWindow, Head])[]> {
    const open = [...this.assigned].flatMap((partition) => {
      const window = this.windows.get(vectorKey(context, partition));
      return window === undefined || window.fault !== undefined ? [] : [{ partition, window, seq: window.seq }];
    });
    if (open.length === 0) return [];
    const heads = await this.askHeads(context);
    const behind: (readonly [PartitionWindow, Head])[] = [];
    for (const { partition, window, seq } of open) {
      const head = heads.get(partition);
      if (head === undefined) continue;
      // The fault stays on the window, whose readers are told.
      await window.compare(head, seq).catch(() => undefined);
      if (head.seq > window.seq) behind.push([window, head]);
    }
    return behind;
  }

  private async compareNowAndThen(signal: AbortSignal): Promise<void> {
    const { compareEveryMs = compareEveryMsDefault, contexts } = this.options;
    const graceMs = Math.min(graceMsMax, compareEveryMs);
    const rest = (forMs: number) => delay(forMs, undefined, { signal, ref: false }).catch(() => undefined);
    for (;;) {
      await rest(compareEveryMs);
      if (signal.aborted) return;
      const behind: { readonly window: PartitionWindow; readonly head: Head; readonly seq: number }[] = [];
      for (const context of contexts) {
        if (signal.aborted) return;
        // Said in the status; the next comparison tries again.
        const found = await this.openWindows(context)
          .then(() => this.compare(context))
          .catch(() => []);
        for (const [window, head] of found) behind.push({ window, head, seq: window.seq });
      }
      if (behind.length === 0) continue;
      await rest(graceMs);
      if (signal.aborted) return;
      const stalled = behind.filter(({ window, seq }) => window.seq === seq && !window.isHeldBack);
      for (const { window, head } of stalled) window.isToldOf(head);
      if (stalled.length > 0) this.wakes.tell();
    }
  }
}

/** Those who want to be told of something. */
class Listeners<Told> {
  private readonly listeners = new Set<(told: Told) => void>();

  add(listener: (told: Told) => void): Unsubscribe {
    const own = (told: Told): void => listener(told);
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }

  /** In a microtask each, so that one who throws keeps nobody else from being told. */
  tell(told: Told): void {
    for (const listener of this.listeners) queueMicrotask(() => listener(told));
  }
}

const isoOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
