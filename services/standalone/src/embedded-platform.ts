import { contextNames, type ContextName } from '@faemban/contracts';
import {
  createIds,
  LocalRebuildEngine,
  type Clock,
  type EventLog,
  type PolicyStore,
  type RebuildEngine,
  type ViewStore,
} from '@faemban/event-sourcing';
import type { Platform } from '@faemban/nest-kit';
import {
  lockDataFolder,
  openSealFiles,
  openSigningKeys,
  openSqliteEvents,
  openSqliteSnapshots,
  openSqliteViews,
} from '@faemban/store-sqlite';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { keepLedger } from './keep-ledger';
import { requireWholeFolder, requireWholeHistory } from './require-whole';
import { ReadModelThread } from './read-models/read-model-thread';
import { readModelsOf } from './rebuild/read-models-of';
import { verifyInThread } from './verification/verify-in-thread';
import { RebuildThreads } from './rebuild/rebuild-threads';

/** The services that keep read models or policy checkpoints, each in a file of its own. */
const servicesWithViews = [
  'ingestion',
  'identity-verification',
  'mpi-scoring',
  'case-management',
  'reporting',
] as const;

/** A platform over the files of one data folder, until it is closed. */
export interface EmbeddedPlatform {
  readonly platform: Platform;
  close(): Promise<void>;
}

/**
 * Opens a data folder for this process: the lock first, then the events, then each service's read models. Keys stand in a folder of
 * their own, `keys/`, so that they can have backups of their own.
 * @throws StoreRefused when another process holds the folder, or it was set up differently
 */
export async function openEmbeddedPlatform(options: {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly partitionCount: number;
  /** Told of what fails and is tried again by itself. */
  readonly onFailure?: (error: unknown) => void;
}): Promise<EmbeddedPlatform> {
  const { clock, partitionCount } = options;
  const dataDir = resolve(options.dataDir);
  const closers: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const lock = lockDataFolder(dataDir);
    closers.push(() => lock.release());
    requireWholeFolder(dataDir);
    mkdirSync(join(dataDir, 'keys'), { recursive: true, mode: 0o700 });
    const events = await openSqliteEvents({ file: join(dataDir, 'events.sqlite'), clock, partitionCount });
    closers.push(() => events.close());
    const keysFolder = join(dataDir, 'keys');
    await requireWholeHistory(dataDir, events);
    const ledger = keepLedger(keysFolder, events, { clock, onFailure: options.onFailure ?? (() => undefined) });
    closers.push(() => ledger.close());
    const signer = openSigningKeys(join(keysFolder, 'signing-keys.json'), {
      name: `faemban.${events.installationId}`,
      createdAt: new Date(clock()).toISOString(),
    });
    const seals = openSealFiles(join(dataDir, 'seals'));
    const snapshots = openSqliteSnapshots(join(dataDir, 'cache', 'snapshots.sqlite'));
    closers.push(() => snapshots.close());
    const stores = new Map<string, { views: ViewStore; policies: PolicyStore }>();
    for (const service of servicesWithViews) {
      const opened = await openSqliteViews({ file: join(dataDir, `${service}.sqlite`) });
      closers.push(() => opened.close());
      stores.set(service, opened);
    }
    const thread = new ReadModelThread(
      {
        context: 'reporting',
        eventsFile: join(dataDir, 'events.sqlite'),
        viewsFile: join(dataDir, 'reporting.sqlite'),
      },
      events.log,
    );
    closers.push(() => thread.close());
    return {
      platform: {
        profile: 'embedded',
        contexts: contextNames,
        dataDir,
        clock,
        ids: createIds({ clock }),
        installationId: events.installationId,
        signer,
        seals,
        frontiers: seals.frontiers,
        snapshots: (context) => snapshots.store(context),
        publishKeys: () => seals.publishKeys(signer),
        verifyLog: () => verifyInThread({ file: join(dataDir, 'events.sqlite'), sealsFolder: join(dataDir, 'seals') }),
        ...portsOf(events, stores),
        runnerElsewhere: (context, readModel, report) =>
          context === 'reporting' ? thread.runnerOf(readModel, report) : undefined,
        rebuildsElsewhere: (context) => rebuildThreads(context, { dataDir, clock, log: events.log, stores }),
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function rebuildThreads(
  context: ContextName,
  parts: {
    readonly dataDir: string;
    readonly clock: Clock;
    readonly log: EventLog;
    readonly stores: ReadonlyMap<string, { views: ViewStore }>;
  },
): RebuildEngine | undefined {
  const { dataDir, clock, log } = parts;
  const store = parts.stores.get(context)?.views;
  if (store === undefined) return undefined;
  const local = new LocalRebuildEngine({ log, store, clock, readModels: readModelsOf(context) });
  const files = { eventsFile: join(dataDir, 'events.sqlite'), viewsFile: join(dataDir, `${context}.sqlite`) };
  return new RebuildThreads({ context, ...files }, local);
}

function portsOf(
  events: Pick<Platform, 'store' | 'log'>,
  stores: ReadonlyMap<string, { views: ViewStore; policies: PolicyStore }>,
): Pick<Platform, 'store' | 'log' | 'views'> {
  return {
    store: (context) => events.store(context),
    log: events.log,
    views(service) {
      const found = stores.get(service);
      if (!found) throw new Error(`There is no file for the read models of ${service}.`);
      return found;
    },
  };
}
