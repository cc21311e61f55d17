import type Database from 'better-sqlite3';
import {
  CheckpointFenced,
  invariant,
  vectorKey,
  type PolicyStore,
  type ViewBatch,
  type ViewHandle,
  type ViewShape,
  type ViewStore,
} from '@faemban/event-sourcing';
import { WrittenBytes } from '../checkpointer';
import { SqliteRefused, withStorage } from '../failures';
import { openSqlite } from '../open-sqlite';
import { DocumentTable } from './document-table';
import { ParkedTable } from './parked-table';
import { SnapshotReaders } from './snapshot-readers';
import { createPolicyStore } from './sqlite-policies';
import { TallyTable } from './tally-table';
import { prepareViewsFile } from './views-schema';

/** About what a changed row, or a counter, costs in the write-ahead log: most of a page, since neighbours seldom change together. */
const rowBytes = 3000;
const counterBytes = 2000;

/** One service's read models and its policies' checkpoints, in one file. */
export interface SqliteViews {
  readonly views: ViewStore;
  readonly policies: PolicyStore;
  close(): Promise<void>;
}

/**
 * Opens a service's views file, made if it is not there. A batch and its checkpoint are one transaction: a power cut may lose the last
 * batches, which are then applied again from the log, but never half of one.
 * @throws SqliteRefused where the file is of another kind or version
 */
