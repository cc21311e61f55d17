import { createHash } from 'node:crypto';
import { classify, describeFailure } from '../classify';
import { RuleBroken } from '../decider';
import type { ParkedEvent } from '../ports';

/** Why an event is parked: what a parked event says of it. */
export type ParkingCause = Pick<ParkedEvent, 'cause' | 'code' | 'message' | 'attempts'>;

const codeCharactersMax = 80;
/** Hex digits of the fingerprint: 32 bits tell the few failures of an installation apart. */
const fingerprintDigits = 8;
/** What differs between two occurrences of one failure: ids, quoted texts, numbers. */
const particulars = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|"[^"]*"|'[^']*'|`[^`]*`|\d+/gi;

/**
 * A short name for a failure, the same for every event that meets it: a broken rule's name, a driver's code, else the error's name with
 * a fingerprint of its message, in which ids, quoted texts and numbers do not count. Lower case, digits and hyphens, at most 80 characters.
 */
export function failureCode(error: unknown): string {
  if (error instanceof RuleBroken) return kebab(error.rule);
  if (!(error instanceof Error)) return `thrown-${fingerprint(String(error))}`;
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return kebab(error.code);
  return `${kebab(error.name).slice(0, codeCharactersMax - fingerprintDigits - 1)}-${fingerprint(error.message)}`;
}

/** What is written down of an event that failed. */
export function failed(error: unknown): ParkingCause {
  return { cause: classify(error), code: failureCode(error), message: describeFailure(error), attempts: 1 };
}

/** What is written down of an event that was not tried, since something before it is parked. */
export function behind(what: string): ParkingCause {
  return { cause: 'behind', code: 'behind', message: `Waits behind ${what}.`, attempts: 0 };
}

function fingerprint(message: string): string {
  const general = message.replace(particulars, '#');
  return createHash('sha256').update(general).digest('hex').slice(0, fingerprintDigits);
}

function kebab(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
  return (
    words
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, codeCharactersMax) || 'error'
  );
}
