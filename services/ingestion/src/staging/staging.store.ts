import type { FramePlace } from '../files/sealed-file.file';
import type { ImportDone, ImportRecord, Verdict } from '../imports/import-record';
import { FragilityStaging } from './fragility-staging.store';
import type { Database } from './schema.store';

type Of = Pick<ImportRecord, 'no'>;

/** A household of an import as it is staged: hashes, a count and a verdict. `ord` is its place in the file. */
export interface StagedHousehold {
  readonly ord: number;
  readonly key: string;
  readonly digest: string;
  readonly verdict: Verdict;
  readonly persons: number;
}

/** Kinds of staged content. */
export type SpoolKind = 'households' | 'members';

/** What the register says of one person, found by his number. */
export interface StagedRegistration {
  readonly householdId: string;
  readonly year: number;
  readonly personId: string;
  readonly registered: boolean;
  readonly verified: boolean;
}

/** What is staged for each import, and what each source said before: by keyed hashes, never by content. */
export class StagingStore {
  readonly fragilities: FragilityStaging;

  constructor(private readonly db: Database) {
    this.fragilities = new FragilityStaging(db);
  }

  /** All or nothing, durable when it returns. */
  transaction<Result>(work: () => Result): Result {
    return this.db.transaction(work)();
  }

  clear({ no }: Of): void {
    this.transaction(() => {
      for (const table of ['frames', 'staged', 'registrations', 'fragilities', 'applications'])
        this.db.prepare(`DELETE FROM ${table} WHERE import = ?`).run(no);
    });
  }

  putFrames(
    { no }: Of,
    frames: readonly { readonly kind: SpoolKind; readonly bucket: number; readonly place: FramePlace }[],
  ): void {
    const put = this.db.prepare('INSERT INTO frames (import, kind, bucket, number, at) VALUES (?, ?, ?, ?, ?)');
    this.transaction(() => {
      for (const { kind, bucket, place } of frames) put.run(no, kind, bucket, place.number, place.offset);
    });
  }

  frames({ no }: Of, kind: SpoolKind, bucket: number): FramePlace[] {
    return this.prepared<[number, string, number], [number, number]>(
      'SELECT number, at FROM frames WHERE import = ? AND kind = ? AND bucket = ? ORDER BY number',
    )
      .all(no, kind, bucket)
      .map(([number, offset]) => ({ number, offset }));
  }

