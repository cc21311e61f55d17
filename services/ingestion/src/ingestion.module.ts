import { join, resolve } from 'node:path';
import { type PersonVault, personVaultPort } from '@faemban/contracts';
import type { CommandHandler } from '@faemban/event-sourcing';
import {
  commandHandlerToken,
  contextModule,
  HealthRegistry,
  Metrics,
  PLATFORM,
  type Platform,
} from '@faemban/nest-kit';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AreaMappingCommand } from './areas/area-mapping.command';
import { areaMappingAggregate, type AreaMappingInput } from './areas/area-mapping.decisions';
import { AreaMappingDecisions } from './areas/area-mappings.service';
import { AreaMappingsStore } from './areas/area-mappings.store';
import { type IngestionConfig, ingestionConfigSchema } from './config';
import { BatchFiles } from './files/batch-files.file';
import { readInstallationKeys } from './files/installation-keys.keys';
import { HouseholdCommand } from './households/household.command';
import { householdAggregate, type HouseholdInput } from './households/household.decisions';
import { ImportCommand } from './imports/import.command';
import { importAggregate, type ImportInput } from './imports/import.decisions';
import { ImportErrorsController } from './imports/import-errors.controller';
import { FindingsStore } from './imports/findings.store';
import { ImportsController } from './imports/imports.controller';
import { Imports } from './imports/imports.service';
import { ImportsStore } from './imports/imports.store';
import { RollbacksController } from './imports/rollbacks.controller';
import { Rollbacks } from './imports/rollbacks.service';
import { RestorationsStore } from './imports/restorations.store';
import { RollbacksStore } from './imports/rollbacks.store';
import { MappingsController } from './imports/mappings.controller';
import { MappingsStore } from './imports/mappings.store';
import { ImportJobs } from './process/jobs.service';
import { Retention } from './process/retention.service';
import { TOOLS } from './process/tokens';
import type { Tools } from './process/tools';
import { ReviewsController } from './reviews/reviews.controller';
import { reviewAges } from './reviews/reviews.queries';
import { WaitingStore } from './reviews/waiting.store';
import { type Database, openBatchSecrets, openImportsFile, openStagingFile } from './staging/schema.store';
import { StagingStore } from './staging/staging.store';
import { UndoStore } from './staging/undo.store';

/** Every aggregate of ingestion, for whoever folds its streams. */
export const ingestionAggregates = [importAggregate, householdAggregate] as const;

const DATABASES = 'ingestion:databases';

interface Databases {
  readonly imports: Database;
  readonly staging: Database;
  readonly secrets: Database;
}

/** Begins the work on imports with the server, and ends it before the server ends. */
@Injectable()
class ImportWork implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(ImportJobs) private readonly jobs: ImportJobs,
    @Inject(Retention) private readonly retention: Retention,
    @Inject(DATABASES) private readonly databases: Databases,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(AreaMappingDecisions) private readonly mappings: AreaMappingDecisions,
    @Inject(TOOLS) tools: Tools,
    @Inject(Metrics) metrics: Metrics,
  ) {
    addReviewMetrics(metrics, tools);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.health.add('imports', () => {
      const waitingFor = this.jobs.waitingFor();
      return waitingFor === undefined ? { ready: true } : { ready: true, waitingFor };
    });
    await this.mappings.start();
    await this.jobs.start();
    this.retention.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.retention.stop();
    await this.jobs.stop();
  }

  onApplicationShutdown(): void {
    this.databases.imports.close();
    this.databases.staging.close();
    this.databases.secrets.close();
  }
}

/** What waits for somebody to look at it: how many rows, and how long the oldest has waited. */
function addReviewMetrics(metrics: Metrics, tools: Tools): void {
  const labels = ['source', 'kind', 'reason'];
  metrics.gauge('faemban_reviews_waiting_rows', 'Rows of imports that wait in the review queue.', labels, (gauge) => {
    for (const { source, kind, reason, rows } of reviewAges(tools)) gauge.set({ source, kind, reason }, rows);
  });
  metrics.gauge(
    'faemban_imports_lost',
    'Imports that are known by their events only and ask for their files.',
    [],
    (gauge) => gauge.set(tools.imports.inState('lost').length),
  );
  metrics.gauge('faemban_reviews_oldest_seconds', 'Age of the oldest row in the review queue.', labels, (gauge) => {
    for (const { source, kind, reason, oldestSeconds } of reviewAges(tools)) {
      gauge.set({ source, kind, reason }, oldestSeconds);
    }
  });
}

