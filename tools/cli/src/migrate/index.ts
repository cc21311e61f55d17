export * as storeMongo from '@faemban/store-mongo';
export { migrateFolder, type Migrated } from './migrate-folder';
export {
  MigrationRefused,
  type MigrationOrder,
  type MigrationWatch,
  type OpenServiceState,
  type ServiceState,
} from './order';
export { openMongoState } from './mongo-state';
export { migrationKind, reportLines, type MigrationReport } from './report';
export { SourceAltered } from './source';
export { StepWatch } from './step-watch';
