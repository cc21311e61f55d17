import type { PersonVault } from '@faemban/contracts';
import type { Clock, CommandHandler, EventLog, EventStore } from '@faemban/event-sourcing';
import type { BatchFiles } from '../files/batch-files.file';
import type { InstallationKeys } from '../files/installation-keys.keys';
import type { HouseholdInput } from '../households/household.decisions';
import type { FindingsStore } from '../imports/findings.store';
import type { ImportInput } from '../imports/import.decisions';
import type { ImportsStore } from '../imports/imports.store';
import type { RestorationsStore } from '../imports/restorations.store';
import type { RollbacksStore } from '../imports/rollbacks.store';
import type { AreaMappingsStore } from '../areas/area-mappings.store';
import type { WaitingStore } from '../reviews/waiting.store';
import type { MappingsStore } from '../imports/mappings.store';
import type { StagingStore } from '../staging/staging.store';
import type { UndoStore } from '../staging/undo.store';

/** What the work on imports is done with. */
export interface Tools {
  readonly imports: ImportsStore;
  readonly columnMappings: MappingsStore;
  readonly findings: FindingsStore;
  readonly staging: StagingStore;
  readonly undo: UndoStore;
  readonly waiting: WaitingStore;
  readonly mappings: AreaMappingsStore;
  readonly rollbacks: RollbacksStore;
  readonly restorations: RestorationsStore;
  readonly files: BatchFiles;
  readonly keys: InstallationKeys;
  readonly vault: PersonVault;
  readonly households: CommandHandler<HouseholdInput>;
  readonly decisions: CommandHandler<ImportInput>;
  readonly events: EventStore;
  readonly log: EventLog;
  readonly clock: Clock;
}

/** How far the work on an import is, for whoever asks. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

/** What a piece of work on an import is given: to say how far it is, and to hear that it has to stop. */
export interface Work {
  readonly report: (progress: Progress) => void;
  /** Lets others have a turn. @throws the reason to stop, when there is one */
  readonly turn: () => Promise<void>;
}
