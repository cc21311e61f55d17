import { partitionOfKey } from '../partitions';
import type { EventLog, Vector } from '../ports';
import { vectorKey } from '../ports';
import type { Folder } from '../views/fold-batch';
import type { ExplainingEvent, RowDifference } from './compare';

const pageEvents = 2_000;
/** The most events named for one row. */
const eventsPerRow = 20;

/**
 * Adds to documents that differ the events that made them: the last ones up to the vector, found by reading their partitions again.
 * A counter is made by many documents' events, and names none.
 */
export async function explainDifferences(
  differences: readonly RowDifference[],
  { folder, log, vector }: { readonly folder: Folder; readonly log: EventLog; readonly vector: Vector },
): Promise<readonly RowDifference[]> {
  const events = new Map<string, { last: ExplainingEvent[]; total: number }>();
  const idOf = ({ part, key }: RowDifference): string | undefined =>
    part === 'documents' ? key : part === 'parked' ? key.split(' ')[1] : undefined;
  const ids = new Set(differences.map(idOf).filter((id) => id !== undefined));
  const partitions = new Set([...ids].map((id) => partitionOfKey(id, log.partitionCount)));
  for (const context of folder.shape.contexts) {
    for (const partition of partitions) {
      const end = vector[vectorKey(context, partition)] ?? 0;
      for (let after = 0; after < end;) {
        const page = await log.read(context, partition, after, Math.min(pageEvents, end - after));
        for (const { event, id } of folder.identify(page)) {
          if (!ids.has(id)) continue;
          const { seq, id: eventId, type, recordedAt } = event;
          const found = events.get(id) ?? { last: [], total: 0 };
          found.last.push({ context, partition, seq, eventId, type, recordedAt });
          if (found.last.length > eventsPerRow) found.last.shift();
          found.total += 1;
          events.set(id, found);
        }
        if (page.length === 0) break;
        after += page.length;
      }
    }
  }
  return differences.map((difference) => {
    const id = idOf(difference);
    if (id === undefined) return difference;
    const { last, total } = events.get(id) ?? { last: [], total: 0 };
    return { ...difference, events: last, eventsTotal: total };
  });
}
