import type { ParkedEvent } from '@faemban/event-sourcing';
import type { IntendedDifference } from './counter-rows';
import type { IntendedDocument } from './document-rows';

/** Everything that one intent of a view changes. */
export interface IntendedChanges {
  readonly documents: readonly IntendedDocument[];
  readonly differences: readonly IntendedDifference[];
  /** Keys of parked events that are taken out. */
  readonly taken: readonly string[];
  readonly parked: readonly ParkedEvent[];
}

/** As an intent's content. */
export function writeChanges(changes: IntendedChanges): string {
  return JSON.stringify(changes);
}

/** What an intent's content says. */
export function readChanges(content: string): IntendedChanges {
  return JSON.parse(content) as IntendedChanges;
}
