import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Producer } from 'kafkajs';
import type { ContextName } from '@faemban/contracts';
import {
  classify,
  nothingPublished,
  retryDelayMs,
  type Clock,
  type EventLog,
  type ObserveBatch,
  type PublishProgress,
  type RetryPlan,
  type Unsubscribe,
} from '@faemban/event-sourcing';
import { endedWithin } from '../connection/ended-within';
import { topicOf } from '../connection/topics';
import { sourceOf } from '../format/cloud-events';
import { KafkaUnavailable, messageOf, withKafka } from '../failures';
import { PartitionSender } from './partition-sender';

/** Partitions of a context that are sent at the same time. */
const partitionsAtOnce = 8;
/** How often it is looked whether something waits, though nobody woke, in milliseconds. */
const pollMsDefault = 250;
/** A wake-up in a burst is followed by this rest, in milliseconds, so that batches grow. */
const restMs = 10;
/** What is being sent may take so long when it is stopped, in milliseconds. */
const stopMsMax = 5_000;
const retry: RetryPlan = { attemptsMax: Infinity, delayMs: 100, delayMsMax: 10_000 };

/** What a context's publisher is made of. */
export interface PublisherOptions {
  readonly context: ContextName;
  /** The owner's log. */
  readonly log: Pick<EventLog, 'heads' | 'read' | 'onAppended'>;
  readonly progress: PublishProgress;
  /** The partitions this process publishes now: those it sequences. Two that publish one partition at once only send it twice. */
  readonly held: () => Iterable<number>;
  readonly installationId: string;
  readonly clock: Clock;
  readonly pollMs?: number;
  /** Stands round the sending of each batch. */
  readonly observe?: ObserveBatch;
}

/** How one partition's publishing stands. */
export interface PublishedPartition {
  readonly partition: number;
  /** The last seq that Kafka acknowledged; undefined until what was recorded of that could be read. */
  readonly publishedSeq: number | undefined;
  /** Events that wait; 0 while that is not known. */
  readonly lagEvents: number;
}

/** How a context's publishing goes in this process, for readiness and metrics. */
export interface PublisherStatus {
  readonly context: ContextName;
  readonly isRunning: boolean;
  /** The partitions published here. */
  readonly partitions: readonly PublishedPartition[];
  /** Events that wait, over these partitions. */
  readonly lagEvents: number;
  /** Age of the oldest event that waits, in seconds; until it is read, since it was noticed. */
  readonly lagSeconds: number;
  /** Events acknowledged since it was started; some perhaps again. */
  readonly published: number;
  /** How often, since it was started, a partition is sent again from its beginning, because its topic had lost something. */
  readonly resends: number;
  /** What keeps it from working, in words; absent while it works. */
  readonly trouble?: string;
  /** The last failure and when it was, also when it has passed. */
  readonly lastError?: { readonly at: string; readonly message: string };
}

/** Publishes what one process holds of a context's log, in order, from where it was recorded to be. */
export interface Publisher {
  start(): void;
  /** Finishes what is being sent and stops. */
  stop(): Promise<void>;
  status(): PublisherStatus;
}

/** What a publisher sends through. */
export interface SendingTo {
  readonly producer: () => Promise<Producer>;
  readonly admin: () => Promise<Admin>;
}

/** Makes the publisher of a context. */
export function createPublisher(options: PublisherOptions, to: SendingTo): Publisher {
  return new ContextPublisher(options, to);
}

class ContextPublisher implements Publisher {
  private readonly senders = new Map<number, PartitionSender>();
  private heads: ReadonlyMap<number, { readonly seq: number }> = new Map();
  /** When it was noticed that a partition has something waiting, in milliseconds since 1970. */
  private readonly waitingSince = new Map<number, number>();
  private stopping: AbortController | undefined;
  private running: Promise<void> = Promise.resolve();
  private leave: Unsubscribe | undefined;
  private isWoken = false;
  private wake: () => void = () => undefined;
  private failures = 0;
  private trouble: string | undefined;
  private lastError: { readonly at: string; readonly message: string } | undefined;
  private published = 0;
  private resends = 0;

  constructor(
    private readonly options: PublisherOptions,
    private readonly to: SendingTo,
  ) {}

  start(): void {
    if (this.stopping !== undefined) return;
    this.stopping = new AbortController();
    this.leave = this.options.log.onAppended(() => {
      this.isWoken = true;
      this.wake();
    });
    this.running = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    if (this.stopping === undefined) return;
    this.stopping.abort();
    this.leave?.();
    this.wake();
    // What was sent and not recorded is sent again by whoever publishes next.
    await endedWithin(stopMsMax, this.running);
    this.stopping = undefined;
    this.senders.clear();
  }

