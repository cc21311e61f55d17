import Database from 'better-sqlite3';
import { flush } from './folder-files';

/** How long a snapshot waits for a database whose writer is closing or recovering, in milliseconds. */
const busyTimeoutMs = 30_000;
/** Pages (4 KiB) copied before the turn is given up: 8 MiB. */
const pagesPerTurn = 2048;

/**
 * A database as it is at one moment, from when it was taken until it is closed. Whoever writes to it goes on; its write-ahead log cannot
 * be cut back meanwhile.
 */
export class Snapshot {
  private constructor(private readonly db: Database.Database) {}

  /** Takes a snapshot of a file, which must be a database and be there. @throws SqliteError */
  static of(file: string): Snapshot {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    try {
      // The moment is that of the first read.
      db.exec('BEGIN');
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return new Snapshot(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /**
   * Copies it page by page into a new file, on the disk when this answers. The copy has no write-ahead log and can be read from a disk
   * that cannot be written.
   */
  async copyTo(file: string, onBytes: (done: number) => void): Promise<void> {
    const pageBytes = Number(this.db.pragma('page_size', { simple: true }));
    await this.db.backup(file, {
      progress({ totalPages, remainingPages }) {
        onBytes((totalPages - remainingPages) * pageBytes);
        return pagesPerTurn;
      },
    });
    const copy = new Database(file);
    try {
      // Alone with it, SQLite needs no shared memory beside the file.
      copy.pragma('locking_mode = EXCLUSIVE');
      copy.pragma('journal_mode = DELETE');
    } finally {
      copy.close();
    }
    flush(file);
  }

  close(): void {
    this.db.close();
  }
}
