import type Database from 'better-sqlite3';
import { invariant, type TallyDifference } from '@faemban/event-sourcing';
import { VectorWriter } from './sparse-vector';
import type { CounterRow } from './tally-table';

/**
 * Where counters of a generation wait while it is filled, in the order they come, and the sign that it is being filled. Every partition
 * has counters all over the table they belong to; written there partition by partition, nearly each would cost a page of its own. Once
 * all are there they are read in the order of their keys, and the table grows at its end only.
 */
export class FillingTable {
  private readonly table: string;
  private readonly writer: VectorWriter;
  private readonly scratch: Float64Array;
  private readonly insert: Database.Statement;

  /** Only where {@link isFilling} says that there is one. */
  constructor(
    db: Database.Database,
    viewNo: number,
    private readonly measureCount: number,
  ) {
    this.table = tableOf(viewNo);
    this.writer = new VectorWriter(measureCount);
    this.scratch = new Float64Array(measureCount);
    this.insert = db.prepare(`INSERT INTO ${this.table} (${columns}, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  /** Inside a transaction. The same counters again do no harm: the last to come is what counts. */
  add(partition: number, counters: readonly TallyDifference[]): void {
    for (const { level, round, ruleset, area, validDay, knownDay, add } of counters) {
      for (const [measure, amount] of add) {
        invariant(measure >= 0 && measure < this.measureCount, `measure ${measure} is one of ${this.measureCount}`);
        this.scratch[measure] = amount;
      }
      const vector = this.writer.write(this.scratch);
      for (const measure of add.keys()) this.scratch[measure] = 0;
      if (vector.length > 0) this.insert.run(level, round, ruleset, area, validDay, knownDay, partition, vector);
    }
  }

  /** All of them in the order of their keys, read through a connection of its own. */
  inOrder(reader: Database.Database): IterableIterator<CounterRow> {
    return reader
      .prepare<[], CounterRow>(`SELECT ${columns}, vector FROM ${this.table} ORDER BY ${columns}, row_no`)
      .raw()
      .iterate();
  }
}

const columns = 'level, round, ruleset, area, valid_day, known_day, partition';
const tableOf = (viewNo: number): string => `filling_${viewNo}`;

/** Says that a generation is being filled. Inside a transaction. */
export function beginFilling(db: Database.Database, viewNo: number): void {
  db.exec(
    `CREATE TABLE ${tableOf(viewNo)} (
       row_no INTEGER PRIMARY KEY, level TEXT NOT NULL, round TEXT NOT NULL, ruleset TEXT NOT NULL, area TEXT NOT NULL,
       valid_day TEXT NOT NULL, known_day TEXT NOT NULL, partition INTEGER NOT NULL, vector BLOB NOT NULL
     )`,
  );
}

/** Whether a generation is still being filled. */
export function isFilling(db: Database.Database, viewNo: number): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(tableOf(viewNo)) !== undefined;
}

/** Says that a generation is filled, or that there will be none. */
export function endFilling(db: Database.Database, viewNo: number): void {
  db.exec(`DROP TABLE IF EXISTS ${tableOf(viewNo)}`);
}
