import type { ImportRecord } from '../imports/import-record';
import type { Database } from './schema.store';

type Of = Pick<ImportRecord, 'no' | 'source'>;

/** How far an undoing is. Counts are of households and of recorded facts. */
export interface UndoDone {
  readonly households: number;
  readonly withdrawn: number;
  readonly restored: number;
}

/** A fact that was withdrawn, as the staging file knows it. */
export interface WithdrawnFact {
  readonly year: number;
  readonly key: string;
  /** Whether an earlier account of it is in force again. */
  readonly isRestored: boolean;
}

/** Which households an undoing goes through, how far it is, and what sources said before the import. */
export class UndoStore {
  constructor(private readonly db: Database) {}

  transaction<Result>(work: () => Result): Result {
    return this.db.transaction(work)();
  }

  /** Begins the list of an import's households, in place of an earlier one. */
  clear({ no }: Of): void {
    this.transaction(() => {
      this.db.prepare('DELETE FROM undos WHERE import = ?').run(no);
      this.db.prepare('DELETE FROM undo_households WHERE import = ?').run(no);
    });
  }

  putHouseholds({ no }: Of, first: number, households: readonly string[]): void {
    const put = this.db.prepare('INSERT INTO undo_households (import, n, household) VALUES (?, ?, ?)');
    this.transaction(() => {
      for (const [index, household] of households.entries()) put.run(no, first + index, household);
    });
  }

  households({ no }: Of, from: number, limit: number): string[] {
    return this.db
      .prepare<[number, number, number], { household: string }>(
        'SELECT household FROM undo_households WHERE import = ? AND n >= ? ORDER BY n LIMIT ?',
      )
      .all(no, from, limit)
      .map(({ household }) => household);
  }

  /** Where withdrawing stands; undefined before it begins. */
  progress({ no }: Of): { readonly next: number; readonly done: UndoDone } | undefined {
    const row = this.db
      .prepare<[number], { next: number; done: string }>('SELECT next, done FROM undos WHERE import = ?')
      .get(no);
    return row && { next: row.next, done: JSON.parse(row.done) as UndoDone };
  }

  putProgress({ no }: Of, next: number, done: UndoDone): void {
    this.db
      .prepare('INSERT OR REPLACE INTO undos (import, next, done) VALUES (?, ?, ?)')
      .run(no, next, JSON.stringify(done));
  }

  /** The source's key of a household, where it names households by keys of its own. */
  findKey({ source }: Of, householdId: string): string | undefined {
    return this.db
      .prepare<[string, string], { key: string }>('SELECT key FROM households WHERE household = ? AND source = ?')
      .get(householdId, source)?.key;
  }

  /**
   * What the source said of facts before the import is what it is known to have said again. Where that was not kept, an empty digest
   * stands for it, which nothing told later equals: the next import looks at the fact itself.
   */
  restoreFacts({ no, source }: Of, facts: readonly WithdrawnFact[]): void {
    const before = this.db.prepare<[string, number, string, number], { digest: string }>(
      'SELECT digest FROM replaced_facts WHERE source = ? AND year = ? AND key = ? AND import = ?',
    );
    const put = this.db.prepare('UPDATE facts SET digest = ? WHERE source = ? AND year = ? AND key = ?');
    const remove = this.db.prepare('DELETE FROM facts WHERE source = ? AND year = ? AND key = ?');
    const forget = this.db.prepare(
      'DELETE FROM replaced_facts WHERE source = ? AND year = ? AND key = ? AND import = ?',
    );
    for (const { year, key, isRestored } of facts) {
      if (isRestored) put.run(before.get(source, year, key, no)?.digest ?? '', source, year, key);
      else remove.run(source, year, key);
      forget.run(source, year, key, no);
    }
  }
}
