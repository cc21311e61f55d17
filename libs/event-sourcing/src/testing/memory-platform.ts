import { contextNames, type ContextName } from '@faemban/contracts';
import { createIds, type Ids } from '../ids';
import type { SealStore } from '../integrity/seals';
import { createSigner, createSigningKey, type Signer } from '../integrity/signing';
import type { Clock, EventLog, EventStore, PolicyStore, ViewStore } from '../ports';
import { createMemoryEvents } from './memory-events';
import { createMemorySeals } from './memory-seals';
import type { SnapshotStore } from '../snapshots/snapshots';
import { createMemorySnapshots } from './memory-snapshots';
import { createMemoryPolicies } from './memory-policies';
import { createMemoryViews } from './memory-views';
import { createTestClock } from './test-clock';

/** Everything a service is given, in memory: the fake that stands for a platform in tests. */
export interface MemoryPlatform {
  readonly profile: 'embedded';
  readonly contexts: readonly ContextName[];
  store(context: ContextName): EventStore;
  readonly log: EventLog;
  readonly snapshots: (context: ContextName) => SnapshotStore;
  views(service: string): { readonly views: ViewStore; readonly policies: PolicyStore };
  /** Where a service may keep files of its own; '' unless given. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly installationId: string;
  readonly signer: Signer;
  readonly seals: SealStore;
}

/** Makes an empty platform in memory, by default with a standing test clock and 4 partitions. */
export function createMemoryPlatform({
  clock = createTestClock(),
  partitionCount = 4,
  dataDir = '',
}: { readonly clock?: Clock; readonly partitionCount?: number; readonly dataDir?: string } = {}): MemoryPlatform {
  const ids = createIds({ clock });
  const { store, log } = createMemoryEvents({ clock, partitionCount, ids });
  const snapshots = new Map<ContextName, SnapshotStore>();
  const services = new Map<string, { readonly views: ViewStore; readonly policies: PolicyStore }>();
  return {
    profile: 'embedded',
    contexts: contextNames,
    store,
    log,
    snapshots(context) {
      const kept = snapshots.get(context) ?? createMemorySnapshots();
      snapshots.set(context, kept);
      return kept;
    },
    views(service) {
      const stores = services.get(service) ?? { views: createMemoryViews(), policies: createMemoryPolicies() };
      services.set(service, stores);
      return stores;
    },
    dataDir,
    clock,
    ids,
    installationId: ids.next(),
    signer: createSigner({ keys: [createSigningKey('faemban.test', new Date(clock()).toISOString())], changes: [] }),
    seals: createMemorySeals(),
  };
}
