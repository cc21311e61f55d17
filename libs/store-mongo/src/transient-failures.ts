import { Error as MongooseFailure, mongo } from 'mongoose';
import { withCauses } from './refusals';

/**
 * What a server says of what passes by itself, or once an operator has mended it. By MongoDB's list of error codes these are its categories
 * of networks, elections, stopping, retrying, interruption, cursors that are no longer good, write concerns and overload, as far as work
 * without transactions meets them, and a few that stand in none. None of them says anything of the event a command was for.
 */
const transientServerCodes = {
  // Between servers.
  HostUnreachable: 6,
  HostNotFound: 7,
  NetworkTimeout: 89,
  FailedToSatisfyReadPreference: 133,
  PooledConnectionsDropped: 145,
  NetworkInterfaceExceededTimeLimit: 202,
  ConnectionPoolExpired: 317,
  ConnectionError: 384,
  PooledConnectionAcquisitionExceededTimeLimit: 407,
  PooledConnectionAcquisitionRejected: 450,
  SocketException: 9001,
  RetriableRemoteCommandFailure: 91331,
  // While a primary is chosen, a server starts or stops.
  ShutdownInProgress: 91,
  ReadConcernMajorityNotAvailableYet: 134,
  PrimarySteppedDown: 189,
  LegacyNotPrimary: 10058,
  NotWritablePrimary: 10107,
  InterruptedAtShutdown: 11600,
  InterruptedDueToReplStateChange: 11602,
  NotPrimaryNoSecondaryOk: 13435,
  NotPrimaryOrSecondary: 13436,
  // Written, and not acknowledged by a majority.
  WriteConcernTimeout: 64,
  UnknownReplWriteConcern: 79,
  UnsatisfiableWriteConcern: 100,
  // Stopped: by hand, by a limit, or since a collection or an index went that it read.
  LockTimeout: 24,
  CursorNotFound: 43,
  LockBusy: 46,
  MaxTimeMSExpired: 50,
  QueryPlanKilled: 175,
  CursorKilled: 237,
  ExceededTimeLimit: 262,
  ObjectIsBusy: 314,
  InterruptedDueToStorageChange: 355,
  InterruptedDueToReshardingCriticalSection: 453,
  Interrupted: 11601,
  ClientMarkedKilled: 46841,
  InterruptedDueToFCVChange: 10045600,
  // Others change the same, or where it is kept.
  WriteConflict: 112,
  StaleEpoch: 150,
  SnapshotUnavailable: 246,
  StaleDbVersion: 249,
  InternalTransactionNotSupported: 358,
  UpdatesStillPending: 412,
  StaleConfig: 13388,
  // No room, or no leave to work now.
  TooManyFilesOpen: 264,
  TemporarilyUnavailable: 365,
  UserWritesBlocked: 371,
  ResourceExhausted: 402,
  AdmissionQueueOverflow: 433,
  RateLimitExceeded: 449,
  IngressRequestRateLimitExceeded: 462,
  OutOfDiskSpace: 14031,
} as const;
const codes: ReadonlySet<unknown> = new Set(Object.values(transientServerCodes));

/** The same, said by labels. */
const labels = [
  mongo.MongoErrorLabel.RetryableWriteError,
  mongo.MongoErrorLabel.RetryableError,
  mongo.MongoErrorLabel.SystemOverloadedError,
];

/**
 * What the driver, or mongoose, makes of a server that is not found, does not answer in time or does not acknowledge; and of a connection
 * that this process has closed: it ends, and the next one does the work.
 */
const failures = [
  MongooseFailure.MongooseServerSelectionError,
  mongo.MongoNetworkError,
  mongo.MongoServerSelectionError,
  mongo.MongoWriteConcernError,
  mongo.MongoOperationTimeoutError,
  mongo.MongoNotConnectedError,
  mongo.MongoServerClosedError,
  mongo.MongoTopologyClosedError,
  mongo.MongoClientClosedError,
];
/** Two that the driver does not export: its connections to a server were closed, or none came free in time. */
const names = new Set(['MongoPoolClosedError', 'MongoWaitQueueTimeoutError']);

/** Whether a failure of the driver passes by itself, or wraps one that does: a bulk write wraps whatever ended it. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof mongo.MongoError || error instanceof MongooseFailure)) return false;
  return [...withCauses(error)].some(({ one }) => isTransientItself(one));
}

function isTransientItself(error: unknown): boolean {
  if (failures.some((failure) => error instanceof failure)) return true;
  if (!(error instanceof mongo.MongoError)) return false;
  if (names.has(error.name) || codes.has(error.code)) return true;
  if (labels.some((label) => error.hasErrorLabel(label))) return true;
  return error instanceof mongo.MongoBulkWriteError && error.result.getWriteConcernError() !== undefined;
}
