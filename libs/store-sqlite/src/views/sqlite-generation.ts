import { setImmediate as nextTurn } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import {
  CheckpointFenced,
  invariant,
  vectorKey,
  type FillStep,
  type FindParked,
  type GenerationHandle,
  type GenerationPart,
  type GenerationRow,
  type ReplayStep,
  type SequenceKey,
  type Vector,
  type ViewBatch,
  type ViewHandle,
  type ViewShape,
} from '@faemban/event-sourcing';
import type { WrittenBytes } from '../checkpointer';
import { withStorage } from '../failures';
import { DocumentTable } from './document-table';
import { endFilling, FillingTable, isFilling } from './filling-table';
import { ParkedTable } from './parked-table';
import type { SnapshotReaders } from './snapshot-readers';
import { TallyTable, type CounterRow } from './tally-table';

/** About what a changed row, or a counter, costs in the write-ahead log: most of a page, since neighbours seldom change together. */
const rowBytes = 3000;
const counterBytes = 2000;
/** What a counter costs that comes in the order of its key. */
const sortedCounterBytes = 150;
/** Counters put in one transaction when they come in order: a few milliseconds. */
const sortedCounters = 2_000;
/** Rows removed in one transaction when a generation is dropped: a few milliseconds. */
const dropRows = 500;

/** What every generation of a file shares. */
export interface ViewsFile {
  readonly db: Database.Database;
  readonly readers: SnapshotReaders;
  readonly written: WrittenBytes;
}

/** One generation of a view's version: its rows, counters, checkpoints and parked events under one number. */
export class SqliteGeneration<Doc extends object> implements GenerationHandle {
  private readonly statements: ReturnType<typeof prepareStatements>;
  private readonly documents: DocumentTable<Doc>;
  private readonly tally: TallyTable | undefined;
  private readonly parkedTable: ParkedTable;
  private filling: FillingTable | undefined;
  private readonly db: Database.Database;
  private readonly written: WrittenBytes;
  private readonly applyStep: Database.Transaction<(batch: ViewBatch) => void>;
  private readonly fillStep: Database.Transaction<(step: FillStep) => void>;
  private readonly replayStep: Database.Transaction<(step: ReplayStep) => void>;

  /** Makes the tables where they are not there yet; inside a transaction. */
  constructor(
    private readonly file: ViewsFile,
    readonly viewNo: number,
    private readonly shape: ViewShape,
  ) {
    const { db, readers, written } = file;
    this.db = db;
    this.written = written;
    const { measures } = shape;
    const isBeingFilled = isFilling(db, viewNo);
    this.documents = new DocumentTable<Doc>(db, viewNo, shape, !isBeingFilled);
    this.filling = isBeingFilled ? new FillingTable(db, viewNo, measures?.length ?? 0) : undefined;
    this.tally = measures === undefined ? undefined : new TallyTable(db, readers, viewNo, measures.length);
    this.parkedTable = new ParkedTable(db, 'view_parked', viewNo);
    this.statements = prepareStatements(db);
    this.applyStep = db.transaction((batch: ViewBatch) => this.write(batch));
    this.fillStep = db.transaction((step: FillStep) => this.writeFill(step));
    this.replayStep = db.transaction((step: ReplayStep) => this.writeReplay(step));
  }

  async checkpoint() {
    return withStorage(() => this.vectorIn(this.db));
  }

  async take(partition: number) {
    return withStorage(() => this.statements.take.get(this.viewNo, partition) ?? 0);
  }

  async apply(batch: ViewBatch) {
    withStorage(() => this.applyStep.immediate(batch));
    this.written.add(batch.puts.length * rowBytes + batch.tallies.length * counterBytes);
  }

  async fill(step: FillStep) {
    withStorage(() => this.fillStep.immediate(step));
    this.written.add(step.puts.length * rowBytes + step.counters.length * counterBytes);
  }

  async finishFilling() {
    const { filling, tally, db, viewNo } = this;
    if (filling === undefined) return;
    if (isFilling(db, viewNo)) {
      if (tally !== undefined) await this.file.readers.read((reader) => this.sortIn(filling.inOrder(reader), tally));
      // Each in a step of its own: sorting the rows of a province by one index takes about as long as a disk to flush.
      for (const index of this.documents.indexes) {
        withStorage(() => this.documents.createIndex(index));
        await nextTurn();
      }
      withStorage(() => endFilling(db, viewNo));
    }
    this.filling = undefined;
  }

