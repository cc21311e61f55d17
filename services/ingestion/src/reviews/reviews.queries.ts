import { deterministicId } from '@faemban/event-sourcing';
import type { KnownMapping } from '../areas/area-mappings.store';
import type { Tools } from '../process/tools';
import type { Waiting, WaitingCount, WaitingFilter } from './waiting.store';

/** A row that waits, with the import it came with. */
export type ReviewItem = Omit<Waiting, 'importNo' | 'n' | 'ord'> & { readonly importId: string };

/** What waits for one reason, in rows, with the mapping of its area code where there is or could be one. */
export type ReviewCount = WaitingCount & { readonly mapping?: Pick<KnownMapping, 'mappingId' | 'target' | 'proposed'> };

const secondMs = 1000;

/** A page of the queue, oldest import first. `last` is where the next one begins. */
export function reviewPage(
  { imports, waiting }: Tools,
  filter: WaitingFilter,
  after: readonly [number, number],
  limit: number,
): { readonly items: readonly ReviewItem[]; readonly last: [number, number] | undefined } {
  const records = new Map(imports.awaited().map((record) => [record.no, record.importId]));
  const found = waiting.page([...records.keys()], filter, after, limit);
  const last = found.at(-1);
  const items = found.map(({ importNo, n: _, ord: __, ...item }) => ({
    importId: records.get(importNo) ?? '',
    ...item,
  }));
  return { items, last: last && found.length === limit ? [last.importNo, last.n] : undefined };
}

/** How much waits, by source, reason and area code. */
export function reviewCounts({ imports, waiting, mappings }: Tools, filter: WaitingFilter = {}): ReviewCount[] {
  const counts = waiting.counts(
    imports.awaited().map(({ no }) => no),
    filter,
  );
  return counts.map((count) => {
    if (count.kind !== 'area' || count.area === null) return count;
    const mappingId = deterministicId('area-mapping', count.source, count.area);
    const known = mappings.find(mappingId);
    const { target, proposed } = known ?? {};
    return { ...count, mapping: { mappingId, ...(target ? { target } : {}), ...(proposed ? { proposed } : {}) } };
  });
}

/** How much waits and how long, by source and reason, for metrics. */
export function reviewAges(tools: Tools): readonly {
  readonly source: string;
  readonly kind: string;
  readonly reason: string;
  readonly rows: number;
  readonly oldestSeconds: number;
}[] {
  const now = tools.clock();
  const byReason = new Map<
    string,
    { source: string; kind: string; reason: string; rows: number; oldestSeconds: number }
  >();
  for (const { source, kind, reason, rows, oldestSince } of reviewCounts(tools)) {
    const key = `${source}/${reason}`;
    const known = byReason.get(key) ?? { source, kind, reason, rows: 0, oldestSeconds: 0 };
    const age = Math.max(0, (now - Date.parse(oldestSince)) / secondMs);
    byReason.set(key, { ...known, rows: known.rows + rows, oldestSeconds: Math.max(known.oldestSeconds, age) });
  }
  return [...byReason.values()];
}
