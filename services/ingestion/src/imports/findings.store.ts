import type { ImportPart } from '@faemban/contracts';
import type { RowProblem } from '../sources/row-problem';
import type { Database } from '../staging/schema.store';
import type { ImportRecord } from './import-record';

/** Problems kept of an import, of each severity; all are counted. */
export const problemsKeptMax = 10_000;

/** Somebody has to look at this before it can be applied. */
export interface Review {
  readonly part: ImportPart;
  readonly row: number;
  readonly reason: string;
  readonly area: string | null;
  /** The place of the household in the file, where a household waits. */
  readonly ord?: number;
  readonly th: string;
  readonly en: string;
}

/** What was found wrong with an import, row by row, and what somebody has to look at. */
export class FindingsStore {
  constructor(private readonly db: Database) {}

  addProblems({ no }: Pick<ImportRecord, 'no'>, firstN: number, problems: readonly RowProblem[]): void {
    const add = this.db.prepare(
      'INSERT INTO problems (import, n, part, row, col, code, severity, th, en) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.db.transaction(() => {
      for (const [index, { part, row, column, code, severity, sentence }] of problems.entries()) {
        add.run(no, firstN + index, part, row, column, code, severity, sentence.th, sentence.en);
      }
    })();
  }

  /** Errors first, then warnings, each in the order they were found. */
  problems(
    { no }: Pick<ImportRecord, 'no'>,
    after: readonly [string, number],
    limit: number,
  ): (RowProblem & { n: number })[] {
    return this.db
      .prepare<[number, string, number, number], RowProblem & { n: number; th: string; en: string }>(
        `SELECT n, part, row, col AS "column", code, severity, th, en FROM problems
         WHERE import = ? AND (severity, n) > (?, ?) ORDER BY severity, n LIMIT ?`,
      )
      .all(no, ...after, limit)
      .map(({ th, en, ...problem }) => ({ ...problem, sentence: { th, en } }));
  }

  addReviews({ no }: Pick<ImportRecord, 'no'>, firstN: number, reviews: readonly Review[]): void {
    const add = this.db.prepare(
      'INSERT INTO reviews (import, n, part, row, reason, area, th, en) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.db.transaction(() => {
      for (const [index, { part, row, reason, area, th, en }] of reviews.entries()) {
        add.run(no, firstN + index, part, row, reason, area, th, en);
      }
    })();
  }

  reviews({ no }: Pick<ImportRecord, 'no'>, after: number, limit: number): (Review & { n: number })[] {
    return this.db
      .prepare<[number, number, number], Review & { n: number }>(
        'SELECT n, part, row, reason, area, th, en FROM reviews WHERE import = ? AND n > ? ORDER BY n LIMIT ?',
      )
      .all(no, after, limit);
  }

  /** Forgets what an earlier, unfinished validation found. */
  clear({ no }: Pick<ImportRecord, 'no'>): void {
    for (const table of ['problems', 'reviews']) this.db.prepare(`DELETE FROM ${table} WHERE import = ?`).run(no);
  }
}
