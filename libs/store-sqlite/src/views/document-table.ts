import type Database from 'better-sqlite3';
import type { Find, GenerationRow, Page, Put, StoredSlices, ViewShape } from '@faemban/event-sourcing';
import { fieldsOf, fromColumn, queryOf, readCursor, toColumn, writeCursor } from './index-query';

/**
 * The rows of one version of a view: slices as JSON text, the indexed fields as columns, one SQL index per declared index over the rows
 * that show something. New rows go to the end of the table, whatever their ids, so that filling it writes few pages.
 */
export class DocumentTable<Doc extends object> {
  private readonly columns: ReadonlyMap<string, string>;
  private readonly statements: ReturnType<DocumentTable<Doc>['prepareStatements']>;
  private readonly questions = new Map<string, Database.Statement>();
  private readonly table: string;

  constructor(
    private readonly db: Database.Database,
    private readonly viewNo: number,
    private readonly shape: ViewShape,
    hasIndexes: boolean,
  ) {
    this.table = `documents_${viewNo}`;
    const fields = [...new Set(Object.values(shape.indexes).flat())].sort();
    this.columns = new Map(fields.map((field, place) => [field, `field_${place}`]));
    this.create();
    if (hasIndexes) for (const index of this.indexes) this.createIndex(index);
    this.statements = this.prepareStatements();
  }

  /** The names of the declared indexes. */
  get indexes(): readonly string[] {
    return Object.keys(this.shape.indexes);
  }

  /** Makes a declared index where it is not there yet: over rows that are there, in one sorting. */
  createIndex(index: string): void {
    const over = [...this.columnsOf(index), 'id'].join(', ');
    this.db.exec(`CREATE INDEX IF NOT EXISTS ${this.indexName(index)} ON ${this.table} (${over}) WHERE shown = 1`);
  }

  /** Inside a transaction. A row whose indexed fields stay as they are leaves the indexes alone. */
  put({ id, slices, indexed }: Put): void {
    const text = JSON.stringify(slices);
    const [isShown, ...fields] = this.shownAs(indexed);
    const unmoved = this.statements.replaceSlices.run(text, id, isShown, ...fields).changes;
    if (unmoved === 0) this.statements.upsert.run(id, text, isShown, ...fields);
  }

  /** Inside a transaction: a row that is most likely new. */
  fill({ id, slices, indexed }: Put): void {
    this.statements.upsert.run(id, JSON.stringify(slices), ...this.shownAs(indexed));
  }

  /** Inside a transaction. */
  remove(id: string): void {
    this.statements.remove.run(id);
  }

  slices(ids: readonly string[]): ReadonlyMap<string, StoredSlices> {
    const found = new Map<string, StoredSlices>();
    for (const id of ids) {
      const row = this.statements.get.get(id);
      if (row !== undefined) found.set(id, JSON.parse(row[0]) as StoredSlices);
    }
    return found;
  }

  get(ids: readonly string[]): ReadonlyMap<string, Doc> {
    const found = new Map<string, Doc>();
    for (const id of ids) {
      const row = this.statements.get.get(id);
      const doc = row?.[1] === 1 ? this.show(id, row[0]) : undefined;
      if (doc !== undefined) found.set(id, doc);
    }
    return found;
  }

  find(find: Find): Page<Doc> {
    const { index, limit } = find;
    const columns = this.columnsOf(index);
    const after = find.after === undefined ? undefined : readCursor(find.after, this.viewNo, index, columns.length);
    const { where, order, values } = queryOf(find, columns, after);
    const statement = this.ask(
      `SELECT id, slices${columns.map((column) => `, ${column}`).join('')}
       FROM ${this.table} INDEXED BY ${this.indexName(index)} WHERE ${where} ORDER BY ${order} LIMIT ?`,
    );
    const rows = statement.raw().all(...values, limit + 1) as [id: string, slices: string, ...(string | number)[]][];
    const page = rows.slice(0, limit);
    const items = page.map(([id, slices]) => this.show(id, slices)).filter((doc) => doc !== undefined);
    const last = page.at(-1);
    if (rows.length <= limit || last === undefined) return { items };
    const [id, , ...key] = last;
    return { items, next: writeCursor(this.viewNo, index, { key: key.map(fromColumn), id }) };
  }

