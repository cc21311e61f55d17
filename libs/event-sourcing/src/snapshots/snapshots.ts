import { createHash } from 'node:crypto';
import type { Aggregate } from '../commands/aggregate';
import { canonicalJson } from '../integrity/canonical-json';

/** Events behind a snapshot after which another one is taken, where an aggregate does not say. */
export const snapshotEveryEventsDefault = 100;

/** The state of a stream at one of its versions. */
export interface Snapshot {
  readonly version: number;
  /** The id of the event at that version: where another one stands there now, the snapshot is of another history. */
  readonly eventId: string;
  /** The state as JSON text. */
  readonly state: string;
}

/**
 * Snapshots of one context's streams: an optimisation and never the truth. All of them may be deleted at any time, and nothing but the
 * time that loading takes is different afterwards. At most one a stream is kept.
 */
export interface SnapshotStore {
  /** The snapshot of a stream, if it was taken by this fold; what another fold took is as good as absent. */
  find(stream: string, fold: string): Promise<Snapshot | undefined>;
  /** Keeps a snapshot in the place of an earlier one, or of another fold's; never in the place of a later one of the same fold. */
  save(stream: string, fold: string, snapshot: Snapshot): Promise<void>;
  /** Deletes all. */
  clear(): Promise<void>;
}

/**
 * What a snapshot depends on beside its events: SHA-256 (hex) over the aggregate's name, the fold version it declares, its initial state and
 * the schema versions of its events. A change to any of them makes every earlier snapshot unreadable. That a changed fold declares a new
 * version is certified by folding recorded streams. Undefined for aggregates that take none.
 */
export function foldKeyOf({
  name,
  events,
  decider,
  snapshots,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- commands and events do not matter here
}: Aggregate<any, any, any>): string | undefined {
  if (snapshots === undefined) return undefined;
  const schemas = events.map(({ type, version }) => [type, version]).sort();
  const { initialState } = decider;
  const text = canonicalJson({ name, foldVersion: snapshots.foldVersion, initialState, schemas });
  return createHash('sha256').update(text).digest('hex');
}
