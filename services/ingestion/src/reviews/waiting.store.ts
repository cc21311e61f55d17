import type { ImportPart } from '@faemban/contracts';
import type { ImportRecord } from '../imports/import-record';
import type { Database } from '../staging/schema.store';

/** Why something waits: its area is unknown, or it is not clear which person is meant. */
export const waitingKinds = ['area', 'person'] as const;
export type WaitingKind = (typeof waitingKinds)[number];

/** A row of an import that waits for somebody to look at it. Nothing personal. */
export interface Waiting {
  readonly importNo: number;
  readonly n: number;
  readonly source: string;
  readonly round: number;
  readonly kind: WaitingKind;
  readonly part: ImportPart;
  readonly row: number;
  readonly reason: string;
  readonly area: string | null;
  /** The place of its household in the file, where a household waits. */
  readonly ord: number | null;
  readonly since: string;
}

/** What waits for one reason. */
export interface WaitingCount {
  readonly source: string;
  readonly kind: WaitingKind;
  readonly reason: string;
  readonly area: string | null;
  readonly rows: number;
  readonly imports: number;
  readonly oldestSince: string;
}

export interface WaitingFilter {
  readonly kind?: WaitingKind | undefined;
  readonly source?: string | undefined;
  /** The first digits of the source's area code. */
  readonly area?: string | undefined;
}

const columns = 'import AS importNo, n, source, round, kind, part, row, reason, area, ord, since';
const matching = `import IN (SELECT value FROM json_each(?)) AND (? IS NULL OR kind = ?) AND (? IS NULL OR source = ?)
  AND (? IS NULL OR substr(area, 1, length(?)) = ?)`;
const bound = (imports: readonly number[], { kind = undefined, source = undefined, area = undefined }: WaitingFilter) =>
  [
    JSON.stringify(imports),
    kind ?? null,
    kind ?? null,
    source ?? null,
    source ?? null,
    area ?? null,
    area ?? null,
    area ?? null,
  ] as const;

/** What waits, over all imports. Which imports still count is for the caller to say. */
export class WaitingStore {
  constructor(private readonly db: Database) {}

  /** @param firstN the number of the first one in its import */
  add(
    record: Pick<ImportRecord, 'no' | 'source' | 'round' | 'createdAt'>,
    firstN: number,
    waiting: readonly Pick<Waiting, 'part' | 'row' | 'reason' | 'area' | 'ord'>[],
  ): void {
    const { no, source, round, createdAt } = record;
    const put = this.db.prepare(
      'INSERT INTO waiting (import, n, source, round, kind, part, row, reason, area, ord, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.db.transaction(() => {
      for (const [index, { part, row, reason, area, ord }] of waiting.entries()) {
        const kind: WaitingKind = area === null ? 'person' : 'area';
        put.run(no, firstN + index, source, round, kind, part, row, reason, area, ord, createdAt);
      }
    })();
  }

  clear({ no }: Pick<ImportRecord, 'no'>): void {
    this.db.prepare('DELETE FROM waiting WHERE import = ?').run(no);
  }

  /** In the order of imports and of their rows. */
  page(imports: readonly number[], filter: WaitingFilter, after: readonly [number, number], limit: number): Waiting[] {
    return this.db
      .prepare<unknown[], Waiting>(
        `SELECT ${columns} FROM waiting WHERE (import, n) > (?, ?) AND ${matching} ORDER BY import, n LIMIT ?`,
      )
      .all(...after, ...bound(imports, filter), limit);
  }

  /** Counts by source, kind, reason and area code; most rows first. */
  counts(imports: readonly number[], filter: WaitingFilter = {}): WaitingCount[] {
    return this.db
      .prepare<unknown[], WaitingCount>(
        `SELECT source, kind, reason, area, count(*) AS rows, count(DISTINCT import) AS imports, min(since) AS oldestSince
         FROM waiting WHERE ${matching} GROUP BY source, kind, reason, area ORDER BY rows DESC, source, area`,
      )
      .all(...bound(imports, filter));
  }

  /** Whether households of an import wait. */
  hasHouseholds({ no }: Pick<ImportRecord, 'no'>): boolean {
    return this.db.prepare('SELECT 1 FROM waiting WHERE import = ? AND ord IS NOT NULL LIMIT 1').get(no) !== undefined;
  }

  /** The area codes for which households of these imports wait. */
  areas(imports: readonly number[]): { readonly importNo: number; readonly source: string; readonly area: string }[] {
    return this.db
      .prepare<[string], { importNo: number; source: string; area: string }>(
        `SELECT DISTINCT import AS importNo, source, area FROM waiting
         WHERE ord IS NOT NULL AND import IN (SELECT value FROM json_each(?)) ORDER BY import, area`,
      )
      .all(JSON.stringify(imports));
  }

  /** The places of households of an import that wait for an area code: the first ones, in order. */
  ords({ no }: Pick<ImportRecord, 'no'>, area: string, limit: number): number[] {
    return this.db
      .prepare<[number, string, number], { ord: number }>(
        'SELECT ord FROM waiting WHERE import = ? AND area = ? AND ord IS NOT NULL ORDER BY ord LIMIT ?',
      )
      .all(no, area, limit)
      .map(({ ord }) => ord);
  }

  /** How many households of an import wait for an area code. */
  count({ no }: Pick<ImportRecord, 'no'>, area: string): number {
    const row = this.db
      .prepare<[number, string], { households: number }>(
        'SELECT count(*) AS households FROM waiting WHERE import = ? AND area = ? AND ord IS NOT NULL',
      )
      .get(no, area);
    return row?.households ?? 0;
  }

  /** Households that no longer wait. */
  settle({ no }: Pick<ImportRecord, 'no'>, ords: readonly number[]): void {
    const settle = this.db.prepare('DELETE FROM waiting WHERE import = ? AND ord = ?');
    for (const ord of ords) settle.run(no, ord);
  }

  /** What was recorded so far of the households that waited for a mapping. */
  progress(
    { no }: Pick<ImportRecord, 'no'>,
    mappingId: string,
  ): { readonly households: number; readonly surveyed: number } {
    const row = this.db
      .prepare<[number, string], { households: number; surveyed: number }>(
        'SELECT households, surveyed FROM waiting_applied WHERE import = ? AND mapping = ?',
      )
      .get(no, mappingId);
    return row ?? { households: 0, surveyed: 0 };
  }

  putProgress(
    { no }: Pick<ImportRecord, 'no'>,
    mappingId: string,
    { households, surveyed }: { readonly households: number; readonly surveyed: number },
  ): void {
    this.db
      .prepare('INSERT OR REPLACE INTO waiting_applied (import, mapping, households, surveyed) VALUES (?, ?, ?, ?)')
      .run(no, mappingId, households, surveyed);
  }
}
