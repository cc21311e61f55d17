import { setImmediate as nextTurn } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { invariant, type TallyDifference, type TallyQuestion, type TallySum } from '@faemban/event-sourcing';
import { addVector, VectorWriter } from './sparse-vector';
import type { SnapshotReaders } from './snapshot-readers';

/** Counters read in one turn of the event loop: some milliseconds of work. */
const pageRows = 4000;

type CounterRow = readonly [area: string, validDay: string, knownDay: string, partition: number, vector: Buffer];

/** The counters of one version of a tally: one sparse vector per (level, round, ruleset, area, valid day, known day, partition). */
export class TallyTable {
  private readonly writer: VectorWriter;
  private readonly scratch: Float64Array;
  private readonly table: string;
  private readonly statements: ReturnType<TallyTable['prepareStatements']>;

  constructor(
    private readonly db: Database.Database,
    private readonly readers: SnapshotReaders,
    viewNo: number,
    private readonly measureCount: number,
  ) {
    this.table = `counters_${viewNo}`;
    this.writer = new VectorWriter(measureCount);
    this.scratch = new Float64Array(measureCount);
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${this.table} (
         level TEXT NOT NULL, round TEXT NOT NULL, ruleset TEXT NOT NULL, area TEXT NOT NULL, valid_day TEXT NOT NULL,
         known_day TEXT NOT NULL, partition INTEGER NOT NULL, vector BLOB NOT NULL,
         PRIMARY KEY (level, round, ruleset, area, valid_day, known_day, partition)
       ) WITHOUT ROWID`,
    );
    this.statements = this.prepareStatements();
  }

  /** Adds differences to the counters of a partition, inside a transaction. A counter that returns to 0 goes. */
  book(partition: number, differences: readonly TallyDifference[]): void {
    for (const { level, round, ruleset, area, validDay, knownDay, add } of differences) {
      const key = [level, round, ruleset, area, validDay, knownDay, partition] as const;
      const before = this.statements.get.get(...key);
      this.scratch.fill(0);
      if (before !== undefined) addVector(before, this.scratch);
      for (const [measure, amount] of add) {
        invariant(measure >= 0 && measure < this.measureCount, `measure ${measure} is one of ${this.measureCount}`);
        this.scratch[measure] = (this.scratch[measure] ?? 0) + amount;
      }
      const after = this.writer.write(this.scratch);
      if (after.length > 0) this.statements.put.run(...key, after);
      else if (before !== undefined) this.statements.remove.run(...key);
    }
  }

  /**
   * Sums what was asked, area by area, at one moment. A small question is answered at once; a large one page by page from a snapshot,
   * giving way to others in between.
   */
  async sum(question: TallyQuestion): Promise<readonly TallySum[]> {
    const small = new Summing(question, this.measureCount);
    if (!small.take(this.statements.page.all(...small.next()))) return small.sums();
    return this.readers.read(async (db) => {
      const page = this.preparePage(db);
      const summing = new Summing(question, this.measureCount);
      while (summing.take(page.all(...summing.next()))) await nextTurn();
      return summing.sums();
    });
  }

  private preparePage(db: Database.Database) {
    return db
      .prepare<ReturnType<Summing['next']>, CounterRow>(
        `SELECT area, valid_day, known_day, partition, vector FROM ${this.table}
         WHERE level = ? AND round = ? AND ruleset = ? AND area >= ? AND area < ? AND valid_day <= ? AND known_day <= ?
           AND (area, valid_day, known_day, partition) > (?, ?, ?, ?)
         ORDER BY area, valid_day, known_day, partition LIMIT ${pageRows}`,
      )
      .raw();
  }

  private prepareStatements() {
    const { db, table } = this;
    const key =
      'level = ? AND round = ? AND ruleset = ? AND area = ? AND valid_day = ? AND known_day = ? AND partition = ?';
    return {
      get: db
        .prepare<[string, string, string, string, string, string, number], Buffer>(
          `SELECT vector FROM ${table} WHERE ${key}`,
        )
        .pluck(),
      put: db.prepare(
        `INSERT INTO ${table} (level, round, ruleset, area, valid_day, known_day, partition, vector)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET vector = excluded.vector`,
      ),
      remove: db.prepare(`DELETE FROM ${table} WHERE ${key}`),
      page: this.preparePage(db),
    };
  }
}

/** One question under way. */
class Summing {
  private readonly byArea = new Map<string, Float64Array>();
  private last: readonly [area: string, validDay: string, knownDay: string, partition: number];

  constructor(
    private readonly question: TallyQuestion,
    private readonly measureCount: number,
  ) {
    this.last = [question.under, '', '', -1];
  }

  /** What binds the next page. Days end with '9' where they are open: every day comes before it. */
  next() {
    const { level, round, ruleset, under, asOf = '9', asKnownAt = '9' } = this.question;
    const bounds = [level, round, ruleset, under, `${under}\u{10FFFF}`, asOf, asKnownAt] as const;
    return [...bounds, ...this.last] as [...typeof bounds, ...typeof this.last];
  }

  /** Adds a page; false when it was the last one. */
  take(rows: readonly CounterRow[]): boolean {
    for (const [area, , , , vector] of rows) {
      let sums = this.byArea.get(area);
      if (sums === undefined) {
        sums = new Float64Array(this.measureCount);
        this.byArea.set(area, sums);
      }
      addVector(vector, sums);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return false;
    const [area, validDay, knownDay, partition] = last;
    this.last = [area, validDay, knownDay, partition];
    return true;
  }

  /** Areas in rising order, without those where everything sums to nothing. */
  sums(): readonly TallySum[] {
    return [...this.byArea].filter(([, sums]) => sums.some((sum) => sum !== 0)).map(([area, sums]) => ({ area, sums }));
  }
}
