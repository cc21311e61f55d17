export { StorageFailed, SqliteRefused } from './failures';
export { lockDataFolder, type HeldLock } from './data-folder-lock';
export { openSqlite, type SqliteKind } from './open-sqlite';
export { openSqliteEvents, type SqliteEvents, type SqliteEventsOptions } from './events/sqlite-events';
export type { CommitLimits, CommitStats } from './events/group-commit';
export { openSqliteViews, type SqliteViews } from './views/sqlite-views';
export { openSqliteSnapshots, type SqliteSnapshots } from './snapshots/sqlite-snapshots';
export { openSigningKeys } from './signing-keys';
export {
  openSealFiles,
  readPublishedKeys,
  readSeals,
  type PublishedKeys,
  type SealFiles,
} from './integrity/seal-files';
export { verifyEventsFile } from './integrity/verify-events-file';
export { backupFolder, type BackupOrder } from './backup/backup';
export { digestFile, flush } from './backup/folder-files';
export { readManifest, type BackedUpFile, type BackupManifest, type CopyProgress } from './backup/manifest';
export { backupKeys, noteBackup } from './backup/keys-backup';
export {
  readAcceptedLosses,
  readLedger,
  requireLedgerKept,
  writeLedger,
  type AcceptedLoss,
  type HeadsLedger,
  type LedgerHead,
} from './backup/heads-ledger';
export { restoreFolder, type LossAnswer, type Restored, type RestoreOrder } from './backup/restore';
export { requireNoneUnfinished } from './backup/unfinished';
export { examineFolder, type Symptom, type SymptomLevel } from './doctor/doctor';
export { exportLog, type Transferred, type TransferProgress } from './transfer/export-log';
export { importLog, type ImportOrder } from './transfer/import-log';
export { LogFileBroken, verifyLogFile } from './transfer/read-log';
export { openStoredLog, type StoredLog } from './transfer/stored-log';
export {
  partitionsOfEvents,
  readBesideViews,
  type KeptBesideViews,
  type PolicyRecord,
} from './transfer/policy-records';
export { readMigratedMark, requireNotMigrated, writeMigratedMark, type MigratedMark } from './migrated-mark';
