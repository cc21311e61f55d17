import type { ContextName } from '@faemban/contracts';
import { RefusedInWords, type Clock, type PolicyStore, type SealStore, type ViewStore } from '@faemban/event-sourcing';
import type { PublishedKeys } from '@faemban/store-sqlite';
import type { MongoOptions } from '@faemban/store-mongo';

/** A migration that is not possible as it was asked. The sentence says what is the case and what is possible instead. */
export class MigrationRefused extends RefusedInWords {}

/** Where a service of the distributed profile keeps what is neither events nor read models. */
export interface ServiceState {
  readonly seals: SealStore;
  readonly policies: PolicyStore;
  readonly rebuilds: Pick<ViewStore, 'rebuilds' | 'saveRebuild'>;
  /** Shows the public part of the installation's keys beside the seals. */
  publishKeys(keys: PublishedKeys): Promise<void>;
  publishedKeys(): Promise<PublishedKeys | undefined>;
  close(): Promise<void>;
}

/** Opens the state of the service that owns a context, in a database that is marked as being filled. */
export type OpenServiceState = (
  options: MongoOptions & { readonly context: ContextName; readonly installationId: string },
) => Promise<ServiceState>;

/** The steps of a migration, in their order. */
export const stepNames = ['check', 'events', 'state', 'files', 'verify', 'switch'] as const;
/** One of {@link stepNames}. */
export type StepName = (typeof stepNames)[number];

/** Told of what a migration does. */
export interface MigrationWatch {
  step(name: StepName): void;
  /** `done` of `total` in `unit`, of what `what` names. */
  progress(what: string, done: number, total: number, unit: string): void;
  /** Before every write to the target or to the mark of the folder; what it throws ends the migration there. */
  beforeWrite(what: string): void | Promise<void>;
}

/** From where to where. */
export interface MigrationOrder {
  /** The data folder of a stopped embedded installation. */
  readonly data: string;
  readonly mongo: Pick<MongoOptions, 'url' | 'capabilities'> & { readonly databasePrefix: string };
  /** Where the services will have their private files (`FAEMBAN_DATA_DIR`); without it they stay where they are. */
  readonly toData?: string;
  /** Where the services will have their keys (`FAEMBAN_KEYS_DIR`); `keys` below `toData` where only that is given. */
  readonly keys?: string;
  /** Goes on with what was interrupted. */
  readonly resume: boolean;
  readonly clock: Clock;
  readonly openState: OpenServiceState;
  readonly watch: MigrationWatch;
}

/** Contexts that have a service in the distributed profile, and so a database even where nothing was recorded. */
export const servedContexts: readonly ContextName[] = [
  'ingestion',
  'identity-verification',
  'mpi-scoring',
  'reporting',
];

/** The database of a context. */
export const databaseOf = (prefix: string, context: ContextName): string => `${prefix}-${context}`;

/** The hosts of a MongoDB address, without credentials and options. */
export function serverOf(url: string): string {
  const [, scheme = 'mongodb', hosts = ''] = /^(mongodb(?:\+srv)?):\/\/(?:[^@/]*@)?([^/?]*)/.exec(url) ?? [];
  return `${scheme}://${hosts}`;
}
