import type { FramePlace } from '../files/sealed-file.file';
import type { ImportRecord, Verdict } from '../imports/import-record';
import type { Database } from './schema.store';

type Of = Pick<ImportRecord, 'no'>;

/** A household of an import as it is staged: hashes, a count and a verdict. `ord` is its place in the file. */
export interface StagedHousehold {
  readonly ord: number;
  readonly key: Buffer;
  readonly digest: Buffer;
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
  constructor(private readonly db: Database) {}

  /** All or nothing, durable when it returns. */
  transaction<Result>(work: () => Result): Result {
    return this.db.transaction(work)();
  }

  clear({ no }: Of): void {
    this.transaction(() => {
      for (const table of ['frames', 'staged', 'registrations']) this.db.prepare(`DELETE FROM ${table} WHERE import = ?`).run(no);
    });
  }

  putFrames({ no }: Of, frames: readonly { readonly kind: SpoolKind; readonly bucket: number; readonly place: FramePlace }[]): void {
    const put = this.db.prepare('INSERT INTO frames (import, kind, bucket, number, at) VALUES (?, ?, ?, ?, ?)');
    this.transaction(() => {
      for (const { kind, bucket, place } of frames) put.run(no, kind, bucket, place.number, place.offset);
    });
  }

  frames({ no }: Of, kind: SpoolKind, bucket: number): FramePlace[] {
    return this.db
      .prepare<[number, string, number], FramePlace>(
        'SELECT number, at AS offset FROM frames WHERE import = ? AND kind = ? AND bucket = ? ORDER BY number',
      )
      .all(no, kind, bucket);
  }

  putStaged({ no }: Of, households: readonly StagedHousehold[]): void {
    const put = this.db.prepare('INSERT INTO staged (import, ord, key, digest, verdict, persons) VALUES (?, ?, ?, ?, ?, ?)');
    this.transaction(() => {
      for (const { ord, key, digest, verdict, persons } of households) put.run(no, ord, key, digest, verdict, persons);
    });
  }

  /** Staged households with `from` ≤ ord < `to`, in order. */
  staged({ no }: Of, from: number, to: number): StagedHousehold[] {
    return this.db
      .prepare<[number, number, number], StagedHousehold>(
        'SELECT ord, key, digest, verdict, persons FROM staged WHERE import = ? AND ord >= ? AND ord < ? ORDER BY ord',
      )
      .all(no, from, to);
  }

  stagedOf({ no }: Of, verdict: Verdict | undefined, after: number, limit: number): StagedHousehold[] {
    return this.db
      .prepare<[number, number, string | null, string | null, number], StagedHousehold>(
        `SELECT ord, key, digest, verdict, persons FROM staged
         WHERE import = ? AND ord > ? AND (? IS NULL OR verdict = ?) ORDER BY ord LIMIT ?`,
      )
      .all(no, after, verdict ?? null, verdict ?? null, limit);
  }

  /** The end of the staged places: one more than the highest. */
  stagedEnd({ no }: Of): number {
    const row = this.db.prepare<[number], { end: number | null }>('SELECT max(ord) + 1 AS end FROM staged WHERE import = ?').get(no);
    return row?.end ?? 0;
  }

  /** The digest under which a source's fact of a year is known, or undefined. */
  readonly factOf = (source: string, year: number, key: Buffer): Buffer | undefined =>
    this.prepared<[string, number, Buffer], { digest: Buffer }>(
      'SELECT digest FROM facts WHERE source = ? AND year = ? AND key = ?',
    ).get(source, year, key)?.digest;

  putFacts(source: string, facts: readonly { readonly year: number; readonly key: Buffer; readonly digest: Buffer }[]): void {
    const put = this.prepared(
      `INSERT INTO facts (source, year, key, digest) VALUES (?, ?, ?, ?)
       ON CONFLICT (source, year, key) DO UPDATE SET digest = excluded.digest`,
    );
    for (const { year, key, digest } of facts) put.run(source, year, key, digest);
  }

  /** The household a source's key stands for, and the number of the import that brought it. */
  findHousehold(source: string, key: Buffer): { readonly householdId: string; readonly importNo: number } | undefined {
    const row = this.prepared<[string, Buffer], { household: Buffer; import: number }>(
      'SELECT household, import FROM households WHERE source = ? AND key = ?',
    ).get(source, key);
    return row && { householdId: uuidOf(row.household), importNo: row.import };
  }

  allotHousehold(source: string, key: Buffer, householdId: string, { no }: Of): void {
    this.prepared('INSERT INTO households (source, key, household, import) VALUES (?, ?, ?, ?)').run(
      ...[source, key, bytesOfUuid(householdId), no],
    );
  }

  putRegistrations({ no }: Of, registrations: readonly StagedRegistration[]): void {
    const put = this.prepared(
      'INSERT OR IGNORE INTO registrations (import, household, year, person, flags) VALUES (?, ?, ?, ?, ?)',
    );
    this.transaction(() => {
      for (const { householdId, year, personId, registered, verified } of registrations) {
        const flags = (registered ? 1 : 0) + (verified ? 2 : 0);
        put.run(no, bytesOfUuid(householdId), year, bytesOfUuid(personId), flags);
      }
    });
  }

  /** Registrations in the order of household, year and person, after a place, for whole (household, year)s at least. */
  registrationsAfter({ no }: Of, after: Pick<StagedRegistration, 'householdId' | 'year'> | undefined, limit: number): StagedRegistration[] {
    const household = after ? bytesOfUuid(after.householdId) : Buffer.alloc(0);
    return this.prepared<[number, Buffer, number, number], RegistrationRow>(
      `SELECT household, year, person, flags FROM registrations
       WHERE import = ? AND (household, year) > (?, ?) ORDER BY household, year, person LIMIT ?`,
    )
      .all(no, household, after?.year ?? 0, limit)
      .map(registrationOf);
  }

  registrationsOf({ no }: Of, householdId: string, year: number): StagedRegistration[] {
    return this.prepared<[number, Buffer, number], RegistrationRow>(
      'SELECT household, year, person, flags FROM registrations WHERE import = ? AND household = ? AND year = ? ORDER BY person',
    )
      .all(no, bytesOfUuid(householdId), year)
      .map(registrationOf);
  }

  private readonly statements = new Map<string, ReturnType<Database['prepare']>>();

  private prepared<Bound extends unknown[] = unknown[], Row = unknown>(sql: string) {
    const known = this.statements.get(sql) ?? this.db.prepare(sql);
    this.statements.set(sql, known);
    return known as ReturnType<typeof this.db.prepare<Bound, Row>>;
  }
}

interface RegistrationRow {
  readonly household: Buffer;
  readonly year: number;
  readonly person: Buffer;
  readonly flags: number;
}

const registrationOf = ({ household, year, person, flags }: RegistrationRow): StagedRegistration => ({
  householdId: uuidOf(household),
  year,
  personId: uuidOf(person),
  registered: (flags & 1) !== 0,
  verified: (flags & 2) !== 0,
});

/** A UUID as its 16 bytes. */
export const bytesOfUuid = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

/** Sixteen bytes as the UUID they are. */
export function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