  count({ index, equals, prefix }: Pick<Find, 'index' | 'equals' | 'prefix'>): number {
    const { where, values } = queryOf({ equals, prefix }, this.columnsOf(index));
    const statement = this.ask(`SELECT count(*) FROM ${this.table} INDEXED BY ${this.indexName(index)} WHERE ${where}`);
    return statement.pluck().get(...values) as number;
  }

  /** The rows behind an id, by code point, in a form that does not depend on the order in which contexts were folded. */
  rowsBehind(db: Database.Database, afterId: string, limit: number): readonly GenerationRow[] {
    const fields = [...this.columns.values()].map((column) => `, ${column}`).join('');
    const rows = db
      .prepare(`SELECT id, slices, shown${fields} FROM ${this.table} WHERE id > ? ORDER BY id LIMIT ?`)
      .raw()
      .all(afterId, limit) as [id: string, slices: string, shown: number, ...(string | number)[]][];
    return rows.map(([id, slices, shown, ...indexed]) => {
      const stored = JSON.parse(slices) as StoredSlices;
      const sorted = Object.keys(stored)
        .sort()
        .map((context) => [context, stored[context]]);
      return { key: id, content: JSON.stringify([sorted, shown, indexed]) };
    });
  }

  private shownAs(indexed: Put['indexed']): readonly [isShown: number, ...fields: (string | number)[]] {
    return [indexed === undefined ? 0 : 1, ...[...this.columns.keys()].map((field) => toColumn(indexed?.[field]))];
  }

  private show(id: string, slices: string): Doc | undefined {
    const stored = JSON.parse(slices) as StoredSlices;
    const states: Record<string, unknown> = {};
    for (const context of Object.keys(stored)) states[context] = stored[context]?.state;
    return this.shape.show(states, id) as Doc | undefined;
  }

  private columnsOf(index: string): readonly string[] {
    return fieldsOf(this.shape, index).map((field) => this.columns.get(field) ?? field);
  }

  private indexName(index: string): string {
    return `${this.table}_${Object.keys(this.shape.indexes).indexOf(index)}`;
  }

  /** A prepared question; there are few different ones, since only values vary. */
  private ask(sql: string): Database.Statement {
    const statement = this.questions.get(sql) ?? this.db.prepare(sql);
    this.questions.set(sql, statement);
    return statement;
  }

  private create(): void {
    const fields = [...this.columns.values()].map((column) => `, ${column}`).join('');
    this.db.exec(
      `CREATE TABLE IF NOT EXISTS ${this.table} (
         row_no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, shown INTEGER NOT NULL${fields}, slices TEXT NOT NULL
       )`,
    );
  }

  private prepareStatements() {
    const { db, table } = this;
    const columns = [...this.columns.values()];
    return {
      get: db
        .prepare<[string], readonly [slices: string, shown: number]>(`SELECT slices, shown FROM ${table} WHERE id = ?`)
        .raw(),
      replaceSlices: db.prepare(
        `UPDATE ${table} SET slices = ? WHERE id = ? AND shown = ?${columns.map((column) => ` AND ${column} = ?`).join('')}`,
      ),
      upsert: db.prepare(
        `INSERT INTO ${table} (id, slices, shown${columns.map((column) => `, ${column}`).join('')})
         VALUES (?, ?, ?${', ?'.repeat(columns.length)})
         ON CONFLICT (id) DO UPDATE SET slices = excluded.slices, shown = excluded.shown${columns
           .map((column) => `, ${column} = excluded.${column}`)
           .join('')}`,
      ),
      remove: db.prepare(`DELETE FROM ${table} WHERE id = ?`),
    };
  }
}
