import { resolve } from 'node:path';
import type { ContextName } from '@faemban/contracts';
import {
  createConsumedLog,
  createIds,
  createWholeLog,
  invariant,
  verifyWholeLog,
  type Clock,
  type ConsumedLog,
  type EventLog,
  type OwnerLog,
} from '@faemban/event-sourcing';
import { openKafka, type PublishedKafka, type Publisher } from '@faemban/log-kafka';
import { batchObserver, httpLog, type Platform } from '@faemban/nest-kit';
import {
  openMongoEvents,
  openMongoSeals,
  openMongoSnapshots,
  openMongoViews,
  type MongoEvents,
} from '@faemban/store-mongo';
import { addressesOf, type ProcessConfig } from './config';
import type { ServiceDefinition } from './definition';
import { openSharedSigningKeys } from './signing-keys';
import { endedWithin } from './ended-within';
import type { Waiting } from './waiting';

/** A platform over a service's database and the published logs, until it is closed. */
export interface DistributedPlatform {
  readonly platform: Platform;
  readonly events: MongoEvents;
  readonly publisher: Publisher;
  readonly consumed: ConsumedLog | undefined;
  readonly kafka: PublishedKafka;
  close(): Promise<void>;
}

/** Of several processes, the one that sequences this partition is in charge of what only one should do. */
const partInCharge = 0;

/** What is being published when it is closed has this long, in milliseconds, before the partitions are let go to others. */
const recordMsMax = 1_000;

/** What a process is opened with besides its configuration. */
export interface PlatformSurroundings {
  readonly clock: Clock;
  readonly waiting: Waiting;
  /** Told the first time that something has to be waited for. */
  readonly failed: (what: string, error: unknown) => void;
  /** The database's own time, asked of it unless given: for processes whose clock is moved. */
  readonly serverTime?: () => Promise<number>;
}

/**
 * Opens what a service stands on, waiting for each part as long as it takes: its database, the brokers and their topics, the keys. The
 * other services need not be there: what follows their logs waits for them.
 * @throws StoreRefused, KafkaRefused and alike where a part is there and is not what is needed
 */
