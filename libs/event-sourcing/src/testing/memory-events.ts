import type { ContextName } from '@faemban/contracts';
import { asError } from '../classify';
import { CommandIdReused, PartitionMismatch, WrongExpectedVersion } from '../errors';
import type { RecordedEvent } from '../events';
import { createIds, type Ids } from '../ids';
import { genesisHash } from '../integrity/hashing';
import { partitionOfAppend } from '../partitions';
import {
  partitionCountDefault,
  type Append,
  type Appended,
  type AppendResult,
  type Clock,
  type EventLog,
  type EventStore,
  type Head,
  type LoggedEvent,
} from '../ports';
import { placeEvents, prepareEvents } from '../recording';

type Accepted = Appended & { readonly commandDigest: string };

interface Stream {
  readonly partition: number;
  readonly events: LoggedEvent[];
}

/** Event stores of all contexts and their log, in memory, keeping the promises that `eventStoreSuite` and `eventLogSuite` check. */
export interface MemoryEvents {
  store(context: ContextName): EventStore;
  readonly log: EventLog;
}

/** Makes an empty event store and log. What is read back has been JSON text in between, as in every other store. */
export function createMemoryEvents({
  clock,
  partitionCount = partitionCountDefault,
  ids = createIds({ clock }),
}: {
  readonly clock: Clock;
  readonly partitionCount?: number;
  readonly ids?: Ids;
}): MemoryEvents {
  const contexts = new Map<ContextName, MemoryContext>();
  const wakes = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of wakes) setImmediate(wake);
  };
  const contextOf = (context: ContextName): MemoryContext => {
    const existing = contexts.get(context) ?? new MemoryContext(context, partitionCount, clock, ids);
    contexts.set(context, existing);
    return existing;
  };
  return {
    store: (context) => storeOf(contextOf(context), wakeAll),
    log: {
      partitionCount,
      heads: async (context) => [...contextOf(context).heads],
      read: async (context, partition, afterSeq, limit) => contextOf(context).readLog(partition, afterSeq, limit),
      places: async (context, partition, afterSeq, limit) => contextOf(context).readLog(partition, afterSeq, limit),
      onAppended(wake) {
        wakes.add(wake);
        return () => wakes.delete(wake);
      },
    },
  };
}

class MemoryContext {
  readonly heads: Head[];
  readonly streams = new Map<string, Stream>();
  readonly accepted = new Map<string, Accepted>();
  private readonly logs: LoggedEvent[][];

  constructor(
    private readonly name: ContextName,
    private readonly partitionCount: number,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {
    this.logs = Array.from({ length: partitionCount }, () => []);
    this.heads = this.logs.map((_, partition) => ({ partition, seq: 0, chainHash: genesisHash, recordedAt: null }));
  }

  readLog(partition: number, afterSeq: number, limit: number): LoggedEvent[] {
    return (this.logs[partition] ?? []).slice(afterSeq, afterSeq + limit);
  }

  append(append: Append): Appended {
    const prepared = prepareEvents(append);
    const before = this.accepted.get(append.context.commandId);
    if (before !== undefined) {
      if (before.commandDigest !== append.commandDigest) throw new CommandIdReused(append.context.commandId);
      const { commandDigest: _, ...appended } = before;
      return { ...appended, repeated: true };
    }
    const asked = partitionOfAppend(append, this.partitionCount);
    const stream = this.streams.get(append.stream) ?? { partition: asked, events: [] };
    if (stream.partition !== asked) throw new PartitionMismatch(append.stream, stream.partition, asked);
    const version = stream.events.length;
    const { expectedVersion: expected } = append;
    if (expected !== 'any' && version !== (expected === 'none' ? 0 : expected)) {
      throw new WrongExpectedVersion(append.stream, expected, version);
    }
    const head = this.heads[stream.partition] as Head;
    const place = { context: this.name, head, version, now: this.clock(), ids: this.ids };
    const placed = placeEvents(append, prepared, place);
    const events = placed.events.map(({ logged, body }) => {
      return deepFrozen({ ...logged, data: JSON.parse(body) as unknown });
    });
    stream.events.push(...events);
    this.streams.set(append.stream, stream);
    this.logs[stream.partition]?.push(...events);
    this.heads[stream.partition] = placed.head;
    const appended: Appended = {
      commandId: append.context.commandId,
      stream: append.stream,
      partition: stream.partition,
      firstVersion: version + 1,
      lastVersion: version + events.length,
      lastSeq: placed.head.seq,
      eventIds: events.map(({ id }) => id),
      repeated: false,
    };
    this.accepted.set(appended.commandId, { ...appended, commandDigest: append.commandDigest });
    return appended;
  }
}

function storeOf(context: MemoryContext, wakeAll: () => void): EventStore {
  const attempt = (append: Append): AppendResult => {
    try {
      return { ok: true, appended: context.append(append) };
    } catch (error) {
      return { ok: false, error: asError(error) };
    }
  };
  const eventsOf = (stream: string): readonly RecordedEvent[] => context.streams.get(stream)?.events ?? [];
  return {
    async append(append) {
      const appended = context.append(append);
      wakeAll();
      return appended;
    },
    async appendMany(appends) {
      const results = appends.map(attempt);
      wakeAll();
      return results;
    },
    outcomeOf: async (commandId) => context.accepted.get(commandId),
    async *read(stream, { fromVersion = 1, toVersion = Infinity } = {}) {
      for (const event of eventsOf(stream)) {
        if (event.version >= fromVersion && event.version <= toVersion) yield event;
      }
    },
    load: async (stream) => [...eventsOf(stream)],
  };
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFrozen);
    Object.freeze(value);
  }
  return value;
}