  async replay(step: ReplayStep) {
    withStorage(() => this.replayStep.immediate(step));
    const { puts, tallies, taken, parked } = step;
    this.written.add((puts.length + taken.length + parked.length) * rowBytes + tallies.length * counterBytes);
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

  async parkedSequences(find: FindParked) {
    return withStorage(() => this.parkedTable.sequences(find));
  }

  async parkedOf(sequence: SequenceKey, limit: number) {
    return withStorage(() => this.parkedTable.ofSequence(sequence, limit));
  }

  async parkedCauses() {
    return withStorage(() => this.parkedTable.causes());
  }

  /** Where it stands as another connection sees it. */
  vectorIn(db: Database.Database): Vector {
    const rows = db
      .prepare<[number], readonly [context: string, partition: number, seq: number]>(
        'SELECT context, partition, seq FROM view_checkpoints WHERE view_no = ? ORDER BY context, partition',
      )
      .raw()
      .all(this.viewNo);
    return Object.fromEntries(rows.map(([context, partition, seq]) => [`${context}/${partition}`, seq]));
  }

  /** Its rows behind a key as another connection sees them. */
  rowsIn(db: Database.Database, part: GenerationPart, afterKey: string, limit: number): readonly GenerationRow[] {
    if (part === 'documents') return this.documents.rowsBehind(db, afterKey, limit);
    if (part === 'parked') return this.parkedTable.rowsBehind(db, afterKey, limit);
    return this.tally?.rowsBehind(db, afterKey, limit) ?? [];
  }

  /** Whoever writes under the epochs of another generation is fenced here: these are above both. */
  outrankEpochsOf(other: SqliteGeneration<Doc>): void {
    this.statements.outrank.run({ mine: this.viewNo, other: other.viewNo });
  }

  /** Removes a bounded number of rows; false once nothing is left but the empty tables. */
  removeSome(): boolean {
    let removed = 0;
    this.db
      .transaction(() => {
        for (const table of [`documents_${this.viewNo}`, ...(this.tally ? [`counters_${this.viewNo}`] : [])]) {
          const key = table.startsWith('documents')
            ? 'row_no'
            : 'level, round, ruleset, area, valid_day, known_day, partition';
          const some = `SELECT ${key} FROM ${table} LIMIT ${dropRows}`;
          removed += this.db.prepare(`DELETE FROM ${table} WHERE (${key}) IN (${some})`).run().changes;
        }
      })
      .immediate();
    this.written.add(removed * rowBytes);
    return removed > 0;
  }

  /** Removes the empty tables and what is parked; inside a transaction. */
  removeTables(): void {
    endFilling(this.db, this.viewNo);
    this.db.exec(`DROP TABLE IF EXISTS documents_${this.viewNo}; DROP TABLE IF EXISTS counters_${this.viewNo}`);
    this.parkedTable.clear();
  }

  private async sortIn(rows: Iterable<CounterRow>, tally: TallyTable): Promise<void> {
    let some: CounterRow[] = [];
    const put = this.db.transaction((waiting: readonly CounterRow[]) => tally.put(waiting));
    const flush = async (): Promise<void> => {
      withStorage(() => put.immediate(some));
      this.written.add(some.length * sortedCounterBytes);
      some = [];
      await nextTurn();
    };
    for (const row of rows) {
      some.push(row);
      if (some.length === sortedCounters) await flush();
    }
    await flush();
  }

  private write(batch: ViewBatch): void {
    const { context, partition, fromSeq, toSeq, epoch, parked } = batch;
    this.mustStandAt(fromSeq - 1, { context, partition, epoch });
    this.change(batch);
    this.parkedTable.add(parked);
    this.statements.moveCheckpoint.run(this.viewNo, context, partition, toSeq);
  }

  private writeReplay(step: ReplayStep): void {
    const { context, partition, atSeq, taken, parked } = step;
    this.mustStandAt(atSeq, step);
    this.parkedTable.take(context, partition, taken);
    this.change(step);
    this.parkedTable.add(parked);
  }

  private mustStandAt(
    seq: number,
    { context, partition, epoch }: Pick<ViewBatch, 'context' | 'partition' | 'epoch'>,
  ): void {
    const where = `${this.shape.name} ${vectorKey(context, partition)}`;
    if (this.statements.epoch.get(this.viewNo, partition) !== epoch) {
      throw new CheckpointFenced(`${where}: epoch ${epoch} was overtaken.`);
    }
    const stands = this.statements.checkpoint.get(this.viewNo, context, partition) ?? 0;
    if (stands !== seq) throw new CheckpointFenced(`${where}: the checkpoint is ${stands}, not ${seq}.`);
  }

  private change({
    partition,
    puts,
    removals,
    tallies,
  }: Pick<ViewBatch, 'partition' | 'puts' | 'removals' | 'tallies'>): void {
    for (const put of puts) this.documents.put(put);
    for (const id of removals) this.documents.remove(id);
    if (tallies.length === 0) return;
    invariant(this.tally !== undefined, `${this.shape.name} is a tally, since it books differences`);
    this.tally.book(partition, tallies);
  }

  private writeFill({ partition, puts, counters, parked, vector = {} }: FillStep): void {
    invariant(this.filling !== undefined, `generation ${this.viewNo} of ${this.shape.name} is being filled`);
    for (const put of puts) this.documents.fill(put);
    invariant(
      counters.length === 0 || this.tally !== undefined,
      `${this.shape.name} is a tally, since it has counters`,
    );
    this.filling.add(partition, counters);
    this.parkedTable.add(parked);
    for (const [key, seq] of Object.entries(vector)) {
      const [context = '', ofPartition = ''] = key.split('/');
      invariant(Number(ofPartition) === partition, 'a partition is filled with its own checkpoints');
      this.statements.moveCheckpoint.run(this.viewNo, context, partition, seq);
    }
  }
}

function prepareStatements(db: Database.Database) {
  return {
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
    outrank: db.prepare<[{ mine: number; other: number }]>(
      `INSERT INTO view_epochs (view_no, partition, epoch)
       SELECT @mine, partition, max(epoch) + 1 FROM view_epochs WHERE view_no IN (@mine, @other) GROUP BY partition
       ON CONFLICT DO UPDATE SET epoch = excluded.epoch`,
    ),
  };
}