export async function openSqliteViews({ file }: { readonly file: string }): Promise<SqliteViews> {
  const db = openSqlite(file, 'views');
  try {
    prepareViewsFile(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
  const written = new WrittenBytes(file);
  const readers = new SnapshotReaders(() => openSqlite(file, 'views', { readonly: true }));
  return {
    views: { open: async (shape) => withStorage(() => openView(db, readers, written, shape)) },
    policies: createPolicyStore(db),
    async close() {
      readers.close();
      await written.close();
      db.close();
    },
  };
}

function openView<Doc extends object>(
  db: Database.Database,
  readers: SnapshotReaders,
  written: WrittenBytes,
  shape: ViewShape,
): ViewHandle<Doc> {
  const open = db.transaction(() => {
    const viewNo = registerView(db, shape);
    const documents = new DocumentTable<Doc>(db, viewNo, shape);
    const { measures } = shape;
    const tally = measures === undefined ? undefined : new TallyTable(db, readers, viewNo, measures.length);
    return new SqliteViewHandle(db, written, viewNo, shape, documents, tally);
  });
  return open.immediate();
}

/** The number of a version of a view; a new one gets the next. @throws SqliteRefused where the version had another shape before */
function registerView(db: Database.Database, { name, version, contexts, indexes, measures }: ViewShape): number {
  const shape = JSON.stringify({ contexts: [...contexts].sort(), indexes, measures });
  const found = db
    .prepare<[string, number], readonly [viewNo: number, shape: string]>(
      'SELECT view_no, shape FROM views WHERE name = ? AND version = ?',
    )
    .raw()
    .get(name, version);
  if (found === undefined) {
    const insert = db.prepare('INSERT INTO views (name, version, shape) VALUES (?, ?, ?)');
    return Number(insert.run(name, version, shape).lastInsertRowid);
  }
  if (found[1] === shape) return found[0];
  throw new SqliteRefused({
    th: `มุมมอง ${name} รุ่น ${version} มีดัชนี บริบท หรือตัววัดเปลี่ยนไปจากที่เก็บไว้ โปรดประกาศเป็นรุ่น ${version + 1}`,
    en: `The view ${name} version ${version} was stored with other indexes, contexts or measures. Declare it as version ${version + 1}.`,
  });
}

class SqliteViewHandle<Doc extends object> implements ViewHandle<Doc> {
  private readonly statements: ReturnType<typeof prepareStatements>;
  private readonly parkedTable: ParkedTable;
  private readonly applyStep: Database.Transaction<(batch: ViewBatch) => void>;

  constructor(
    db: Database.Database,
    private readonly written: WrittenBytes,
    private readonly viewNo: number,
    private readonly shape: ViewShape,
    private readonly documents: DocumentTable<Doc>,
    private readonly tally: TallyTable | undefined,
  ) {
    this.statements = prepareStatements(db);
    this.parkedTable = new ParkedTable(db, 'view_parked', viewNo);
    this.applyStep = db.transaction((batch: ViewBatch) => this.write(batch));
  }

  async checkpoint() {
    const rows = withStorage(() => this.statements.checkpoints.all(this.viewNo));
    return Object.fromEntries(rows.map(([context, partition, seq]) => [`${context}/${partition}`, seq]));
  }

  async take(partition: number) {
    return withStorage(() => this.statements.take.get(this.viewNo, partition) ?? 0);
  }

  async apply(batch: ViewBatch) {
    withStorage(() => this.applyStep.immediate(batch));
    this.written.add(batch.puts.length * rowBytes + batch.tallies.length * counterBytes);
  }

  async slices(ids: readonly string[]) {
    return withStorage(() => this.documents.slices(ids));
  }

  async get(ids: readonly string[]) {
    return withStorage(() => this.documents.get(ids));
  }

  async find(find: Parameters<ViewHandle['find']>[0]) {
    return withStorage(() => this.documents.find(find));
  }

  async count(find: Parameters<ViewHandle['count']>[0]) {
    return withStorage(() => this.documents.count(find));
  }

  async sum(question: Parameters<ViewHandle['sum']>[0]) {
    return this.tally?.sum(question) ?? [];
  }

  async parkedIds(context: string, ids: readonly string[]) {
    return withStorage(() => this.parkedTable.idsAmong(ids, [context]));
  }

  async parked(limit: number) {
    return withStorage(() => this.parkedTable.page(limit));
  }

  private write({ context, partition, fromSeq, toSeq, epoch, puts, removals, tallies, parked }: ViewBatch): void {
    const where = `${this.shape.name} ${vectorKey(context, partition)}`;
    if (this.statements.epoch.get(this.viewNo, partition) !== epoch) {
      throw new CheckpointFenced(`${where}: epoch ${epoch} was overtaken.`);
    }
    const stands = this.statements.checkpoint.get(this.viewNo, context, partition) ?? 0;
    if (stands !== fromSeq - 1)
      throw new CheckpointFenced(`${where}: the checkpoint is ${stands}, not ${fromSeq - 1}.`);
    for (const put of puts) this.documents.put(put);
    for (const id of removals) this.documents.remove(id);
    if (tallies.length > 0) {
      invariant(this.tally !== undefined, `${this.shape.name} is a tally, since it books differences`);
      this.tally.book(partition, tallies);
    }
    this.parkedTable.add(parked);
    this.statements.moveCheckpoint.run(this.viewNo, context, partition, toSeq);
  }
}

function prepareStatements(db: Database.Database) {
  return {
    checkpoints: db
      .prepare<[number], readonly [context: string, partition: number, seq: number]>(
        'SELECT context, partition, seq FROM view_checkpoints WHERE view_no = ?',
      )
      .raw(),
    checkpoint: db
      .prepare<[number, string, number], number>(
        'SELECT seq FROM view_checkpoints WHERE view_no = ? AND context = ? AND partition = ?',
      )
      .pluck(),
    moveCheckpoint: db.prepare(
      `INSERT INTO view_checkpoints (view_no, context, partition, seq) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET seq = excluded.seq`,
    ),
    epoch: db
      .prepare<[number, number], number>('SELECT epoch FROM view_epochs WHERE view_no = ? AND partition = ?')
      .pluck(),
    take: db
      .prepare<[number, number], number>(
        `INSERT INTO view_epochs (view_no, partition, epoch) VALUES (?, ?, 1)
         ON CONFLICT DO UPDATE SET epoch = epoch + 1 RETURNING epoch`,
      )
      .pluck(),
  };
}