  putStaged({ no }: Of, households: readonly StagedHousehold[]): void {
    const put = this.prepared(
      'INSERT INTO staged (import, ord, key, digest, verdict, persons) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.transaction(() => {
      for (const { ord, key, digest, verdict, persons } of households) put.run(no, ord, key, digest, verdict, persons);
    });
  }

  changeVerdicts({ no }: Of, households: readonly Pick<StagedHousehold, 'ord' | 'verdict'>[]): void {
    const change = this.prepared('UPDATE staged SET verdict = ? WHERE import = ? AND ord = ?');
    this.transaction(() => {
      for (const { ord, verdict } of households) change.run(verdict, no, ord);
    });
  }

  /** Staged households with `from` ≤ ord < `to`, in order. */
  staged({ no }: Of, from: number, to: number): StagedHousehold[] {
    const rows = this.prepared<[number, number, number], StagedRow>(
      `SELECT ${stagedColumns} FROM staged WHERE import = ? AND ord >= ? AND ord < ? ORDER BY ord`,
    );
    return rows.all(no, from, to).map(stagedOfRow);
  }

  stagedOf({ no }: Of, verdict: Verdict | undefined, after: number, limit: number): StagedHousehold[] {
    const rows = this.prepared<[number, number, string | null, string | null, number], StagedRow>(
      `SELECT ${stagedColumns} FROM staged WHERE import = ? AND ord > ? AND (? IS NULL OR verdict = ?) ORDER BY ord LIMIT ?`,
    );
    return rows.all(no, after, verdict ?? null, verdict ?? null, limit).map(stagedOfRow);
  }

  /** The end of the staged places: one more than the highest. */
  stagedEnd({ no }: Of): number {
    const row = this.prepared<[number], [number | null]>('SELECT max(ord) + 1 FROM staged WHERE import = ?').get(no);
    return row?.[0] ?? 0;
  }

  /** The next bucket to apply, and what was applied so far. */
  application({ no }: Of): { readonly bucket: number; readonly applied: ImportDone } | undefined {
    const row = this.prepared<[number], [number, string]>(
      'SELECT bucket, applied FROM applications WHERE import = ?',
    ).get(no);
    return row && { bucket: row[0], applied: JSON.parse(row[1]) as ImportDone };
  }

  putApplication({ no }: Of, bucket: number, applied: ImportDone): void {
    this.prepared('INSERT OR REPLACE INTO applications (import, bucket, applied) VALUES (?, ?, ?)').run(
      ...[no, bucket, JSON.stringify(applied)],
    );
  }

  /** Makes everything written so far durable. */
  persist(): void {
    this.db.pragma('wal_checkpoint(FULL)');
  }

  /** Whether a source has said anything of a year. */
  hasFacts(source: string, year: number): boolean {
    return (
      this.prepared<[string, number], [number]>('SELECT 1 FROM facts WHERE source = ? AND year = ? LIMIT 1').get(
        source,
        year,
      ) !== undefined
    );
  }

  /** The digest under which a source's fact of a year is known, or undefined. */
  factOf(source: string, year: number, key: string): string | undefined {
    return this.prepared<[string, number, string], [string]>(
      'SELECT digest FROM facts WHERE source = ? AND year = ? AND key = ?',
    ).get(source, year, key)?.[0];
  }

  /** Notes what an import said of facts. What was known of them before is kept, for the case that the import is undone. */
  putFacts(
    { no, source }: Of & Pick<ImportRecord, 'source'>,
    facts: readonly { readonly year: number; readonly key: string; readonly digest: string }[],
  ): void {
    const keep = this.prepared(
      `INSERT OR IGNORE INTO replaced_facts (source, year, key, import, digest)
       SELECT source, year, key, ?, digest FROM facts WHERE source = ? AND year = ? AND key = ? AND digest <> ?`,
    );
    const put = this.prepared(
      `INSERT INTO facts (source, year, key, digest) VALUES (?, ?, ?, ?)
       ON CONFLICT (source, year, key) DO UPDATE SET digest = excluded.digest`,
    );
    for (const { year, key, digest } of facts) {
      keep.run(no, source, year, key, digest);
      put.run(source, year, key, digest);
    }
  }

  /** The household a source's key stands for, and the number of the import that brought it. */
  findHousehold(source: string, key: string): { readonly householdId: string; readonly importNo: number } | undefined {
    const row = this.prepared<[string, string], [string, number]>(
      'SELECT household, import FROM households WHERE source = ? AND key = ?',
    ).get(source, key);
    return row && { householdId: row[0], importNo: row[1] };
  }

  allotHousehold(source: string, key: string, householdId: string, { no }: Of): void {
    this.prepared('INSERT INTO households (source, key, household, import) VALUES (?, ?, ?, ?)').run(
      source,
      key,
      householdId,
      no,
    );
  }

  putRegistrations({ no }: Of, registrations: readonly StagedRegistration[]): void {
    const put = this.prepared(
      'INSERT OR IGNORE INTO registrations (import, household, year, person, flags) VALUES (?, ?, ?, ?, ?)',
    );
    this.transaction(() => {
      for (const { householdId, year, personId, registered, verified } of registrations) {
        const flags = (registered ? 1 : 0) + (verified ? 2 : 0);
        put.run(no, householdId, year, personId, flags);
      }
    });
  }

  /** Registrations in the order of household, year and person, after a place, for whole (household, year)s at least. */
  registrationsAfter(
    { no }: Of,
    after: Pick<StagedRegistration, 'householdId' | 'year'> | undefined,
    limit: number,
  ): StagedRegistration[] {
    return this.prepared<[number, string, number, number], RegistrationRow>(
      `SELECT household, year, person, flags FROM registrations
       WHERE import = ? AND (household, year) > (?, ?) ORDER BY household, year, person LIMIT ?`,
    )
      .all(no, after?.householdId ?? '', after?.year ?? 0, limit)
      .map(registrationOf);
  }

  /** In the order of the table's key, which is by person: asking for it costs a new plan at every call. */
  registrationsOf({ no }: Of, householdId: string, year: number): StagedRegistration[] {
    return this.prepared<[number, string, number], RegistrationRow>(
      'SELECT household, year, person, flags FROM registrations WHERE import = ? AND household = ? AND year = ?',
    )
      .all(no, householdId, year)
      .map(registrationOf);
  }

  private readonly statements = new Map<string, ReturnType<Database['prepare']>>();

  /** Rows as arrays: objects take better-sqlite3 several times as long. */
  private prepared<Bound extends unknown[] = unknown[], Row = unknown>(sql: string) {
    let known = this.statements.get(sql);
    if (known === undefined) {
      known = this.db.prepare(sql);
      if (known.reader) known.raw();
      this.statements.set(sql, known);
    }
    return known as ReturnType<typeof this.db.prepare<Bound, Row>>;
  }
}

type RegistrationRow = readonly [household: string, year: number, person: string, flags: number];

const registrationOf = ([householdId, year, personId, flags]: RegistrationRow): StagedRegistration => ({
  ...{ householdId, year, personId },
  registered: (flags & 1) !== 0,
  verified: (flags & 2) !== 0,
});

const stagedColumns = 'ord, key, digest, verdict, persons';
type StagedRow = readonly [ord: number, key: string, digest: string, verdict: Verdict, persons: number];

const stagedOfRow = ([ord, key, digest, verdict, persons]: StagedRow): StagedHousehold => ({
  ord,
  key,
  digest,
  verdict,
  persons,
});
