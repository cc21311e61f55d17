import type { ImportKind } from '@faemban/contracts';
import type { Database } from '../staging/schema.store';
import type { ImportFile, ImportRecord, ImportState } from './import-record';

interface Row {
  readonly no: number;
  readonly id: string;
  readonly command: string;
  readonly kind: string;
  readonly source: string;
  readonly round: number;
  readonly mapping: string;
  readonly state: string;
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly found: string | null;
  readonly applied: string | null;
  readonly serial: number;
  readonly same_as: string | null;
}

type Change = Partial<Pick<ImportRecord, 'mapping' | 'state' | 'endedAt' | 'found' | 'applied' | 'serial' | 'sameAs'>>;

const columns: Readonly<Record<keyof Change, string>> = {
  ...{ mapping: 'mapping', state: 'state', endedAt: 'ended_at', found: 'found', applied: 'applied', serial: 'serial' },
  sameAs: 'same_as',
};

/** How far every import is, its files, and what was found wrong. */
export class ImportsStore {
  constructor(private readonly db: Database) {}

  create(
    record: Pick<ImportRecord, 'importId' | 'commandId' | 'kind' | 'source' | 'round' | 'mapping' | 'createdAt'>,
  ): ImportRecord {
    const { importId, commandId, kind, source, round, mapping, createdAt } = record;
    this.db
      .prepare(
        `INSERT INTO imports (id, command, kind, source, round, mapping, state, created_at)
         VALUES (?, ?, ?, ?, ?, ?, 'receiving', ?)`,
      )
      .run(importId, commandId, kind, source, round, mapping, createdAt);
    return this.get(importId);
  }

  find(importId: string): ImportRecord | undefined {
    return recordOf(this.db.prepare<[string], Row>('SELECT * FROM imports WHERE id = ?').get(importId));
  }

  get(importId: string): ImportRecord {
    const record = this.find(importId);
    if (record === undefined) throw new Error('There is no such import.');
    return record;
  }

  findByCommand(commandId: string): ImportRecord | undefined {
    return recordOf(this.db.prepare<[string], Row>('SELECT * FROM imports WHERE command = ?').get(commandId));
  }

  /** Newest first; `before` is the number of the last one of the page before. */
  page(before: number | undefined, limit: number): ImportRecord[] {
    return this.db
      .prepare<[number, number], Row>('SELECT * FROM imports WHERE no < ? ORDER BY no DESC LIMIT ?')
      .all(before ?? Number.MAX_SAFE_INTEGER, limit)
      .flatMap((row) => recordOf(row) ?? []);
  }

  /** Imports in one of these states, oldest first. */
  inState(...states: ImportState[]): ImportRecord[] {
    return this.db
      .prepare<string[], Row>(`SELECT * FROM imports WHERE state IN (${states.map(() => '?').join()}) ORDER BY no`)
      .all(...states)
      .flatMap((row) => recordOf(row) ?? []);
  }

  /** How often imports were applied or undone so far, which only rises: what is known of households has changed when this has. */
  applications(): number {
    const row = this.db
      .prepare<[], { count: number | null }>(
        `SELECT sum(CASE state WHEN 'rolled-back' THEN 2 ELSE 1 END) AS count FROM imports WHERE
         state IN ('applied', 'examining', 'rollback-requested', 'rolling-back', 'rolled-back')`,
      )
      .get();
    return row?.count ?? 0;
  }

  /** Imports of which rows may still be recorded, oldest first. */
  awaited(): ImportRecord[] {
    return this.inState(
      ...(['validated', 'held', 'approved', 'applying', 'applied', 'examining', 'rollback-requested'] as const),
    );
  }

  /** Imports of the same source and kind that were applied after one and still stand, oldest first. */
  appliedAfter({ source, kind, endedAt, no }: ImportRecord): ImportRecord[] {
    return this.db
      .prepare<[string, string, string, number], Row>(
        `SELECT * FROM imports WHERE source = ? AND kind = ? AND (ended_at, no) > (?, ?)
         AND state IN ('applied', 'examining', 'rollback-requested') ORDER BY ended_at, no`,
      )
      .all(source, kind, endedAt ?? '', no)
      .flatMap((row) => recordOf(row) ?? []);
  }

  /** The sources whose surveys name households, oldest first. */
  surveySources(): string[] {
    return this.db
      .prepare<[], { source: string }>(
        "SELECT source FROM imports WHERE kind = 'bmn-survey' AND state IN ('applying', 'applied') GROUP BY source ORDER BY min(no)",
      )
      .all()
      .map(({ source }) => source);
  }

  change({ no }: Pick<ImportRecord, 'no'>, change: Change): void {
    const fields = Object.entries(change).filter(([, value]) => value !== undefined);
    const values = fields.map(([, value]) =>
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    );
    const assignments = fields.map(([field]) => `${columns[field as keyof Change]} = ?`).join(', ');
    this.db.prepare(`UPDATE imports SET ${assignments} WHERE no = ?`).run(...values, no);
  }

  putFile({ no }: Pick<ImportRecord, 'no'>, { part, sha256, bytes }: ImportFile): void {
    this.db
      .prepare('INSERT OR REPLACE INTO files (import, part, sha256, bytes) VALUES (?, ?, ?, ?)')
      .run(no, part, sha256, bytes);
  }

  files({ no }: Pick<ImportRecord, 'no'>): ImportFile[] {
    return this.db
      .prepare<[number], ImportFile>('SELECT part, sha256, bytes FROM files WHERE import = ? ORDER BY part')
      .all(no);
  }

  /** An earlier import of exactly these files by the same source, for the same round, read the same way, that was neither rejected nor undone. */
  findSame(record: ImportRecord): ImportRecord | undefined {
    const wanted = fingerprint(this.files(record));
    return this.db
      .prepare<[string, number, string, number], Row>(
        `SELECT * FROM imports WHERE source = ? AND round = ? AND mapping = ? AND no < ? AND state NOT IN ('receiving', 'rejected', 'rolled-back')
         ORDER BY no`,
      )
      .all(record.source, record.round, record.mapping, record.no)
      .flatMap((row) => recordOf(row) ?? [])
      .find((earlier) => fingerprint(this.files(earlier)) === wanted);
  }

  /** Imports that ended before an instant, whose files are still there and which are not read again just now. */
  toSweep(before: string): ImportRecord[] {
    return this.db
      .prepare<[string], Row>(
        'SELECT * FROM imports WHERE swept = 0 AND ended_at < ? AND no NOT IN (SELECT import FROM restorations) ORDER BY no',
      )
      .all(before)
      .flatMap((row) => recordOf(row) ?? []);
  }

  markSwept({ no }: Pick<ImportRecord, 'no'>): void {
    this.db.prepare('UPDATE imports SET swept = 1 WHERE no = ?').run(no);
  }
}

const fingerprint = (files: readonly ImportFile[]): string =>
  files.map(({ part, sha256 }) => `${part}:${sha256}`).join();

function recordOf(row: Row | undefined): ImportRecord | undefined {
  if (row === undefined) return undefined;
  const { no, id, command, kind, source, round, mapping, state, serial } = row;
  return {
    ...{ no, importId: id, commandId: command, source, round, mapping, serial },
    kind: kind as ImportKind,
    state: state as ImportState,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    found: row.found === null ? null : (JSON.parse(row.found) as ImportRecord['found']),
    applied: row.applied === null ? null : (JSON.parse(row.applied) as ImportRecord['applied']),
    sameAs: row.same_as,
  };
}
