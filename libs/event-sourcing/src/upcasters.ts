import type { ContextName } from '@faemban/contracts';
import { invariant } from './errors';
import type { RecordedEvent } from './events';

/** Lifts the data of one event type from one schema version to the next. Pure: the same data gives the same result for ever. */
export interface Upcaster {
  readonly type: string;
  readonly context: ContextName;
  readonly fromVersion: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- data of a version that no longer has a type
  readonly up: (data: any) => unknown;
}

/** Brings recorded events to the newest shape on read. What is stored, hashed and published stays as it was. */
export interface Upcasters {
  upcast<Event extends RecordedEvent>(event: Event): Event;
}

/** Declares an upcaster from `fromVersion` to the version after it. */
export function defineUpcaster(upcaster: Upcaster): Upcaster {
  return upcaster;
}

/**
 * Chains upcasters: an event of version 1 passes through those from 1, 2, … until there is none.
 * @throws Error (invariant) where two start at the same version of a type, or a chain has a hole
 */
export function createUpcasters(list: readonly Upcaster[]): Upcasters {
  const steps = new Map<string, Map<number, Upcaster>>();
  for (const upcaster of list) {
    const key = keyOf(upcaster);
    const chain = steps.get(key) ?? new Map<number, Upcaster>();
    steps.set(key, chain);
    invariant(!chain.has(upcaster.fromVersion), `one upcaster from version ${upcaster.fromVersion} of ${key}`);
    chain.set(upcaster.fromVersion, upcaster);
  }
  for (const [key, chain] of steps) {
    const first = Math.min(...chain.keys());
    for (let version = first; version < first + chain.size; version += 1) {
      invariant(chain.has(version), `the upcasters of ${key} go on from version ${version}`);
    }
  }
  return {
    upcast(event) {
      if (steps.size === 0) return event;
      const chain = steps.get(keyOf(event));
      let step = chain?.get(event.schemaVersion);
      if (chain === undefined || step === undefined) return event;
      let { data, schemaVersion } = event;
      while (step !== undefined) {
        data = step.up(data);
        schemaVersion += 1;
        step = chain.get(schemaVersion);
      }
      return { ...event, data, schemaVersion };
    },
  };
}

/** No event type has an older version. */
export const noUpcasters: Upcasters = createUpcasters([]);

function keyOf(of: { readonly context: string; readonly type: string }): string {
  return `${of.context}/${of.type}`;
}
