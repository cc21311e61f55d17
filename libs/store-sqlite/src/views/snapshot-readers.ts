import type Database from 'better-sqlite3';

/** Long reads that may go on at once, each on a connection of its own. */
const readersMax = 2;

/** Connections for reads that take several turns of the event loop and must see one moment of the file. */
export class SnapshotReaders {
  private readonly idle: Database.Database[] = [];
  private readonly all: Database.Database[] = [];
  private readonly queue: ((db: Database.Database) => void)[] = [];

  constructor(private readonly open: () => Database.Database) {}

  /** Runs a read inside one read transaction. */
  async read<Result>(task: (db: Database.Database) => Promise<Result>): Promise<Result> {
    const db = await this.take();
    try {
      db.exec('BEGIN');
      return await task(db);
    } finally {
      if (db.inTransaction) db.exec('COMMIT');
      this.giveBack(db);
    }
  }

  close(): void {
    for (const db of this.all) db.close();
  }

  private async take(): Promise<Database.Database> {
    const idle = this.idle.pop();
    if (idle !== undefined) return idle;
    if (this.all.length < readersMax) {
      const db = this.open();
      this.all.push(db);
      return db;
    }
    return new Promise((resolve) => this.queue.push(resolve));
  }

  private giveBack(db: Database.Database): void {
    const next = this.queue.shift();
    if (next === undefined) this.idle.push(db);
    else next(db);
  }
}