  status(): PublisherStatus {
    const partitions = [...this.senders.values()]
      .map(({ partition, seq }) => {
        const lagEvents = Math.max(0, (this.heads.get(partition)?.seq ?? 0) - (seq ?? Infinity));
        return { partition, publishedSeq: seq, lagEvents };
      })
      .sort((one, other) => one.partition - other.partition);
    const { clock, context } = this.options;
    const since = Math.min(
      ...[...this.waitingSince].map(([partition, noticed]) => this.senders.get(partition)?.oldestMs ?? noticed),
    );
    return {
      context,
      isRunning: this.stopping !== undefined,
      partitions,
      lagEvents: partitions.reduce((sum, { lagEvents }) => sum + lagEvents, 0),
      lagSeconds: Number.isFinite(since) ? Math.max(0, (clock() - since) / 1000) : 0,
      published: this.published,
      resends: this.resends,
      ...(this.trouble === undefined ? undefined : { trouble: this.trouble }),
      ...(this.lastError === undefined ? undefined : { lastError: this.lastError }),
    };
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { pollMs = pollMsDefault } = this.options;
    while (!signal.aborted) {
      try {
        await this.round(signal);
        this.failures = 0;
        this.trouble = undefined;
        await this.pause(pollMs, signal);
        if (this.isWoken) await delay(restMs, undefined, { signal }).catch(() => undefined);
      } catch (error) {
        this.failed(error);
        await delay(retryDelayMs(retry, this.failures), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private failed(error: unknown): void {
    const { context, clock } = this.options;
    this.failures += 1;
    const isFatal = classify(error) === 'fatal';
    this.trouble = `Events of ${context} are not published${isFatal ? '' : ' just now'}: ${messageOf(error)}`;
    this.lastError = { at: new Date(clock()).toISOString(), message: this.trouble };
  }

  /** One look at the heads, and everything sent that waits then. One partition that fails keeps no other from being sent. */
  private async round(signal: AbortSignal): Promise<void> {
    this.isWoken = false;
    const { context, log, held } = this.options;
    const holding = new Set(held());
    for (const partition of this.senders.keys()) if (!holding.has(partition)) this.letGo(partition);
    if (holding.size === 0) return;
    this.heads = new Map((await log.heads(context)).map((head) => [head.partition, head]));
    await this.place([...holding]);
    const waiting = [...holding].filter((partition) => this.isWaiting(partition));
    const failures: unknown[] = [];
    const queue = waiting.values();
    const worker = async (): Promise<void> => {
      for (const partition of queue) {
        if (signal.aborted) return;
        await this.sendAll(partition, signal).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(partitionsAtOnce, waiting.length) }, worker));
    if (failures.length > 0) throw failures[0];
  }

  /** Finds out from where partitions are sent that came newly, or whose place is no longer sure. */
  private async place(partitions: readonly number[]): Promise<void> {
    const { context, installationId, log, progress } = this.options;
    for (const partition of partitions) {
      if (this.senders.has(partition)) continue;
      const observed = this.options.observe === undefined ? {} : { observe: this.options.observe };
      const source = sourceOf(installationId, context);
      const sender = new PartitionSender({
        context,
        partition,
        source,
        log,
        progress,
        producer: this.to.producer,
        ...observed,
      });
      this.senders.set(partition, sender);
    }
    const unplaced = [...this.senders.values()].filter(({ isPlaced }) => !isPlaced);
    if (unplaced.length === 0) return;
    const recorded = await progress.published();
    const recordedOf = (sender: PartitionSender) => recorded.get(sender.partition) ?? nothingPublished;
    for (const sender of unplaced) sender.isToldOf(recordedOf(sender));
    const admin = await this.to.admin();
    const ends = await withKafka(() => admin.fetchTopicOffsets(topicOf(context)));
    const high = new Map(ends.map((end) => [end.partition, Number(end.high)]));
    for (const sender of unplaced) {
      const end = high.get(sender.partition);
      if (end === undefined)
        throw new KafkaUnavailable(`Nobody says where ${topicOf(context)}/${sender.partition} ends.`);
      const hadLost = await sender.placeAt(recordedOf(sender), end);
      if (hadLost) this.noteResend(sender.partition);
    }
  }

  private noteResend(partition: number): void {
    const { context, clock } = this.options;
    this.resends += 1;
    const message = `${topicOf(context)}/${partition} has lost what was published: it is sent again from its beginning.`;
    this.lastError = { at: new Date(clock()).toISOString(), message };
  }

  private isWaiting(partition: number): boolean {
    const head = this.heads.get(partition)?.seq ?? 0;
    const isBehind = head > (this.senders.get(partition)?.seq ?? 0);
    if (!isBehind) this.waitingSince.delete(partition);
    else if (!this.waitingSince.has(partition)) this.waitingSince.set(partition, this.options.clock());
    return isBehind;
  }

  private async sendAll(partition: number, signal: AbortSignal): Promise<void> {
    const sender = this.senders.get(partition);
    if (sender === undefined) return;
    for (let sent = 1; sent > 0 && sender.isPlaced && !signal.aborted;) {
      sent = await sender.sendNext();
      this.published += sent;
      if (sent > 0) this.waitingSince.set(partition, this.options.clock());
    }
    this.waitingSince.delete(partition);
  }

  private letGo(partition: number): void {
    this.senders.delete(partition);
    this.waitingSince.delete(partition);
  }

  private async pause(forMs: number, signal: AbortSignal): Promise<void> {
    if (this.isWoken || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => undefined;
  }
}
