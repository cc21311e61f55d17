import { mongo } from 'mongoose';
import { NotAvailable, RefusedInWords } from '@faemban/event-sourcing';
import { whyRefused } from './refusals';
import { isTransient } from './transient-failures';

/** A database that cannot be used as it is. The sentence says what is the case and what is possible instead. */
export class MongoRefused extends RefusedInWords {}

/**
 * The database did not answer, or answered that it cannot just now. What was asked may have happened; asking again is safe where the
 * caller says so.
 */
export class DatabaseUnavailable extends NotAvailable {
  override readonly name = 'DatabaseUnavailable';
}

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

/** Asks the database and tells its failures in the words of the store. @throws DatabaseUnavailable */
export async function withDatabase<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw asDatabaseFailure(error);
  }
}
