import { invariant } from '../errors';
import { partitionOfKey } from '../partitions';
import {
  vectorKey,
  type EventLog,
  type GenerationHandle,
  type ParkedEvent,
  type Put,
  type StoredSlices,
  type TallyDifference,
  type Vector,
} from '../ports';
import { DifferenceSum } from '../views/tally-differences';
import type { Folder } from '../views/fold-batch';

const pageEvents = 2_000;
/** Rows, or counters, written in one transaction: some ten milliseconds, so that live writers hardly wait. */
const rowsPerStep = 1_000;

/** Called between steps with the events read since the last call; may wait, and throws where the rebuild was cancelled. */
export type BetweenSteps = (events: number) => Promise<void>;

/**
 * Folds one partition from its first event to the target in memory and writes every row once, in bounded steps; the last step says
 * where the partition stands. Interrupted anywhere, the same partition is filled again with the same rows. Memory: one partition's rows.
 */
export async function fillPartition(filling: {
  readonly folder: Folder;
  readonly log: EventLog;
  readonly handle: GenerationHandle;
  readonly partition: number;
  readonly target: Vector;
  readonly parkedAt: string;
  readonly betweenSteps: BetweenSteps;
}): Promise<void> {
  const { handle, partition, target, folder, betweenSteps } = filling;
  const { rows, counters, parked } = await foldPartition(filling);
  // Neighbours by id are neighbours in a store, so that a step touches few of its pages.
  const puts = [...rows.values()].sort(byId);
  for (const some of chunks(puts)) {
    await handle.fill({ partition, puts: some, counters: [], parked: [] });
    await betweenSteps(0);
  }
  for (const some of chunks(counters)) {
    await handle.fill({ partition, puts: [], counters: some, parked: [] });
    await betweenSteps(0);
  }
  for (const some of chunks(parked)) await handle.fill({ partition, puts: [], counters: [], parked: some });
  const keys = folder.shape.contexts.map((context) => vectorKey(context, partition));
  const vector = Object.fromEntries(keys.map((key) => [key, target[key] ?? 0]).filter(([, seq]) => seq !== 0));
  await handle.fill({ partition, puts: [], counters: [], parked: [], vector });
}

interface FoldedPartition {
  readonly rows: ReadonlyMap<string, Put>;
  readonly counters: readonly TallyDifference[];
  readonly parked: readonly ParkedEvent[];
}

async function foldPartition({
  folder,
  log,
  partition,
  target,
  parkedAt,
  betweenSteps,
}: Parameters<typeof fillPartition>[0]): Promise<FoldedPartition> {
  const rows = new Map<string, Put>();
  const stored = new Map<string, StoredSlices>();
  const sum = new DifferenceSum();
  const parked: ParkedEvent[] = [];
  const { contexts, name } = folder.shape;
  for (const context of contexts) {
    const parkedIds = new Set<string>();
    const end = target[vectorKey(context, partition)] ?? 0;
    for (let after = 0; after < end;) {
      const events = await log.read(context, partition, after, Math.min(pageEvents, end - after));
      invariant(events.length > 0, `the log of ${context}/${partition} reaches ${end}, where ${name} is rebuilt to`);
      const identified = folder.identify(events);
      if (contexts.length > 1) {
        for (const { id, failure } of identified) {
          const isAtHome = failure !== undefined || partitionOfKey(id, log.partitionCount) === partition;
          invariant(isAtHome, `${name} folds several contexts, so its documents go by the partition of their id`);
        }
      }
      const folded = folder.fold({ context, identified, stored, parkedIds, parkedAt, counting: sum });
      for (const put of folded.puts) {
        rows.set(put.id, put);
        stored.set(put.id, put.slices);
      }
      for (const id of folded.removals) {
        rows.delete(id);
        stored.delete(id);
      }
      for (const one of folded.parked) {
        parked.push(one);
        parkedIds.add(one.id);
      }
      after += events.length;
      await betweenSteps(events.length);
    }
  }
  return { rows, counters: sum.differences(), parked };
}

const byId = (one: Put, other: Put): number => (one.id < other.id ? -1 : 1);

function* chunks<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += rowsPerStep) yield items.slice(from, from + rowsPerStep);
}
