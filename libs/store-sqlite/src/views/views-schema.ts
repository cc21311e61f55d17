import type Database from 'better-sqlite3';
import { prepareFormat } from '../file-format';

const formatVersion = 1;

const parked = (table: string): string => `
  CREATE TABLE ${table} (
    owner_no INTEGER NOT NULL, id TEXT NOT NULL, context TEXT NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL,
    view TEXT NOT NULL, event_id TEXT NOT NULL, cause TEXT NOT NULL, message TEXT NOT NULL, parked_at TEXT NOT NULL,
    PRIMARY KEY (owner_no, context, id, partition, seq)
  ) WITHOUT ROWID;
  CREATE INDEX ${table}_by_time ON ${table} (owner_no, parked_at, context, partition, seq);
`;

const tables = `
  CREATE TABLE views (
    view_no INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, shape TEXT NOT NULL, UNIQUE (name, version)
  );
  CREATE TABLE view_checkpoints (
    view_no INTEGER NOT NULL, context TEXT NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (view_no, context, partition)
  ) WITHOUT ROWID;
  CREATE TABLE view_epochs (
    view_no INTEGER NOT NULL, partition INTEGER NOT NULL, epoch INTEGER NOT NULL, PRIMARY KEY (view_no, partition)
  ) WITHOUT ROWID;
  CREATE TABLE policies (policy_no INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, context TEXT NOT NULL);
  CREATE TABLE policy_checkpoints (
    policy_no INTEGER NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (policy_no, partition)
  ) WITHOUT ROWID;
  CREATE TABLE policy_refusals (
    policy_no INTEGER NOT NULL, event_id TEXT NOT NULL, rule TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (policy_no, event_id, rule)
  ) WITHOUT ROWID;
  CREATE INDEX policy_refusals_by_time ON policy_refusals (policy_no, at);
  ${parked('view_parked')}
  ${parked('policy_parked')}
`;

/** Makes the tables of a new views file, or checks those of an old one. @throws SqliteRefused */
export function prepareViewsFile(db: Database.Database, file: string): void {
  prepareFormat(db, file, { kind: 'views', version: formatVersion, tables, meta: {} });
}
