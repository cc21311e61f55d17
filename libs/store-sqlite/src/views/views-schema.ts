import type Database from 'better-sqlite3';
import { prepareFormat } from '../file-format';

const formatVersion = 3;

const parked = (table: string): string => `
  CREATE TABLE ${table} (
    owner_no INTEGER NOT NULL, id TEXT NOT NULL, context TEXT NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL,
    view TEXT NOT NULL, event_id TEXT NOT NULL, cause TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
    attempts INTEGER NOT NULL, parked_at TEXT NOT NULL,
    PRIMARY KEY (owner_no, context, id, partition, seq)
  ) WITHOUT ROWID;
  CREATE INDEX ${table}_by_time ON ${table} (owner_no, parked_at, context, partition, seq);
`;

/** Every generation of a view's version has a number of its own; one of them is in service. */
const generations = `
  CREATE TABLE views (
    view_no INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, version INTEGER NOT NULL, generation INTEGER NOT NULL,
    shape TEXT NOT NULL, UNIQUE (name, version, generation)
  );
  CREATE TABLE views_in_service (
    name TEXT NOT NULL, version INTEGER NOT NULL, view_no INTEGER NOT NULL, PRIMARY KEY (name, version)
  ) WITHOUT ROWID;
  CREATE TABLE rebuilds (rebuild_no INTEGER PRIMARY KEY, rebuild_id TEXT NOT NULL UNIQUE, record TEXT NOT NULL);
`;

const upgradeFrom1 = `
  ALTER TABLE views RENAME TO views_1;
  ${generations}
  INSERT INTO views (view_no, name, version, generation, shape) SELECT view_no, name, version, 0, shape FROM views_1;
  INSERT INTO views_in_service (name, version, view_no) SELECT name, version, view_no FROM views_1;
  DROP TABLE views_1;
`;

const upgradeParkedFrom2 = (table: string): string => `
  ALTER TABLE ${table} ADD COLUMN code TEXT NOT NULL DEFAULT 'not-named';
  ALTER TABLE ${table} ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
  UPDATE ${table} SET code = 'behind', attempts = 0 WHERE cause = 'behind';
`;

const tables = `
  ${generations}
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

/** Makes the tables of a new views file, or brings those of an old one up to date. @throws SqliteRefused */
export function prepareViewsFile(db: Database.Database, file: string): void {
  const upgrades = { 1: upgradeFrom1, 2: upgradeParkedFrom2('view_parked') + upgradeParkedFrom2('policy_parked') };
  prepareFormat(db, file, { kind: 'views', version: formatVersion, tables, meta: {}, upgrades });
}
