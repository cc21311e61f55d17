import type Database from 'better-sqlite3';
import type { ViewShape } from '@faemban/event-sourcing';
import { SqliteRefused } from '../failures';

type Version = Pick<ViewShape, 'name' | 'version'>;

/** A generation as the file knows it. */
export interface NumberedGeneration {
  readonly viewNo: number;
  readonly generation: number;
}

/** Which numbers the generations of views have in a file, and which of them are in service. */
export class ViewNumbers {
  private readonly statements: ReturnType<typeof prepareStatements>;

  constructor(private readonly db: Database.Database) {
    this.statements = prepareStatements(db);
  }

  /**
   * The number in service; a version that was never there begins with generation 0. Inside a transaction.
   * @throws SqliteRefused where the version had another shape before
   */
  register(view: ViewShape): number {
    const { name, version } = view;
    const inService = this.inService(view);
    if (inService === undefined) {
      const viewNo = this.insert(view, 0);
      this.putInService(view, viewNo);
      return viewNo;
    }
    if (this.statements.shape.get(inService) === shapeText(view)) return inService;
    throw new SqliteRefused({
      th: `มุมมอง ${name} รุ่น ${version} มีดัชนี บริบท หรือตัววัดเปลี่ยนไปจากที่เก็บไว้ โปรดประกาศเป็นรุ่น ${version + 1}`,
      en: `The view ${name} version ${version} was stored with other indexes, contexts or measures. Declare it as version ${version + 1}.`,
    });
  }

  inService({ name, version }: Version): number | undefined {
    return this.statements.inService.get(name, version);
  }

  /** Moves the one pointer. */
  putInService({ name, version }: Version, viewNo: number): void {
    this.statements.putInService.run(name, version, viewNo);
  }

  all({ name, version }: Version): readonly NumberedGeneration[] {
    return this.statements.all.all(name, version);
  }

  /** A new generation behind all others. Inside a transaction. */
  next(view: ViewShape): NumberedGeneration {
    const generation = Math.max(-1, ...this.all(view).map((one) => one.generation)) + 1;
    return { viewNo: this.insert(view, generation), generation };
  }

  remove(viewNo: number): void {
    for (const table of ['view_checkpoints', 'view_epochs', 'views']) {
      this.db.prepare(`DELETE FROM ${table} WHERE view_no = ?`).run(viewNo);
    }
  }

  private insert(view: ViewShape, generation: number): number {
    return Number(this.statements.insert.run(view.name, view.version, generation, shapeText(view)).lastInsertRowid);
  }
}

const shapeText = ({ contexts, indexes, measures }: ViewShape): string =>
  JSON.stringify({ contexts: [...contexts].sort(), indexes, measures });

function prepareStatements(db: Database.Database) {
  return {
    shape: db.prepare<[number], string>('SELECT shape FROM views WHERE view_no = ?').pluck(),
    inService: db
      .prepare<[string, number], number>('SELECT view_no FROM views_in_service WHERE name = ? AND version = ?')
      .pluck(),
    putInService: db.prepare(
      `INSERT INTO views_in_service (name, version, view_no) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET view_no = excluded.view_no`,
    ),
    all: db.prepare<[string, number], NumberedGeneration>(
      'SELECT view_no AS viewNo, generation FROM views WHERE name = ? AND version = ? ORDER BY generation',
    ),
    insert: db.prepare('INSERT INTO views (name, version, generation, shape) VALUES (?, ?, ?, ?)'),
  };
}
