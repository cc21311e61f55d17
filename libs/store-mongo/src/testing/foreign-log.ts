import type { ContextName } from '@faemban/contracts';
import {
  createIds,
  genesisHash,
  partitionOfAppend,
  placeEvents,
  prepareEvents,
  type Head,
  type StoredEvent,
  type RememberedCommand,
} from '@faemban/event-sourcing';
import { anAppend } from '@faemban/event-sourcing/testing';
import type { ForeignLog } from '../transfer/foreign-log';

const beginsMs = Date.parse('2024-05-06T07:08:09.000Z');
const context: ContextName = 'ingestion';

/** One command of a log that another store keeps: so many events of a stream, so many milliseconds after the command before it. */
export interface ForeignRecord {
  readonly stream: number;
  readonly events: number;
  readonly laterMs: number;
}

/** What a test may look at, and spoil, of a log that another store keeps. */
export interface TestForeignLog extends ForeignLog {
  readonly partitions: StoredEvent[][];
  readonly remembered: Map<string, RememberedCommand>;
  /** Records one command more. */
  record(record: ForeignRecord): void;
}

/** A log of ingestion's as another store would keep it, recorded by the kernel's own rules. */
export function aForeignLog(records: readonly ForeignRecord[], partitionCount = 2): TestForeignLog {
  let nowMs = beginsMs;
  const ids = createIds({ clock: () => nowMs });
  const partitions = Array.from({ length: partitionCount }, (): StoredEvent[] => []);
  const remembered = new Map<string, RememberedCommand>();
  const versions = new Map<string, number>();
  const recordOne = (record: ForeignRecord): void => {
    nowMs += record.laterMs;
    const values = Array.from({ length: record.events }, (_, n) => ({ บ้าน: n, at: nowMs }));
    const append = anAppend({ stream: `household-${record.stream}`, partitionOf: `${record.stream}`, values });
    const partition = partitionOfAppend(append, partitionCount);
    const events = partitions[partition] ?? [];
    const last = events.at(-1);
    const head: Head =
      last === undefined ? { partition, seq: 0, chainHash: genesisHash, recordedAt: null } : { ...last, partition };
    const version = versions.get(append.stream) ?? 0;
    const placed = placeEvents(append, prepareEvents(append), { context, head, version, now: nowMs, ids });
    for (const { logged, body } of placed.events) {
      const { data: _, ...event } = logged;
      events.push({ ...event, body });
    }
    const lastVersion = version + record.events;
    versions.set(append.stream, lastVersion);
    const { commandId } = append.context;
    remembered.set(commandId, {
      commandId,
      digest: append.commandDigest,
      stream: append.stream,
      firstVersion: version + 1,
      lastVersion,
      lastSeq: placed.head.seq,
    });
  };
  for (const record of records) recordOne(record);
  return {
    record: recordOne,
    installationId: 'installation-of-a-test',
    partitionCount,
    partitions,
    remembered,
    heads: (of) =>
      partitions.map((events, partition): Head => {
        const last = of === context ? events.at(-1) : undefined;
        if (last === undefined) return { partition, seq: 0, chainHash: genesisHash, recordedAt: null };
        return { partition, seq: last.seq, chainHash: last.chainHash, recordedAt: last.recordedAt };
      }),
    counts: () => ({ commands: remembered.size, streams: versions.size }),
    read: (_, partition, afterSeq, { limit }) => (partitions[partition] ?? []).slice(afterSeq, afterSeq + limit),
    commands: (_, commandIds) => new Map([...remembered].filter(([commandId]) => commandIds.includes(commandId))),
  };
}
