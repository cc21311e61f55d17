import { eventCatalogue, type ContextName, type EventDefinition } from '@faemban/contracts';
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
  /** @throws SchemaTooNew where the event was recorded in a version that this program does not know yet */
  upcast<Event extends RecordedEvent>(event: Event): Event;
}

/** An event was recorded by a newer program. Reading it as if it were an older version would say something else than it does. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
  constructor(
    readonly type: string,
    readonly schemaVersion: number,
    readonly known: number,
  ) {
    super(`${type} was recorded in version ${schemaVersion}; this program knows it up to version ${known}.`);
  }
}

/** Declares an upcaster from `fromVersion` to the version after it. */
export function defineUpcaster(upcaster: Upcaster): Upcaster {
  return upcaster;
}

/**
 * Chains upcasters: an event of version 1 passes through those from 1, 2, … until there is none.
 * @param newest the versions that are recorded today; an event of a later one is refused. Others are let through.
 * @throws Error (invariant) where two start at the same version of a type, or a chain has a hole
 */
export function createUpcasters(
  list: readonly Upcaster[],
  newest: readonly Pick<EventDefinition, 'context' | 'type' | 'version'>[] = [],
): Upcasters {
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
  const known = new Map(newest.map((definition) => [keyOf(definition), definition.version]));
  for (const [key, chain] of steps) {
    const reached = Math.max(...chain.keys()) + 1;
    const wanted = known.get(key) ?? reached;
    invariant(reached === wanted, `the upcasters of ${key} end at version ${wanted}`);
  }
  // Asked for every event that is read: two look-ups, without making a key of two texts.
  const versions = new Map<string, Map<string, { readonly newest: number; readonly chain: Map<number, Upcaster> }>>();
  for (const { type, context } of [...newest, ...list]) {
    const contexts = versions.get(type) ?? new Map();
    versions.set(type, contexts);
    const chain = steps.get(keyOf({ context, type })) ?? new Map<number, Upcaster>();
    contexts.set(context, { newest: known.get(keyOf({ context, type })) ?? Infinity, chain });
  }
  return {
    upcast(event) {
      const found = versions.get(event.type)?.get(event.context);
      if (found === undefined || event.schemaVersion === found.newest) return event;
      if (event.schemaVersion > found.newest) throw new SchemaTooNew(event.type, event.schemaVersion, found.newest);
      let step = found.chain.get(event.schemaVersion);
      if (step === undefined) return event;
      let { data, schemaVersion } = event;
      while (step !== undefined) {
        data = step.up(data);
        schemaVersion += 1;
        step = found.chain.get(schemaVersion);
      }
      return { ...event, data, schemaVersion };
    },
  };
}

/** The upcasters that event definitions carry, one for every earlier version. */
export function upcastersIn(definitions: readonly EventDefinition[]): readonly Upcaster[] {
  return definitions.flatMap(({ type, context, earlier = [] }) =>
    earlier.map(({ version, up }) => ({ type, context, fromVersion: version, up })),
  );
}

/**
 * The upcasters of every event of the platform. Whatever reads recorded events takes these unless it is told otherwise: command handlers,
 * views, tallies, policies, rebuilds and the replay of parked events, each in whatever thread it runs.
 */
export const catalogueUpcasters: Upcasters = createUpcasters(upcastersIn(eventCatalogue), eventCatalogue);

function keyOf(of: { readonly context: string; readonly type: string }): string {
  return `${of.context}/${of.type}`;
}
