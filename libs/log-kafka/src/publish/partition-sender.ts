import type { Producer, RecordMetadata } from 'kafkajs';
import type { ContextName } from '@faemban/contracts';
import {
  IntegrityViolation,
  invariant,
  unobserved,
  type EventLog,
  type ObserveBatch,
  type PublishProgress,
} from '@faemban/event-sourcing';
import { topicOf } from '../connection/topics';
import { KafkaUnavailable, withKafka } from '../failures';
import { batchEventsMax, batchOf } from './batches';

/** The replicas have this long to take a batch, in milliseconds. */
const acknowledgeMsMax = 10_000;

/** Sends one partition's events in order, one request at a time, each acknowledged by all replicas in sync before the next. */
export class PartitionSender {
  readonly partition: number;
  /** When the event was recorded that is being sent, in milliseconds since 1970. */
  oldestMs: number | undefined;
  private place: number | undefined;

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

  /** The last seq that was acknowledged; 0 where that is not known. */
  get seq(): number {
    return this.place ?? 0;
  }

  placeAt(seq: number): void {
    this.place = seq;
  }

  /**
   * Sends the next batch and records it; answers how many events it had, 0 where nothing waits. Where it throws, it may have been sent.
   * @throws KafkaUnavailable; IntegrityViolation where the log does not go on densely
   */
  async sendNext(): Promise<number> {
    const { context, partition, source, log, progress, producer, observe = unobserved } = this.from;
    invariant(this.place !== undefined, 'a partition is sent from a known place');
    const after = this.place;
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
    this.requireAcknowledged(told, topic, after);
    const toSeq = after + records.length;
    await progress.advance(partition, toSeq);
    this.place = toSeq;
    this.oldestMs = undefined;
    return records.length;
  }

  /** What the broker answered must be about this partition, without an error, and at an offset where these events can be. */
  private requireAcknowledged(told: readonly RecordMetadata[], topic: string, after: number): void {
    const [one] = told;
    if (told.length !== 1 || one?.topicName !== topic || one.partition !== this.partition || one.errorCode !== 0) {
      throw new KafkaUnavailable(`The broker did not acknowledge what was sent to ${topic}/${this.partition}.`);
    }
    if (Number(one.baseOffset ?? one.offset) < after) {
      // Fewer records stand before these than there are events before them: the topic was made anew.
      this.place = 0;
      throw new KafkaUnavailable(`${topic}/${this.partition} has lost what was published: it is sent again.`);
    }
  }
}
