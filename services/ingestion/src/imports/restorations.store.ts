import type { Database } from '../staging/schema.store';
import type { ImportRecord } from './import-record';
import type { ImportsStore } from './imports.store';

type Of = Pick<ImportRecord, 'no'>;

/** How far a partition of ingestion's log is known. */
export interface ComparedPlace {
  readonly partition: number;
  readonly seq: number;
}

/**
 * Imports of which events say more than ingestion's own files know: what they brought is recorded, and under which key its source knows
 * each household is not. Until they are restored nothing else is applied, or households would get a second id.
 */
export class RestorationsStore {
  constructor(
    private readonly db: Database,
    private readonly imports: ImportsStore,
  ) {}

  /** `since` is when the import was approved: in this order imports were applied, and are restored. ISO 8601. */
  add({ no }: Of, since: string): void {
    this.db.transaction(() => {
      this.db.prepare('INSERT OR REPLACE INTO restorations (import, since) VALUES (?, ?)').run(no, since);
      // Files that come again are deleted again in their time.
      this.db.prepare('UPDATE imports SET swept = 0 WHERE no = ?').run(no);
    })();
  }

  end({ no }: Of): void {
    this.db.prepare('DELETE FROM restorations WHERE import = ?').run(no);
  }

  isAwaited({ no }: Of): boolean {
    return this.db.prepare<[number]>('SELECT 1 FROM restorations WHERE import = ?').get(no) !== undefined;
  }

  /** Those awaited, in the order in which they have to be restored. */
  awaited(): ImportRecord[] {
    return this.db
      .prepare<[], { id: string }>(
        'SELECT imports.id FROM restorations JOIN imports ON imports.no = restorations.import ORDER BY since, imports.no',
      )
      .all()
      .map(({ id }) => this.imports.get(id));
  }

  /** How far the log was compared with the files, per partition. */
  comparedThrough(): ComparedPlace[] {
    return this.db.prepare<[], ComparedPlace>('SELECT partition, seq FROM compared').all();
  }

  putCompared(places: readonly ComparedPlace[]): void {
    const put = this.db.prepare('INSERT OR REPLACE INTO compared (partition, seq) VALUES (?, ?)');
    this.db.transaction(() => {
      for (const { partition, seq } of places) put.run(partition, seq);
    })();
  }
}
