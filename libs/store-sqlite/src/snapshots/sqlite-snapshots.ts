import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import type { Snapshot, SnapshotStore } from '@faemban/event-sourcing';
import { withStorage } from '../failures';
import { prepareFormat } from '../file-format';
import { openSqlite } from '../open-sqlite';

const tables = `
  CREATE TABLE snapshots (
    context TEXT NOT NULL, stream TEXT NOT NULL, fold TEXT NOT NULL, version INTEGER NOT NULL, event_id TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (context, stream)
  ) WITHOUT ROWID;
`;
const format = { kind: 'snapshots', version: 1, tables, meta: {} } as const;

/** Snapshots of every context in a file of their own. */
export interface SqliteSnapshots {
  store(context: ContextName): SnapshotStore;
  close(): void;
}

/**
 * Opens the snapshots of an installation, and makes the folder and the file where they are missing. The file holds nothing that cannot be
 * made again: one that cannot be opened, for whatever reason, is deleted and begun anew.
 */
export function openSqliteSnapshots(file: string): SqliteSnapshots {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let db: Database.Database;
  try {
    db = openPrepared(file);
  } catch {
    // Whatever is wrong with it, the events say the same, and the next load of a long stream takes a snapshot again.
    for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
    db = openPrepared(file);
  }
  return { store: (context) => storeOf(db, context), close: () => db.close() };
}

function openPrepared(file: string): Database.Database {
  const db = openSqlite(file, 'views');
  try {
    prepareFormat(db, file, format);
    db.prepare('SELECT count(*) FROM snapshots').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function storeOf(db: Database.Database, context: ContextName): SnapshotStore {
  const find = db
    .prepare<[string, string, string], readonly [version: number, eventId: string, state: string]>(
      'SELECT version, event_id, state FROM snapshots WHERE context = ? AND stream = ? AND fold = ?',
    )
    .raw();
  const save = db.prepare(
    `INSERT INTO snapshots (context, stream, fold, version, event_id, state) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET fold = excluded.fold, version = excluded.version, event_id = excluded.event_id, state = excluded.state
     WHERE fold <> excluded.fold OR version < excluded.version`,
  );
  const clear = db.prepare('DELETE FROM snapshots WHERE context = ?');
  const streams = db.prepare<[string], string>('SELECT stream FROM snapshots WHERE context = ?').pluck();
  // Nearly every stream is short and has none: to know that without asking the file costs the usual load nothing.
  const known = new Set(streams.all(context));
  return {
    async find(stream, fold): Promise<Snapshot | undefined> {
      if (!known.has(stream)) return undefined;
      const found = withStorage(() => find.get(context, stream, fold));
      return found && { version: found[0], eventId: found[1], state: found[2] };
    },
    async save(stream, fold, { version, eventId, state }) {
      withStorage(() => save.run(context, stream, fold, version, eventId, state));
      known.add(stream);
    },
    async clear() {
      withStorage(() => clear.run(context));
      known.clear();
    },
  };
}
