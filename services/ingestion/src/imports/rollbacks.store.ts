import type { Database } from '../staging/schema.store';
import type { ImportRecord } from './import-record';

/** What undoing an import would touch: households and recorded facts. */
export interface RollbackFound {
  readonly households: number;
  readonly facts: number;
}

/** What was found of imports that are to be undone; everything else about it the import's events say. */
export class RollbacksStore {
  constructor(private readonly db: Database) {}

  find({ no }: Pick<ImportRecord, 'no'>): RollbackFound | undefined {
    const row = this.db.prepare<[number], { found: string }>('SELECT found FROM rollbacks WHERE import = ?').get(no);
    return row && (JSON.parse(row.found) as RollbackFound);
  }

  put({ no }: Pick<ImportRecord, 'no'>, found: RollbackFound): void {
    this.db.prepare('INSERT OR REPLACE INTO rollbacks (import, found) VALUES (?, ?)').run(no, JSON.stringify(found));
  }

  clear({ no }: Pick<ImportRecord, 'no'>): void {
    this.db.prepare('DELETE FROM rollbacks WHERE import = ?').run(no);
  }
}