export async function openDistributedPlatform(
  { context, follows }: ServiceDefinition,
  config: ProcessConfig,
  { clock, waiting, failed, serverTime }: PlatformSurroundings,
): Promise<DistributedPlatform> {
  const closers: (() => Promise<void>)[] = [];
  let consumed: ConsumedLog | undefined;
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let closer = closers.pop(); closer; closer = closers.pop()) {
      await closer().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  const opened = async <Part extends { close(): Promise<void> }>(
    name: string,
    sentence: { readonly th: string; readonly en: string },
    open: () => Promise<Part>,
  ): Promise<Part> => {
    const part = await waiting.until(name, sentence, open, (error) => failed(name, error));
    closers.push(() => part.close());
    return part;
  };
  try {
    const ids = createIds({ clock });
    const database = {
      url: config.mongodbUrl,
      database: `${config.mongodbDatabasePrefix}-${context}`,
      capabilities: { replacesAtomically: config.mongodbReplacesAtomically },
    };
    const { partitionCount } = config;
    const toEvents = { th: 'รอฐานข้อมูล MongoDB', en: 'Waiting for MongoDB.' };
    const views = await opened('mongodb', toEvents, () => openMongoViews(database));
    const seals = await opened('mongodb', toEvents, () => openMongoSeals(database));
    const snapshots = await opened('mongodb', toEvents, () => openMongoSnapshots(database));
    const topics = [...new Set([context, ...follows])];
    const kafka = await opened('kafka', { th: 'รอ Kafka', en: 'Waiting for Kafka.' }, async () => {
      const connected = openKafka({
        brokers: config.kafkaBrokers,
        clientId: `faemban-${context}`,
        tls: config.kafkaTls,
        ...(config.kafkaUsername === undefined ? {} : { username: config.kafkaUsername }),
        ...(config.kafkaPassword === undefined ? {} : { password: config.kafkaPassword }),
        partitionCount,
        replicationFactor: config.kafkaReplicationFactor,
        observe: batchObserver(),
      });
      try {
        await connected.ensureTopics(topics);
        return connected;
      } catch (error) {
        await connected.close();
        throw error;
      }
    });
    // Its partitions are let go before, and both at once: where Kafka does not answer, each takes as long as it may.
    closers.push(async () => void (await Promise.all([consumed?.stop(), kafka.close()])));
    const history = kafka.history(topics);
    const events = await opened('mongodb', toEvents, () =>
      openMongoEvents({
        ...{ ...database, contexts: [context], clock, partitionCount, ids },
        published: { records: (of) => kafka.records(of), page: history.page.bind(history) },
        ...(serverTime === undefined ? {} : { serverTime }),
      }),
    );
    const { installationId } = events;
    const signer = await openSharedSigningKeys(resolve(config.keysDir), {
      name: `faemban.${installationId}`,
      createdAt: new Date(clock()).toISOString(),
    });

    const owners = new Map<ContextName, OwnerLog>([[context, events.log]]);
    for (const other of follows) {
      if (other === context) continue;
      const urls = addressesOf(config, other);
      owners.set(other, httpLog({ context: other, urls, token: config.serviceToken, partitionCount }));
    }
    const ownerOf = (of: ContextName): OwnerLog => {
      const owner = owners.get(of);
      invariant(owner !== undefined, `this process reads the log of ${of}`);
      return owner;
    };

    const publisher = kafka.publisher({
      context,
      log: events.log,
      progress: events.progress(context),
      held: () => events.sequencing(context).partitions,
      ...{ installationId, clock },
    });
    publisher.start();
    // What is being sent is most likely recorded in time; else it is sent again by whoever takes over.
    closers.push(async () => void (await endedWithin(recordMsMax, publisher.stop())));

    consumed =
      follows.length === 0
        ? undefined
        : createConsumedLog({
            consumer: kafka.consumer({ group: `faemban.${context}`, contexts: follows }),
            owners: ownerOf,
            contexts: follows,
            partitionCount,
            clock,
            history,
          });
    if (consumed !== undefined) {
      await consumed.start();
    }
    const whole = wholeLog(events.log, ownerOf, consumed);
    return {
      ...{ events, publisher, consumed, kafka, close },
      platform: {
        profile: 'distributed',
        contexts: [context],
        store: (of) => events.store(of),
        log: whole,
        ...(consumed === undefined
          ? {}
          : { followed: consumed, history: createWholeLog({ owners: ownerOf, partitionCount, history }) }),
        isInCharge: () => events.sequencing(context).partitions.includes(partInCharge),
        snapshots: (of) => snapshots.store(of),
        views: (service) => {
          invariant(service === context, `this process keeps the read models of ${service}`);
          return views;
        },
        dataDir: resolve(config.dataDir),
        ...{ clock, ids, installationId, signer, seals },
        publishKeys: () => void seals.publishKeys(signer).catch((error: unknown) => failed('published keys', error)),
        verifyLog: () =>
          verifyWholeLog({ log: events.log, contexts: [context], seals, signer, installation: installationId }),
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Every log this process may read, from whoever has it. */
function wholeLog(
  own: EventLog,
  ownerOf: (context: ContextName) => OwnerLog,
  consumed: ConsumedLog | undefined,
): EventLog {
  return {
    partitionCount: own.partitionCount,
    heads: (context) => ownerOf(context).heads(context),
    read: (context, ...place) => ownerOf(context).read(context, ...place),
    places: (context, ...place) => ownerOf(context).places(context, ...place),
    onAppended(wake) {
      const leave = [own.onAppended(wake), ...(consumed === undefined ? [] : [consumed.onAppended(wake)])];
      return () => leave.forEach((end) => end());
    },
  };
}
