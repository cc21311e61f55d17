import { Error as MongooseFailure, mongo } from 'mongoose';
import { NotAvailable, RefusedInWords } from '@faemban/event-sourcing';
import { whyRefused } from './refusals';

/** A database that cannot be used as it is. The sentence says what is the case and what is possible instead. */
export class MongoRefused extends RefusedInWords {}

/**
 * The database did not answer, or answered that it cannot just now. What was asked may have happened; asking again is safe where the
 * caller says so.
 */
export class DatabaseUnavailable extends NotAvailable {
  override readonly name = 'DatabaseUnavailable';
}

/** What a server says while it changes its primary, starts or stops: by the driver's own list of such codes. */
const transientServerCodes = new Set([
  6, 7, 50, 64, 89, 91, 112, 134, 189, 202, 262, 317, 358, 384, 9001, 10058, 10107, 11600, 11602, 13435, 13436, 46841,
]);
const duplicateKey = 11_000;

/** Whether an insert met a unique key that is taken. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === duplicateKey;
}

/**
 * The same failure in the words of the store: those that pass by themselves, or once somebody has mended a user or a certificate, become
 * {@link DatabaseUnavailable}; others stay as they are.
 */
export function asDatabaseFailure(error: unknown): Error {
  if (error instanceof DatabaseUnavailable) return error;
  const why = whyRefused(error);
  if (why !== undefined || isTransient(error)) {
    return new DatabaseUnavailable(`The database is not available: ${why ?? (error as Error).message}`, {
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(String(error));
}

function isTransient(error: unknown): boolean {
  // What mongoose makes of the driver's own failure to find a server.
  if (error instanceof MongooseFailure.MongooseServerSelectionError) return true;
  if (error instanceof mongo.MongoNetworkError || error instanceof mongo.MongoServerSelectionError) return true;
  if (error instanceof mongo.MongoNotConnectedError || error instanceof mongo.MongoWriteConcernError) return true;
  if (!(error instanceof mongo.MongoError)) return false;
  if (error.hasErrorLabel(mongo.MongoErrorLabel.RetryableWriteError)) return true;
  return typeof error.code === 'number' && transientServerCodes.has(error.code);
}

/** Asks the database and tells its failures in the words of the store. @throws DatabaseUnavailable */
export async function withDatabase<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw asDatabaseFailure(error);
  }
}
