import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { VaultDocument } from '@faemban/contracts';
import { openSqlite } from '@faemban/store-sqlite';
import type { Entry, Erasure, Identity, VaultStore } from './vault-store';

type Database = ReturnType<typeof openSqlite>;

interface IdentityRow {
  readonly person: Buffer;
  readonly household: Buffer;
  readonly source: string;
  readonly round: number;
  readonly match: Buffer;
  readonly name: Buffer;
  readonly secret: Buffer;
}

interface EntryRow {
  readonly kind: string;
  readonly result: string;
  readonly sealed: Buffer;
}

/**
 * The vault on two SQLite files: `keys` holds secrets, keyed hashes and what is still to be announced; `entries` the sealed data.
 * Ids are stored as 16 bytes. Deleted rows of `keys` are overwritten and its write-ahead log is emptied on every erasure.
 */
export function openVaultStore(files: { readonly keys: string; readonly entries: string }): VaultStore {
  const keys = openKeys(files.keys);
  const entries = openEntries(files.entries);
  const selectMatch = keys.prepare<[Buffer], IdentityRow>('SELECT * FROM identities WHERE match = ? ORDER BY person');
  const selectIdentity = keys.prepare<[Buffer], IdentityRow>('SELECT * FROM identities WHERE person = ?');
  const putIdentity = keys.prepare(
    `INSERT INTO identities (person, household, source, round, match, name, secret) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (person) DO UPDATE SET household = excluded.household, source = excluded.source, round = excluded.round`,
  );
  const putAnnouncements = keys.prepare('INSERT OR REPLACE INTO announcements (batch, body) VALUES (?, ?)');
  const forgetAnnouncements = keys.prepare('DELETE FROM announcements WHERE batch = ?');
  const putEntry = entries.prepare(
    `INSERT INTO entries (person, kind, result, sealed) VALUES (?, ?, ?, ?)
     ON CONFLICT (person) DO UPDATE SET kind = excluded.kind, result = excluded.result, sealed = excluded.sealed
     WHERE length(entries.sealed) > 0`,
  );
  const selectEntry = entries.prepare<[Buffer], EntryRow>('SELECT kind, result, sealed FROM entries WHERE person = ?');
  const emptyEntry = entries.prepare("UPDATE entries SET sealed = x'' WHERE person = ?");

  return {
    identitiesOf: (matchHash) => selectMatch.all(matchHash).map(identityOf),
    identity: (personId) => {
      const row = selectIdentity.get(bytesOf(personId));
      return row && identityOf(row);
    },
    putIdentities: keys.transaction((change: Parameters<VaultStore['putIdentities']>[0]) => {
      for (const batchId of change.announced ?? []) forgetAnnouncements.run(batchId);
      for (const { personId, householdId, source, round, matchHash, nameHash, secret } of change.identities) {
        putIdentity.run(bytesOf(personId), bytesOf(householdId), source, round, matchHash, nameHash, secret);
      }
      if (change.announcements) putAnnouncements.run(change.announcements.batchId, change.announcements.json);
    }),
    pendingAnnouncements: () =>
      keys.prepare<[], { batchId: string; json: string }>('SELECT batch AS batchId, body AS json FROM announcements').all(),
    putEntries: entries.transaction((list: readonly Entry[]) => {
      for (const { personId, document, sealed } of list) {
        putEntry.run(bytesOf(personId), document.kind, document.check, sealed);
      }
    }),
    entry: (personId) => {
      const row = selectEntry.get(bytesOf(personId));
      return row && { personId, document: { kind: row.kind, check: row.result } as VaultDocument, sealed: row.sealed };
    },
    beginErasure: (erasure: Erasure) => {
      keys.transaction(() => {
        keys.prepare('INSERT OR REPLACE INTO erasures (person, command) VALUES (?, ?)').run(erasure.personId, erasure.command);
        keys.prepare('DELETE FROM identities WHERE person = ?').run(bytesOf(erasure.personId));
      })();
      keys.pragma('wal_checkpoint(TRUNCATE)');
    },
    finishErasure: (personId) => {
      emptyEntry.run(bytesOf(personId));
      keys.prepare('DELETE FROM erasures WHERE person = ?').run(personId);
    },
    pendingErasures: () =>
      keys.prepare<[], Erasure>('SELECT person AS personId, command FROM erasures ORDER BY person').all(),
    close: () => {
      keys.close();
      entries.close();
    },
  };
}

function openKeys(file: string): Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const keys = openSqlite(file, 'private');
  keys.pragma('secure_delete = ON');
  keys.exec(`
    CREATE TABLE IF NOT EXISTS identities (
      person BLOB PRIMARY KEY, household BLOB NOT NULL, source TEXT NOT NULL, round INTEGER NOT NULL,
      match BLOB NOT NULL, name BLOB NOT NULL, secret BLOB NOT NULL
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX IF NOT EXISTS identities_by_match ON identities (match);
    CREATE TABLE IF NOT EXISTS announcements (batch TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS erasures (person TEXT PRIMARY KEY, command TEXT NOT NULL) WITHOUT ROWID, STRICT;
  `);
  return keys;
}

function openEntries(file: string): Database {
  mkdirSync(dirname(file), { recursive: true });
  const entries = openSqlite(file, 'private');
  entries.exec(`
    CREATE TABLE IF NOT EXISTS entries (
      person BLOB PRIMARY KEY, kind TEXT NOT NULL, result TEXT NOT NULL, sealed BLOB NOT NULL
    ) WITHOUT ROWID, STRICT;
  `);
  return entries;
}

const identityOf = (row: IdentityRow): Identity => ({
  personId: idOf(row.person),
  householdId: idOf(row.household),
  source: row.source,
  round: row.round,
  matchHash: row.match,
  nameHash: row.name,
  secret: row.secret,
});

/** A UUID as its 16 bytes. */
export const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

/** Sixteen bytes as the UUID they are. */
export function idOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
