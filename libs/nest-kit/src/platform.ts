import type { ContextName } from '@faemban/contracts';
import type {
  Clock,
  EventLog,
  EventStore,
  FrontierState,
  PolicyStore,
  RebuildEngine,
  ReportIncident,
  Runner,
  SealStore,
  SnapshotStore,
  Signer,
  Verification,
  ViewStore,
} from '@faemban/event-sourcing';

/** The read models and policy checkpoints of one service. */
export interface ServiceViews {
  readonly views: ViewStore;
  readonly policies: PolicyStore;
}

/**
 * What a service is given to stand on. Domain code, views, policies and routes see only these ports, never the adapter behind them.
 * `views(service)` answers the same stores for the same service every time. `dataDir` is an absolute folder for files of the service's own.
 */
export interface Platform {
  readonly profile: 'embedded' | 'distributed';
  /** The contexts whose events this process records: the whole system's where all are in one process. */
  readonly contexts: readonly ContextName[];
  /** @throws Error where this process does not record the context's events */
  store(context: ContextName): EventStore;
  /** Every context's log, whole, whoever records it. */
  readonly log: EventLog;
  /** What views and policies follow: of several processes that share them, the partitions this one has. Absent where that is the log. */
  readonly followed?: EventLog;
  /** What views are rebuilt from; absent where that is the log. */
  readonly history?: EventLog;
  /** Of several processes of one service, whether this is the one that seals, rebuilds and replays. Absent where there is one. */
  readonly isInCharge?: () => boolean;
  /** Snapshots of a context's long streams; absent where streams are always read whole. */
  readonly snapshots?: (context: ContextName) => SnapshotStore;
  views(service: string): ServiceViews;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly ids: { next(): string };
  /** The id this installation was given when its events began. */
  readonly installationId: string;
  /** Signs certificates, reports and seals. */
  readonly signer: Signer;
  /** Where seals are kept, apart from the events. */
  readonly seals: SealStore;
  /** Where the trees of a context stand, kept between starts; absent where they are made anew. */
  readonly frontiers?: {
    load(context: ContextName): Readonly<Record<string, FrontierState>>;
    save(context: ContextName, frontiers: Readonly<Record<string, FrontierState>>): void;
  };
  /** Makes the keys known where seals are kept; called after they have changed. */
  readonly publishKeys?: () => void;
  /** Verifies everything recorded, in another thread; absent where that is done from outside. */
  readonly verifyLog?: () => Promise<Verification>;
  /** Rebuilds read models of a context in other threads; undefined where this one is to do it. */
  readonly rebuildsElsewhere?: (context: ContextName) => RebuildEngine | undefined;
  /** A runner that keeps this view or tally of a context in another thread; undefined where it is to run in this one. */
  readonly runnerElsewhere?: (context: ContextName, readModel: string, report?: ReportIncident) => Runner | undefined;
}

/** Injection token of the {@link Platform}. Every module of a server may inject it. */
export const PLATFORM = Symbol('PLATFORM');