/**
 * Ingestion: files in, household facts out. Needs the PLATFORM of the server it is part of, and a module that offers `personVaultPort`
 * to everybody, such as identity-verification's.
 */
export class IngestionModule {
  static register(config: Partial<IngestionConfig> = {}): DynamicModule {
    const settings = ingestionConfigSchema.parse(config);
    const log = new Logger('ingestion');
    return contextModule({
      name: 'ingestion',
      aggregates: [
        { aggregate: importAggregate, command: ImportCommand },
        { aggregate: householdAggregate, command: HouseholdCommand },
        { aggregate: areaMappingAggregate, command: AreaMappingCommand },
      ],
      controllers: [
        ImportsController,
        RollbacksController,
        ReviewsController,
        ImportErrorsController,
        MappingsController,
      ],
      providers: [
        {
          provide: DATABASES,
          inject: [PLATFORM],
          useFactory: ({ dataDir }: Platform): Databases => ({
            imports: openImportsFile(join(dataDir, settings.importsFolder, 'imports.sqlite')),
            staging: openStagingFile(join(dataDir, settings.importsFolder, 'staging.sqlite')),
            secrets: openBatchSecrets(resolve(dataDir, settings.keysFolder, 'ingestion.sqlite')),
          }),
        },
        {
          provide: TOOLS,
          inject: [
            ...[PLATFORM, DATABASES, personVaultPort],
            ...[commandHandlerToken(householdAggregate), commandHandlerToken(importAggregate)],
          ],
          useFactory: (
            platform: Platform,
            databases: Databases,
            vault: PersonVault,
            households: CommandHandler<HouseholdInput>,
            decisions: CommandHandler<ImportInput>,
          ): Tools => {
            const keys = readInstallationKeys(resolve(platform.dataDir, settings.keysFolder, 'ingestion.key'));
            const folder = join(platform.dataDir, settings.importsFolder, 'files');
            const imports = new ImportsStore(databases.imports);
            return {
              imports,
              restorations: new RestorationsStore(databases.imports, imports),
              columnMappings: new MappingsStore(databases.imports),
              findings: new FindingsStore(databases.staging),
              staging: new StagingStore(databases.staging),
              undo: new UndoStore(databases.staging),
              waiting: new WaitingStore(databases.staging),
              mappings: new AreaMappingsStore(databases.imports),
              rollbacks: new RollbacksStore(databases.imports),
              files: new BatchFiles(folder, databases.secrets, keys),
              ...{ keys, vault, households, decisions },
              events: platform.store('ingestion'),
              log: platform.log,
              clock: platform.clock,
            };
          },
        },
        {
          provide: ImportJobs,
          inject: [TOOLS],
          useFactory: (tools: Tools) =>
            new ImportJobs(tools, (importId, error, againInMs) =>
              log.error(
                new Error(`Work on import ${importId} failed and is tried again in ${againInMs} ms.`, { cause: error }),
              ),
            ),
        },
        {
          provide: Imports,
          inject: [TOOLS, ImportJobs],
          useFactory: (tools: Tools, jobs: ImportJobs) => new Imports(tools, jobs, settings),
        },
        {
          provide: Rollbacks,
          inject: [TOOLS, ImportJobs],
          useFactory: (tools: Tools, jobs: ImportJobs) => new Rollbacks(tools, jobs),
        },
        {
          provide: AreaMappingDecisions,
          inject: [TOOLS, ImportJobs, commandHandlerToken(areaMappingAggregate)],
          useFactory: (tools: Tools, jobs: ImportJobs, handler: CommandHandler<AreaMappingInput>) =>
            new AreaMappingDecisions(tools.mappings, handler, tools.events, () => jobs.wake()),
        },
        {
          provide: Retention,
          inject: [TOOLS],
          useFactory: (tools: Tools) =>
            new Retention(tools, (cause) => log.error(new Error('Sweeping old uploads failed.', { cause }))),
        },
        ImportWork,
      ],
    });
  }
}
