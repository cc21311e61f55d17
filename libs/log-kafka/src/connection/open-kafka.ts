import { Kafka, logLevel, Partitioners, type Admin, type Producer, type SASLOptions } from 'kafkajs';
import type { ContextName } from '@faemban/contracts';
import { partitionCountDefault, type LogConsumer, type ObserveBatch } from '@faemban/event-sourcing';
import { createKafkaConsumer } from '../consume/kafka-consumer';
import { KafkaUnavailable, messageOf, withKafka } from '../failures';
import { createKafkaHistory, type KafkaHistory } from '../history/kafka-history';
import { createPublisher, type Publisher, type PublisherOptions, type PublisherStatus } from '../publish/publisher';
import { disconnectMsMax, endedWithin } from './ended-within';
import { ensureTopics, topicOf } from './topics';

/** One request's failures are tried again this often by the client itself; whoever asks goes on with longer pauses. Milliseconds. */
const clientRetry = { initialRetryTime: 100, retries: 4, maxRetryTime: 2_000 };
const requestMsMax = 20_000;
const connectionMsMax = 5_000;

/** Which Kafka, and how its topics are made. */
export interface KafkaOptions {
  /** Addresses to begin with, `host:port`. */
  readonly brokers: readonly string[];
  /** Names this process in the brokers' logs and metrics. */
  readonly clientId: string;
  readonly tls?: boolean;
  /** SCRAM-SHA-512, where given; never printed. */
  readonly username?: string;
  readonly password?: string;
  /** As many as the installation has; 32 unless given. */
  readonly partitionCount?: number;
  /** Stands round each batch that is sent or handed on, e.g. to trace it. */
  readonly observe?: ObserveBatch;
  /** 1 unless given; from 3 on, two replicas must have what is acknowledged. */
  readonly replicationFactor?: number;
}

/** How this process's work with Kafka goes. */
export interface KafkaStatus {
  readonly publishers: readonly PublisherStatus[];
  readonly consumers: readonly {
    readonly group: string;
    readonly trouble?: string;
    readonly notes: readonly string[];
  }[];
  /** What kept it from answering last, in words; absent where it answered. */
  readonly trouble?: string;
}

/** The published log on one Kafka. */
export interface PublishedKafka {
  /**
   * Makes the topics of contexts that are missing and checks the others.
   * @throws KafkaRefused where a topic is not as it must be; KafkaUnavailable
   */
  ensureTopics(contexts: readonly ContextName[]): Promise<void>;
  publisher(options: PublisherOptions): Publisher;
  /** A member of a consumer group over the topics of some contexts. */
  consumer(options: { readonly group: string; readonly contexts: readonly ContextName[] }): LogConsumer;
  /** How many records each partition of a context's topic has: at least as many as events were published of it. */
  records(context: ContextName): Promise<ReadonlyMap<number, number>>;
  /** Published events from the beginning. */
  history(contexts: readonly ContextName[]): KafkaHistory;
  status(): KafkaStatus;
  /** Stops what was made here and ends the connections: within seconds, also where Kafka does not answer. */
  close(): Promise<void>;
}

/** Opens nothing yet: connections are made by whoever needs them, so that processes may start in any order. */
export function openKafka(options: KafkaOptions): PublishedKafka {
  return new OpenKafka(options);
}

class OpenKafka implements PublishedKafka {
  private readonly kafka: Kafka;
  private readonly form: { readonly partitionCount: number; readonly replicationFactor: number };
  private readonly producer: Connected<Producer>;
  private readonly admin: Connected<Admin>;
  private readonly publishers: Publisher[] = [];
  private readonly consumers: { readonly group: string; readonly consumer: LogConsumer }[] = [];
  private readonly histories: KafkaHistory[] = [];
  private closing: Promise<void> | undefined;
  private readonly observing: { readonly observe?: ObserveBatch };

