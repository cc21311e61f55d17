import {
  CheckpointFenced,
  CommandIdReused,
  EventTooLarge,
  IntegrityViolation,
  OutcomeUnknown,
  PartitionMismatch,
  StoreRefused,
  WrongExpectedVersion,
} from './errors';
import { RuleBroken } from './decider';

/**
 * What to do about a failure.
 * - `transient`: the world was not ready; wait and try again, nothing is skipped.
 * - `conflict`: somebody was faster; reload and try again.
 * - `invalid`: what was asked can never be accepted; park it.
 * - `poison`: the code cannot handle this event; park the household, the partition goes on.
 * - `fatal`: nothing behind it can be trusted; stop and say so.
 */
export type FailureClass = 'transient' | 'conflict' | 'invalid' | 'poison' | 'fatal';

const transientCodes = new Set([
  'EAGAIN',
  'EBUSY',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETUNREACH',
  'ENFILE',
  'ENOSPC',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
const transientSqlite = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|NOMEM|INTERRUPT|PROTOCOL)/;
const fatalSqlite = /^SQLITE_(CORRUPT|NOTADB|READONLY|CANTOPEN|PERM|AUTH|FORMAT|SCHEMA|MISMATCH)/;

/**
 * Which class a failure belongs to; what nobody knows is `poison`. A wrapped failure takes the class of its cause where it has none of
 * its own. Drivers are known by the code on their errors, so that the kernel depends on none.
 */
export function classify(error: unknown): FailureClass {
  if (error instanceof WrongExpectedVersion || error instanceof CheckpointFenced) return 'conflict';
  if (error instanceof OutcomeUnknown) return 'transient';
  if (error instanceof IntegrityViolation || error instanceof StoreRefused) return 'fatal';
  if (
    error instanceof RuleBroken ||
    error instanceof EventTooLarge ||
    error instanceof PartitionMismatch ||
    error instanceof CommandIdReused
  ) {
    return 'invalid';
  }
  if (!(error instanceof Error)) return 'poison';
  if (error.name === 'ZodError') return 'invalid';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (transientCodes.has(code) || transientSqlite.test(code)) return 'transient';
  if (fatalSqlite.test(code)) return 'fatal';
  return error.cause === undefined ? 'poison' : classify(error.cause);
}

/** One line saying what went wrong, for status pages and parked lists: the error's name and message, at most 500 characters. */
export function describeFailure(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.length > 500 ? `${text.slice(0, 499)}…` : text;
}

/** What was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
