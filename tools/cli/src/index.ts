export { Client, NotReachable, Refused, type ClientOptions, type ImportStatus } from './client';
export { uploadImport } from './commands/import';
export { waitForRollback, type RollbackStatus } from './commands/import-undo';
export { Progress } from './progress';
export {
  migrateFolder,
  MigrationRefused,
  openMongoState,
  SourceAltered,
  type MigrationOrder,
  type MigrationWatch,
  type OpenServiceState,
  type ServiceState,
} from './migrate';
