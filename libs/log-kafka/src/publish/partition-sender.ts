import type { Producer, RecordMetadata } from 'kafkajs';
import type { ContextName } from '@faemban/contracts';
import {
  IntegrityViolation,
  invariant,
  nothingPublished,
  unobserved,
  type EventLog,
  type ObserveBatch,
  type PublishedUpTo,
  type PublishProgress,
} from '@faemban/event-sourcing';
import { topicOf } from '../connection/topics';
import { KafkaUnavailable, withKafka } from '../failures';
import { batchEventsMax, batchOf } from './batches';

/** The replicas have this long to take a batch, in milliseconds. */
const acknowledgeMsMax = 10_000;

/** Where a partition is sent from: everything up to `seq` stands in the topic before `endOffset`. */
type Place = Required<PublishedUpTo>;

/**
 * Sends one partition's events in order, one request at a time, each acknowledged by all replicas in sync before the next. A topic that
 * has ever been shorter than where the acknowledged events end has lost some of them; which of them it has then is not known, so that
 * the partition is set back, durably, before anything is sent again.
 */
export class PartitionSender {
  readonly partition: number;
  /** When the event was recorded that is being sent, in milliseconds since 1970. */
  oldestMs: number | undefined;
  private place: Place | undefined;
  /** How far it was published as was known last, while it is not known from where to send. */
  private known: number | undefined;
  /** The lowest offset, of what was sent here, that is before the end of what had been acknowledged. */
  private lostFrom: number | undefined;
  /** How often the partition was set back, as far as is known here. */
  private resends = 0;

  constructor(
    private readonly from: {
      readonly context: ContextName;
      readonly partition: number;
      readonly source: string;
      readonly log: Pick<EventLog, 'read'>;
      readonly progress: PublishProgress;
      readonly producer: () => Promise<Producer>;
      readonly observe?: ObserveBatch;
    },
  ) {
    this.partition = from.partition;
  }

  /** Whether it is known up to where Kafka has this partition. */
  get isPlaced(): boolean {
    return this.place !== undefined;
  }

  /** The last seq that was acknowledged; undefined where that is not known. */
  get seq(): number | undefined {
    return this.place?.seq ?? this.known;
  }

  /** What was recorded is known, though not yet whether the topic still has it. */
  isToldOf({ seq }: PublishedUpTo): void {
    this.known = seq;
  }

  /**
   * Finds from where to send: on from what was recorded or, where a topic that ends at the offset `high` does not have all of that, from
   * the beginning. Answers whether the topic had lost something.
   * @throws what the record of the progress throws
   */
  async placeAt(recorded: PublishedUpTo, high: number): Promise<boolean> {
    const isLost = Math.min(high, this.lostFrom ?? high) < this.endOf(recorded);
    const resends = Math.max(this.resends, recorded.resends) + (isLost ? 1 : 0);
    if (recorded.resends < resends) {
      await this.from.progress.setBack(this.partition, resends);
      this.place = { ...nothingPublished, resends };
    } else {
      this.place = { seq: recorded.seq, endOffset: recorded.endOffset ?? high, resends };
    }
    this.resends = resends;
    this.lostFrom = undefined;
    return isLost;
  }

  /** Without an offset it is only known that as many records as events are before the end, and that here it was further. */
  private endOf({ seq, endOffset }: PublishedUpTo): number {
    return endOffset ?? (this.lostFrom === undefined ? seq : Infinity);
  }

  /**
   * Sends the next batch and records it; answers how many events it had, 0 where nothing waits. Where it throws, it may have been sent.
   * @throws KafkaUnavailable; IntegrityViolation where the log does not go on densely
   */
  async sendNext(): Promise<number> {
    const { context, partition, source, log, progress, producer, observe = unobserved } = this.from;
    const { place } = this;
    invariant(place !== undefined, 'a partition is sent from a known place');
    const after = place.seq;
    const events = await log.read(context, partition, after, batchEventsMax);
    for (const [index, { seq }] of events.entries()) {
      const wanted = after + 1 + index;
      if (seq !== wanted) throw new IntegrityViolation(context, partition, wanted, `the log has ${seq} in its place`);
    }
    const [first] = events;
    if (first === undefined) return 0;
    this.oldestMs = Date.parse(first.recordedAt);
    const records = batchOf(events, source);
    const topic = topicOf(context);
    const client = await producer();
    const batch = {
      what: 'publish',
      name: topic,
      context,
      partition,
      events: events.slice(0, records.length),
    } as const;
    const told = await observe(batch, () =>
      withKafka(() =>
        client.send({
          topic,
          acks: -1,
          timeout: acknowledgeMsMax,
          messages: records.map((record) => ({ ...record, headers: { ...record.headers }, partition })),
        }),
      ),
    );
    const baseOffset = this.requireAcknowledged(told, topic);
    if (baseOffset < place.endOffset) {
      this.lostFrom = baseOffset;
      this.unplace();
      throw new KafkaUnavailable(`${topic}/${this.partition} has lost what was published: it is sent again.`);
    }
    const reached = {
      seq: after + records.length,
      endOffset: baseOffset + records.length,
      resends: place.resends,
    };
    const isCounted = await progress.advance(partition, reached);
    this.oldestMs = undefined;
    // Where another process has set it back, what counts is what that records.
    if (isCounted) this.place = reached;
    else this.unplace();
    return records.length;
  }

  private unplace(): void {
    this.known = this.place?.seq;
    this.place = undefined;
  }

  /** What the broker answered must be about this partition, without an error, and say where these events stand. Answers the offset. */
  private requireAcknowledged(told: readonly RecordMetadata[], topic: string): number {
    const [one] = told;
    const baseOffset = Number(one?.baseOffset ?? one?.offset ?? -1);
    const isOurs = told.length === 1 && one?.topicName === topic && one.partition === this.partition;
    if (!isOurs || one.errorCode !== 0 || !(baseOffset >= 0)) {
      throw new KafkaUnavailable(`The broker did not acknowledge what was sent to ${topic}/${this.partition}.`);
    }
    return baseOffset;
  }
}