  constructor(private readonly options: KafkaOptions) {
    const { brokers, clientId, tls = false } = options;
    const { partitionCount = partitionCountDefault, replicationFactor = 1 } = options;
    this.form = { partitionCount, replicationFactor };
    this.observing = options.observe === undefined ? {} : { observe: options.observe };
    const sasl = saslOf(options);
    this.kafka = new Kafka({
      brokers: [...brokers],
      clientId,
      ssl: tls,
      ...(sasl === undefined ? undefined : { sasl }),
      connectionTimeout: connectionMsMax,
      requestTimeout: requestMsMax,
      retry: clientRetry,
      logLevel: logLevel.NOTHING,
    });
    this.producer = new Connected(() =>
      this.kafka.producer({
        createPartitioner: Partitioners.DefaultPartitioner,
        allowAutoTopicCreation: false,
        metadataMaxAge: 60_000,
      }),
    );
    this.admin = new Connected(() => this.kafka.admin());
  }

  async ensureTopics(contexts: readonly ContextName[]): Promise<void> {
    await ensureTopics(await this.admin.get(), contexts, this.form);
  }

  async records(context: ContextName): Promise<ReadonlyMap<number, number>> {
    const admin = await this.admin.get();
    const ends = await withKafka(() => admin.fetchTopicOffsets(topicOf(context)));
    return new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  }

  publisher(options: PublisherOptions): Publisher {
    const publisher = createPublisher(
      { ...this.observing, ...options },
      {
        producer: () => this.producer.get(),
        admin: () => this.admin.get(),
      },
    );
    this.publishers.push(publisher);
    return publisher;
  }

  consumer({ group, contexts }: { readonly group: string; readonly contexts: readonly ContextName[] }): LogConsumer {
    const { partitionCount } = this.form;
    const admin = () => this.admin.get();
    const consumer = createKafkaConsumer({
      kafka: this.kafka,
      admin,
      group,
      contexts,
      partitionCount,
      ...this.observing,
    });
    this.consumers.push({ group, consumer });
    return consumer;
  }

  history(contexts: readonly ContextName[]): KafkaHistory {
    const admin = () => this.admin.get();
    const history = createKafkaHistory({ kafka: this.kafka, admin, clientId: this.options.clientId, contexts });
    this.histories.push(history);
    return history;
  }

  status(): KafkaStatus {
    const trouble = this.producer.trouble ?? this.admin.trouble;
    return {
      publishers: this.publishers.map((publisher) => publisher.status()),
      consumers: this.consumers.map(({ group, consumer }) => ({ group, ...consumer.status() })),
      ...(trouble === undefined ? undefined : { trouble }),
    };
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await Promise.all([
      ...this.publishers.map((publisher) => publisher.stop()),
      ...this.consumers.map(({ consumer }) => consumer.stop()),
      ...this.histories.map((history) => history.close()),
    ]);
    await Promise.all([this.producer.close(), this.admin.close()]);
  }
}

/** A client that is connected when it is first needed, once for all who need it; after a failure whoever needs it next tries again. */
class Connected<Client extends { connect(): Promise<void>; disconnect(): Promise<void> }> {
  trouble: string | undefined;
  private client: Promise<Client> | undefined;
  private isClosed = false;

  constructor(private readonly make: () => Client) {}

  /** @throws KafkaUnavailable where it cannot be connected, or has been closed */
  async get(): Promise<Client> {
    if (this.isClosed) throw new KafkaUnavailable('The connection to Kafka has been closed.');
    this.client ??= this.connect().catch((error: unknown) => {
      this.client = undefined;
      this.trouble = messageOf(error);
      throw error;
    });
    return this.client;
  }

  async close(): Promise<void> {
    const { client } = this;
    this.isClosed = true;
    this.client = undefined;
    if (client !== undefined)
      await endedWithin(
        disconnectMsMax,
        client.then((connected) => connected.disconnect()),
      );
  }

  private async connect(): Promise<Client> {
    const client = this.make();
    await withKafka(() => client.connect());
    this.trouble = undefined;
    return client;
  }
}

function saslOf({ username, password }: KafkaOptions): SASLOptions | undefined {
  if (username === undefined || password === undefined) return undefined;
  return { mechanism: 'scram-sha-512', username, password };
}
