import { asError } from '../classify';
import type { Aggregate } from '../commands/aggregate';
import type { DomainEvent, RecordedEvent } from '../events';
import type { EventStore } from '../ports';
import { catalogueUpcasters, type Upcasters } from '../upcasters';
import { foldKeyOf, snapshotEveryEventsDefault, type Snapshot, type SnapshotStore } from './snapshots';

/** A stream as it was read: its state and its version. */
export interface Loaded<State> {
  readonly state: State;
  readonly version: number;
}

/** Where snapshots are kept, and who is told where that failed. A snapshot that cannot be read or kept is never a reason to fail. */
export interface Snapshots {
  readonly store: SnapshotStore;
  readonly failed: (error: Error) => void;
}

/** What a state loader is made of. */
export interface StateLoaderOptions<State, Command extends { readonly type: string }, Event extends DomainEvent> {
  readonly aggregate: Aggregate<State, Command, Event>;
  readonly store: EventStore;
  readonly upcasters?: Upcasters;
  readonly snapshots?: Snapshots | undefined;
}

/** Loads an aggregate's state: to the stream's end, or as it was at a version, of which nothing that came later is part. */
export type StateLoader<State> = (stream: string, atVersion?: number) => Promise<Loaded<State>>;

/** A snapshot that was borne out, with the events behind it. */
interface Resumed<State> {
  readonly state: State;
  readonly version: number;
  readonly tail: readonly RecordedEvent[];
}

/**
 * Makes the loader of an aggregate. With snapshots, it folds only what came behind the last one, after checking that the event the snapshot
 * was taken at still stands in its place, and keeps another one when a long stream was read to its end. The state is the same as without.
 */
export function createStateLoader<State, Command extends { readonly type: string }, Event extends DomainEvent>({
  aggregate,
  store,
  upcasters = catalogueUpcasters,
  snapshots,
}: StateLoaderOptions<State, Command, Event>): StateLoader<State> {
  const { decider } = aggregate;
  const fold = snapshots === undefined ? undefined : foldKeyOf(aggregate);
  const everyEvents = aggregate.snapshots?.everyEvents ?? snapshotEveryEventsDefault;
  const evolve = (state: State, event: RecordedEvent): State =>
    decider.evolve(state, upcasters.upcast(event) as DomainEvent as Event);

  /** What a snapshot is taken of: at the version it says, and only if the event there is still the one it was taken at. */
  async function resume(stream: string, atVersion: number): Promise<Resumed<State> | undefined> {
    const found = await trying(() => snapshots?.store.find(stream, fold ?? ''));
    if (found === undefined || found.version > atVersion) return undefined;
    const [at, ...tail] = await eventsOf(stream, found.version, atVersion);
    if (at?.id !== found.eventId) return undefined;
    return { state: JSON.parse(found.state) as State, version: found.version, tail };
  }

  async function eventsOf(stream: string, fromVersion: number, toVersion: number): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    const range = toVersion === Infinity ? { fromVersion } : { fromVersion, toVersion };
    for await (const event of store.read(stream, range)) events.push(event);
    return events;
  }

  async function trying<Result>(work: () => Promise<Result> | undefined): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      snapshots?.failed(asError(error));
      return undefined;
    }
  }

  return async (stream, atVersion = Infinity) => {
    const resumed = fold === undefined ? undefined : await resume(stream, atVersion);
    let { state, version }: Loaded<State> = resumed ?? { state: decider.initialState, version: 0 };
    const events =
      resumed?.tail ?? (atVersion === Infinity ? await store.load(stream) : await eventsOf(stream, 1, atVersion));
    for (const event of events) {
      state = evolve(state, event);
      ({ version } = event);
    }
    const last = events.at(-1);
    if (fold !== undefined && atVersion === Infinity && events.length >= everyEvents && last !== undefined) {
      const snapshot: Snapshot = { version, eventId: last.id, state: JSON.stringify(state) };
      await trying(() => snapshots?.store.save(stream, fold, snapshot));
    }
    return { state, version };
  };
}
