import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { VaultDocument } from '@faemban/contracts';
import { openSqlite } from '@faemban/store-sqlite';
import type { Compared, Entry, Erasure, Identity, Missing, VaultStore } from './vault-store';

type Database = ReturnType<typeof openSqlite>;

type IdentityRow = readonly [
  person: string,
  household: string,
  source: string,
  round: number,
  match: string,
  name: string,
];
type EntryRow = readonly [kind: string, result: string, sealed: Buffer];

const identityColumns = 'person, household, source, round, match, name';

/**
 * The vault on two SQLite files: `keys` holds secrets, keyed hashes and what is still to be announced; `entries` the sealed data.
 * What is deleted is overwritten, and the write-ahead log of `keys` is emptied on every erasure.
 *
 * What is read often is read as raw rows, without blobs and without ORDER BY, for which SQLite prepares the statement again at every
 * call: 7 µs for one instead of 90.
 */
export function openVaultStore(files: { readonly keys: string; readonly entries: string }): VaultStore {
  const keys = openKeys(files.keys);
  const entries = openEntries(files.entries);
  const selectMatch = keys
    .prepare<[string], IdentityRow>(`SELECT ${identityColumns} FROM identities WHERE match = ?`)
    .raw();
  const selectIdentity = keys
    .prepare<[string], IdentityRow>(`SELECT ${identityColumns} FROM identities WHERE person = ?`)
    .raw();
  const selectSecret = keys.prepare<[string], Buffer>('SELECT secret FROM identities WHERE person = ?').pluck();
  const addIdentity = keys.prepare(
    'INSERT INTO identities (person, household, source, round, match, name, secret) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const moveIdentity = keys.prepare('UPDATE identities SET household = ?, source = ?, round = ? WHERE person = ?');
  const putAnnouncements = keys.prepare('INSERT OR REPLACE INTO announcements (batch, body) VALUES (?, ?)');
  const forgetAnnouncements = keys.prepare('DELETE FROM announcements WHERE batch = ?');
  const putEntry = entries.prepare(
    `INSERT INTO entries (person, kind, result, sealed) VALUES (?, ?, ?, ?)
     ON CONFLICT (person) DO UPDATE SET kind = excluded.kind, result = excluded.result, sealed = excluded.sealed
     WHERE length(entries.sealed) > 0`,
  );
  const selectEntry = entries
    .prepare<[string], EntryRow>('SELECT kind, result, sealed FROM entries WHERE person = ?')
    .raw();
  const emptyEntry = entries.prepare("UPDATE entries SET sealed = x'' WHERE person = ?");

  const forgetIdentity = keys.prepare('DELETE FROM identities WHERE person = ?');
  const noteErased = keys.prepare('INSERT OR IGNORE INTO erased (person) VALUES (?)');
  const selectErased = keys.prepare<[string], number>('SELECT 1 FROM erased WHERE person = ?').pluck();
  const noteMissing = keys.prepare('INSERT OR IGNORE INTO missing (person, recorded_at) VALUES (?, ?)');
  const forgetMissing = keys.prepare('DELETE FROM missing WHERE person = ?');
  const selectMissing = keys.prepare<[string], number>('SELECT 1 FROM missing WHERE person = ?').pluck();
  const noteCompared = keys.prepare('INSERT OR REPLACE INTO compared (partition, seq) VALUES (?, ?)');
  /** Destroys an identity with its secret and notes that it is to stay so. */
  const destroy = (personId: string): void => {
    forgetIdentity.run(personId);
    forgetMissing.run(personId);
    noteErased.run(personId);
  };

  const begin = keys.prepare('BEGIN');
  const commit = keys.prepare('COMMIT');

  return {
    reading: (work) => {
      begin.run();
      try {
        return work();
      } finally {
        commit.run();
      }
    },
    identitiesOf: (matchHash) => selectMatch.all(matchHash).map(identityOf).sort(byAge),
    identity: (personId) => {
      const row = selectIdentity.get(personId);
      return row && identityOf(row);
    },
    secretOf: (personId) => selectSecret.get(personId),
    putIdentities: keys.transaction(
      ({ added, seenAgain, announcements, announced, found }: Parameters<VaultStore['putIdentities']>[0]) => {
        for (const batchId of announced ?? []) forgetAnnouncements.run(batchId);
        for (const personId of found ?? []) forgetMissing.run(personId);
        for (const { personId, householdId, source, round, matchHash, nameHash, secret } of added) {
          addIdentity.run(personId, householdId, source, round, matchHash, nameHash, secret);
        }
        for (const { personId, householdId, source, round } of seenAgain)
          moveIdentity.run(householdId, source, round, personId);
        if (announcements) putAnnouncements.run(announcements.batchId, announcements.json);
      },
    ),
    pendingAnnouncements: () =>
      keys
        .prepare<[], { batchId: string; json: string }>('SELECT batch AS batchId, body AS json FROM announcements')
        .all(),
    putEntries: entries.transaction((list: readonly Entry[]) => {
      for (const { personId, document, sealed } of list) putEntry.run(personId, document.kind, document.check, sealed);
    }),
    entry: (personId) => {
      const row = selectEntry.get(personId);
      return row && { personId, document: { kind: row[0], check: row[1] } as VaultDocument, sealed: row[2] };
    },
    beginErasure: (erasure: Erasure) => {
      keys.transaction(() => {
        keys
          .prepare('INSERT OR REPLACE INTO erasures (person, command) VALUES (?, ?)')
          .run(erasure.personId, erasure.command);
        destroy(erasure.personId);
      })();
      keys.pragma('wal_checkpoint(TRUNCATE)');
    },
    finishErasure: (personId) => {
      emptyEntry.run(personId);
      keys.prepare('DELETE FROM erasures WHERE person = ?').run(personId);
    },
    pendingErasures: () =>
      keys.prepare<[], Erasure>('SELECT person AS personId, command FROM erasures ORDER BY person').all(),
    isErased: (personId) => selectErased.get(personId) !== undefined,
    isMissing: (personId) => selectMissing.get(personId) !== undefined,
    missing: () => {
      const row = keys
        .prepare<[], Missing>(
          'SELECT count(*) AS persons, min(recorded_at) AS "from", max(recorded_at) AS "to" FROM missing',
        )
        .get();
      return row === undefined || row.persons === 0 ? undefined : row;
    },
    comparedThrough: () =>
      keys.prepare<[], { partition: number; seq: number }>('SELECT partition, seq FROM compared').all(),
    putCompared: (compared: readonly Compared[]) => {
      const erased = compared.flatMap((one) => one.erased);
      keys.transaction(() => {
        for (const { partition, seq, missing } of compared) {
          for (const { personId, recordedAt } of missing) noteMissing.run(personId, recordedAt);
          noteCompared.run(partition, seq);
        }
        for (const personId of erased) destroy(personId);
      })();
      if (erased.length === 0) return;
      keys.pragma('wal_checkpoint(TRUNCATE)');
      entries.transaction(() => {
        for (const personId of erased) emptyEntry.run(personId);
      })();
    },
    close: () => {
      keys.close();
      entries.close();
    },
  };
}

function openKeys(file: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const keys = openSqlite(file, 'private');
  keys.exec(`
    CREATE TABLE IF NOT EXISTS identities (
      person TEXT PRIMARY KEY, household TEXT NOT NULL, source TEXT NOT NULL, round INTEGER NOT NULL,
      match TEXT NOT NULL, name TEXT NOT NULL, secret BLOB NOT NULL
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX IF NOT EXISTS identities_by_match ON identities (match);
    CREATE TABLE IF NOT EXISTS announcements (batch TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS erasures (person TEXT PRIMARY KEY, command TEXT NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS erased (person TEXT PRIMARY KEY) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS missing (person TEXT PRIMARY KEY, recorded_at TEXT NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS compared (partition INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
  `);
  return keys;
}

function openEntries(file: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const entries = openSqlite(file, 'private');
  entries.exec(`
    CREATE TABLE IF NOT EXISTS entries (
      person TEXT PRIMARY KEY, kind TEXT NOT NULL, result TEXT NOT NULL, sealed BLOB NOT NULL
    ) WITHOUT ROWID, STRICT;
  `);
  return entries;
}

/** Ids rise with time. */
const byAge = (left: Identity, right: Identity): number => (left.personId < right.personId ? -1 : 1);

function identityOf([personId, householdId, source, round, matchHash, nameHash]: IdentityRow): Identity {
  return { personId, householdId, source, round, matchHash, nameHash };
}
