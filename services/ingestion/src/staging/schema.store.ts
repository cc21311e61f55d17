import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { openSqlite } from '@faemban/store-sqlite';

export type Database = ReturnType<typeof openSqlite>;

/**
 * How far every import is, and its files. Every change is durable when it is answered.
 */
export function openImportsFile(file: string): Database {
  mkdirSync(dirname(file), { recursive: true });
  const db = openSqlite(file, 'private');
  db.exec(`
    CREATE TABLE IF NOT EXISTS imports (
      no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, command TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, source TEXT NOT NULL,
      round INTEGER NOT NULL, mapping TEXT NOT NULL, state TEXT NOT NULL, created_at TEXT NOT NULL, ended_at TEXT,
      found TEXT, applied TEXT, serial INTEGER NOT NULL DEFAULT 0, same_as TEXT, swept INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE IF NOT EXISTS rollbacks (import INTEGER PRIMARY KEY, found TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS area_mappings (
      id TEXT PRIMARY KEY, source TEXT NOT NULL, code TEXT NOT NULL, state TEXT NOT NULL
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS files (
      import INTEGER NOT NULL, part TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (import, part)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS restorations (import INTEGER PRIMARY KEY, since TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS compared (partition INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
  `);
  return db;
}

/**
 * What was found in each import, what is staged of it, how far it is applied, and what each source has said already: keyed hashes, ids,
 * counts and codes, nothing personal in the clear. Written often and in bulk, so a power cut may take the last steps, all of them
 * together; they are made durable before anything is told that rests on them.
 */
export function openStagingFile(file: string): Database {
  mkdirSync(dirname(file), { recursive: true });
  const db = openSqlite(file, 'views', { version: 0 });
  db.exec(`
    CREATE TABLE IF NOT EXISTS problems (
      import INTEGER NOT NULL, n INTEGER NOT NULL, part TEXT NOT NULL, row INTEGER NOT NULL, col TEXT, code TEXT NOT NULL,
      severity TEXT NOT NULL, th TEXT NOT NULL, en TEXT NOT NULL, PRIMARY KEY (import, n)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS reviews (
      import INTEGER NOT NULL, n INTEGER NOT NULL, part TEXT NOT NULL, row INTEGER NOT NULL, reason TEXT NOT NULL,
      area TEXT, th TEXT NOT NULL, en TEXT NOT NULL, PRIMARY KEY (import, n)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS frames (
      import INTEGER NOT NULL, kind TEXT NOT NULL, bucket INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (import, kind, bucket, number)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS staged (
      import INTEGER NOT NULL, ord INTEGER NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, verdict TEXT NOT NULL,
      persons INTEGER NOT NULL, PRIMARY KEY (import, ord)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS registrations (
      import INTEGER NOT NULL, household TEXT NOT NULL, year INTEGER NOT NULL, person TEXT NOT NULL, flags INTEGER NOT NULL,
      PRIMARY KEY (import, household, year, person)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS fragilities (
      import INTEGER NOT NULL, household TEXT NOT NULL, flags INTEGER NOT NULL, row INTEGER NOT NULL,
      contradicted INTEGER NOT NULL, PRIMARY KEY (import, household)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS applications (
      import INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, applied TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS households (
      source TEXT NOT NULL, key TEXT NOT NULL, household TEXT NOT NULL, import INTEGER NOT NULL, PRIMARY KEY (source, key)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS facts (
      source TEXT NOT NULL, year INTEGER NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (source, year, key)
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX IF NOT EXISTS households_by_id ON households (household);
    CREATE TABLE IF NOT EXISTS replaced_facts (
      source TEXT NOT NULL, year INTEGER NOT NULL, key TEXT NOT NULL, import INTEGER NOT NULL, digest TEXT NOT NULL,
      PRIMARY KEY (source, year, key, import)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS waiting (
      import INTEGER NOT NULL, n INTEGER NOT NULL, source TEXT NOT NULL, round INTEGER NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL,
      row INTEGER NOT NULL, reason TEXT NOT NULL, area TEXT, ord INTEGER, since TEXT NOT NULL, PRIMARY KEY (import, n)
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX IF NOT EXISTS waiting_households ON waiting (import, ord) WHERE ord IS NOT NULL;
    CREATE TABLE IF NOT EXISTS waiting_applied (
      import INTEGER NOT NULL, mapping TEXT NOT NULL, households INTEGER NOT NULL, surveyed INTEGER NOT NULL,
      PRIMARY KEY (import, mapping)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS undos (import INTEGER PRIMARY KEY, next INTEGER NOT NULL, done TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS undo_households (
      import INTEGER NOT NULL, n INTEGER NOT NULL, household TEXT NOT NULL, PRIMARY KEY (import, n)
    ) WITHOUT ROWID, STRICT;
  `);
  return db;
}

/** The secrets of the batches, apart from everything else: without its secret a batch's files cannot be opened. */
export function openBatchSecrets(file: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = openSqlite(file, 'private');
  db.exec('CREATE TABLE IF NOT EXISTS batches (import TEXT PRIMARY KEY, secret BLOB NOT NULL) WITHOUT ROWID, STRICT');
  return db;
}
