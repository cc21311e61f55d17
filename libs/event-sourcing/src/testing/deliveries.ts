import type { ContextName } from '@faemban/contracts';
import { invariant } from '../errors';
import type { DomainEvent, RecordedEvent } from '../events';
import type { StoredSlices, TallyDifference } from '../ports';
import type { Tally, View } from '../views/define-view';
import { createFolder } from '../views/fold-batch';
import { recorded } from './recorded';
import { seeded } from './seeded';

/** The number of ways in which a test's events are delivered: one in the order given, the others shuffled and cut by a seed. */
export const deliveryCount = 12;

/** What one delivery of all events left behind. */
export interface Delivered {
  readonly rows: ReadonlyMap<string, StoredSlices>;
  readonly differences: readonly TallyDifference[];
  /** Which delivery it was, for messages. */
  readonly seed: number;
}

/**
 * Delivers events to a view or tally in several ways: in batches of any size, every batch twice, contexts mixed in any manner while each
 * keeps its own order. Slices are JSON in between and frozen, so that a fold that changes its input fails.
 * @throws Error where an event would be parked
 */
export function deliver(
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each fold knows its own slice
  readModel: View<any> | Tally<any>,
  events: readonly (RecordedEvent | DomainEvent)[],
): Delivered[] {
  const numbered = inTheirContexts(events);
  return Array.from({ length: deliveryCount }, (_, seed) => deliverOnce(readModel, numbered, seed));
}

function deliverOnce(readModel: View | Tally, numbered: readonly RecordedEvent[], seed: number): Delivered {
  const folder = createFolder(readModel);
  const { contexts } = folder.shape;
  const rows = new Map<string, StoredSlices>();
  const differences: TallyDifference[] = [];
  for (const batch of batches(numbered, seed)) {
    const context = batch[0]?.context;
    if (context === undefined || !contexts.includes(context)) continue;
    for (const round of ['first', 'repeated'] as const) {
      const stored = frozen(
        new Map([...rows].map(([id, slices]) => [id, JSON.parse(JSON.stringify(slices)) as StoredSlices])),
      );
      const identified = folder.identify(batch);
      const parkedIds = new Set<string>();
      const folded = folder.fold({ context, identified, stored, parkedIds, parkedAt: '2021-03-01T02:00:00.000Z' });
      const [parked] = folded.parked;
      invariant(parked === undefined, `${readModel.name} takes event ${parked?.seq} of ${context}: ${parked?.message}`);
      const isChanged = folded.puts.length + folded.removals.length + folded.tallies.length > 0;
      if (round === 'repeated' && isChanged && folded.removals.length === 0) {
        throw new Error(`${readModel.name} changed again by events it had seen (delivery ${seed}).`);
      }
      for (const { id, slices } of folded.puts) rows.set(id, slices);
      for (const id of folded.removals) rows.delete(id);
      if (folded.removals.length > 0) break;
      differences.push(...folded.tallies);
    }
  }
  return { rows, differences, seed };
}

/** The events as each context's log would have them: seq 1, 2, … in the order given. */
function inTheirContexts(events: readonly (RecordedEvent | DomainEvent)[]): RecordedEvent[] {
  const seqs = new Map<ContextName, number>();
  return events.map((event) => {
    const known = 'recordedAt' in event ? event : recorded(event);
    const seq = (seqs.get(known.context) ?? 0) + 1;
    seqs.set(known.context, seq);
    return { ...known, partition: 0, seq, data: JSON.parse(JSON.stringify(known.data)) as unknown };
  });
}

/** Cuts events into batches of one context each. Seed 0 keeps the order given; others mix contexts, each in its own order. */
function batches(events: readonly RecordedEvent[], seed: number): RecordedEvent[][] {
  const random = seeded(seed);
  const queues = new Map<ContextName, RecordedEvent[]>();
  for (const event of events) queues.set(event.context, [...(queues.get(event.context) ?? []), event]);
  const mixed: RecordedEvent[] = [];
  if (seed === 0) mixed.push(...events);
  while (mixed.length < events.length) {
    const waiting = [...queues.values()].filter((queue) => queue.length > 0);
    const next = waiting[random(waiting.length)]?.shift();
    if (next !== undefined) mixed.push(next);
  }
  const all: RecordedEvent[][] = [];
  for (const event of mixed) {
    const current = all.at(-1);
    const joins = current?.[0]?.context === event.context && (seed === 1 || random(2) === 0);
    if (current !== undefined && joins) current.push(event);
    else all.push([event]);
  }
  return all;
}

function frozen(rows: Map<string, StoredSlices>): Map<string, StoredSlices> {
  const freeze = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  };
  rows.forEach(freeze);
  return rows;
}
