import type { ContextName } from '@faemban/contracts';
import {
  createIds,
  invariant,
  type Clock,
  type EventLog,
  type EventStore,
  type Ids,
  type PublishProgress,
} from '@faemban/event-sourcing';
import { openDatabase, type MongoOptions } from '../connection/open-database';
import { withDatabase } from '../failures';
import { collectionsOf, prepareCollections } from './context-collections';
import { ContextReader } from './context-reader';
import { openInstallation } from './installation';
import { Leases, leaseMsDefault } from './leases';
import { recoverTail, type PublishedLog, type RecoveredTail } from '../transfer/recover-tail';
import { RecoveryClaim, type RecoveryTimes } from '../transfer/recovery-claim';
import { createCommitStore } from './mongo-commits';
import { createSegmentStore } from './mongo-segments';
import { followedServerTime } from './server-time';
import { MongoStore } from './mongo-store';
import { createPublishProgress } from './publish-progress';
import { SegmentWatch } from './segment-watch';
import { Sequencing, sequencingTimesDefault, type SequencingStatus, type SequencingTimes } from './sequencing';

/** How often it is looked whether other processes sequenced something, while somebody listens. In milliseconds. */
const watchMs = 50;

/** How a service's events are opened. */
export interface MongoEventsOptions extends MongoOptions {
  /** The contexts this service owns: those it appends to, and sequences. */
  readonly contexts: readonly ContextName[];
  readonly clock: Clock;
  /** Fixed when the database is first used (32 unless given), refused later where it differs; what the database has where absent. */
  readonly partitionCount?: number;
  readonly ids?: Ids;
  /**
   * What was published of these contexts. What it has beyond this database is taken back first, as after a restore of an older backup, by
   * one of the processes that start; while any other is at work, it is waited until that is stopped.
   */
  readonly published?: PublishedLog;
  readonly times?: Partial<SequencingTimes> & { readonly leaseMs?: number };
  readonly recoveryTimes?: RecoveryTimes;
  /** The database's own time, in milliseconds since 1970; asked of the server unless given, for tests whose clock stands still. */
  readonly serverTime?: () => Promise<number>;
}

/** A service's events in its database, and their log. */
export interface MongoEvents {
  /** One context's streams. @throws Error (invariant) where the service does not own it */
  store(context: ContextName): EventStore;
  readonly log: EventLog;
  readonly installationId: string;
  /** What was taken back from the published log when this was opened. */
  recovered(context: ContextName): RecoveredTail;
  /** How sequencing goes in this process, for readiness and metrics. */
  sequencing(context: ContextName): SequencingStatus;
  /** How far a context was published, kept beside its events. */
  progress(context: ContextName): PublishProgress;
  /** Stops sequencing, so that others take over at once, and closes the connection. Appends that wait are told `OutcomeUnknown`. */
  close(): Promise<void>;
}

/**
 * Opens a service's events in MongoDB: checks the server, makes and verifies indexes, begins to sequence. Any number of processes may
 * have the same database open; they share the partitions.
 * @throws MongoRefused where the server or the database is not what is needed; DatabaseUnavailable where it cannot be reached;
 * NotAvailableInWords while another process takes back what was published, or must be stopped first
 */
export async function openMongoEvents(options: MongoEventsOptions): Promise<MongoEvents> {
  const { contexts, clock, ids = createIds({ clock }) } = options;
  const { db, close } = await openDatabase(options);
  try {
    const { partitionCount, installationId } = await openInstallation(db, {
      partitionCount: options.partitionCount,
      ids,
    });
    const readers = new Map<ContextName, ContextReader>();
    const readerOf = (context: ContextName): ContextReader => {
      const reader = readers.get(context) ?? new ContextReader(collectionsOf(db, context));
      readers.set(context, reader);
      return reader;
    };
    await withDatabase(async () => {
      for (const context of contexts) await prepareCollections(readerOf(context).collections);
    });
    const owner = ids.next();
    const recovered = new Map<ContextName, RecoveredTail>();
    for (const context of options.published === undefined ? [] : contexts) {
      const { collections } = readerOf(context);
      const installation = { installationId, partitionCount };
      const claim = new RecoveryClaim(db, collections, owner, options.recoveryTimes);
      recovered.set(context, await recoverTail(collections, options.published as PublishedLog, installation, claim));
    }
    const watch = new SegmentWatch(async () => {
      const all = [...readers.values()].map(({ collections }) => collections.segments.estimatedDocumentCount());
      return (await Promise.all(all)).reduce((sum, count) => sum + count, 0);
    }, watchMs);
    const serverTime = options.serverTime ?? followedServerTime(db);
    const { leaseMs = leaseMsDefault, ...times } = options.times ?? {};
    const owned = new Map(
      contexts.map((context) => {
        const reader = readerOf(context);
        const { collections } = reader;
        const sequencing = new Sequencing(
          createSegmentStore(collections, { owner, serverTime }),
          collections,
          new Leases(collections, owner, partitionCount, leaseMs),
          clock,
          () => watch.wakeAll(),
          { ...sequencingTimesDefault, ...times },
        );
        const store = new MongoStore(createCommitStore(collections), reader, sequencing, partitionCount, ids);
        return [context, { store, sequencing }] as const;
      }),
    );
    const ownedOf = (context: ContextName) => {
      const found = owned.get(context);
      invariant(found !== undefined, `this service owns the context ${context}`);
      return found;
    };
    return {
      recovered: (context) => recovered.get(context) ?? { events: 0, partitions: 0 },
      installationId,
      store: (context) => ownedOf(context).store,
      sequencing: (context) => ownedOf(context).sequencing.status(),
      progress: (context) => createPublishProgress(readerOf(context).collections.published),
      log: {
        partitionCount,
        heads: (context) => readerOf(context).heads(partitionCount),
        read: (context, partition, afterSeq, limit) => readerOf(context).readLog(partition, afterSeq, limit),
        places: (context, partition, afterSeq, limit) => readerOf(context).readLog(partition, afterSeq, limit),
        onAppended: (wake) => watch.add(wake),
      },
      async close() {
        watch.close();
        await Promise.all([...owned.values()].map(({ sequencing }) => sequencing.close()));
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
