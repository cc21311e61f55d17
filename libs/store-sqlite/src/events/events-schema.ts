import type Database from 'better-sqlite3';
import { IntegrityViolation, invariant, partitionCountDefault } from '@faemban/event-sourcing';
import { SqliteRefused } from '../failures';
import { prepareFormat, type Upgrades } from '../file-format';
import { openSqlite, prepareFile } from '../open-sqlite';
import { partitionCountMax, placeOf } from './places';

const formatVersion = 1;
/** SQL that brings a file to the next version, by the version it has. None so far. */
const upgrades: Upgrades = {};

/** What was decided when an events file was made. */
export interface Installation {
  readonly installationId: string;
  readonly partitionCount: number;
}

const tables = `
  CREATE TABLE contexts (topic INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE heads (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL, chain_hash TEXT NOT NULL, recorded_at TEXT NOT NULL,
    PRIMARY KEY (topic, partition)
  ) WITHOUT ROWID;
  CREATE TABLE streams (
    topic INTEGER NOT NULL, stream TEXT NOT NULL, stream_no INTEGER NOT NULL, partition INTEGER NOT NULL,
    PRIMARY KEY (topic, stream)
  ) WITHOUT ROWID;
  CREATE TABLE events (
    place INTEGER PRIMARY KEY, stream_no INTEGER NOT NULL, version INTEGER NOT NULL, envelope TEXT NOT NULL, body TEXT NOT NULL
  );
  CREATE UNIQUE INDEX events_by_stream ON events (stream_no, version);
  CREATE TABLE commands (
    topic INTEGER NOT NULL, command_id TEXT NOT NULL, digest TEXT NOT NULL, stream_no INTEGER NOT NULL,
    first_version INTEGER NOT NULL, last_version INTEGER NOT NULL, last_seq INTEGER NOT NULL,
    PRIMARY KEY (topic, command_id)
  ) WITHOUT ROWID;
`;

/**
 * Makes the tables of a new events file, or checks those of an old one.
 * @throws SqliteRefused where the file is of another kind or version, or has another number of partitions
 */
export function prepareEventsFile(
  db: Database.Database,
  asked: { readonly file: string; readonly partitionCount: number | undefined; readonly newId: () => string },
): Installation {
  const wanted = asked.partitionCount ?? partitionCountDefault;
  const isCountable = Number.isInteger(wanted) && wanted >= 1 && wanted <= partitionCountMax;
  invariant(isCountable, `the number of partitions is a whole number from 1 to ${partitionCountMax}`);
  const meta = prepareFormat(db, asked.file, {
    kind: 'events',
    version: formatVersion,
    tables,
    meta: { installationId: asked.newId(), partitionCount: String(wanted) },
    upgrades,
  });
  const partitionCount = Number(meta.get('partitionCount'));
  if (asked.partitionCount !== undefined && asked.partitionCount !== partitionCount) {
    throw new SqliteRefused({
      th: `ข้อมูลนี้ติดตั้งไว้ ${partitionCount} พาร์ทิชัน เปลี่ยนเป็น ${asked.partitionCount} ไม่ได้ โปรดตั้งค่ากลับเป็น ${partitionCount} หรือเริ่มโฟลเดอร์ข้อมูลใหม่`,
      en: `These events were set up with ${partitionCount} partitions and cannot have ${asked.partitionCount}. Set ${partitionCount} again, or begin a new data folder.`,
    });
  }
  return { installationId: meta.get('installationId') ?? '', partitionCount };
}

/**
 * Brings the events file of a backup to this program's version; the backup itself is what is left of the old one.
 * @throws SqliteRefused where it is newer, or no events file
 */
export function upgradeEventsFile(file: string): void {
  const db = openSqlite(file, 'events');
  try {
    prepareFormat(
      db,
      file,
      { kind: 'events', version: formatVersion, tables, meta: {}, upgrades },
      { keepsCopy: false },
    );
  } finally {
    db.close();
  }
}

/** Makes an empty events file for what was recorded elsewhere, under the id of the installation it came from. */
export function createEventsTables(db: Database.Database, { installationId, partitionCount }: Installation): void {
  prepareFile(db);
  const meta = { installationId, partitionCount: String(partitionCount) };
  prepareFormat(db, db.name, { kind: 'events', version: formatVersion, tables, meta });
}

/** Checks that every partition ends where its head says. @throws IntegrityViolation */
export function verifyHeads(db: Database.Database, contextOf: (topic: number) => string): void {
  const heads = db
    .prepare<[], readonly [topic: number, partition: number, seq: number, chainHash: string]>(
      'SELECT topic, partition, seq, chain_hash FROM heads',
    )
    .raw()
    .all();
  const last = db
    .prepare<[number, number], readonly [place: number, chainHash: string]>(
      `SELECT place, json_extract(envelope, '$[15]') FROM events WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1`,
    )
    .raw();
  for (const [topic, partition, seq, chainHash] of heads) {
    const found = last.get(placeOf(topic, partition, 0), placeOf(topic, partition + 1, 0) - 1);
    if (found?.[0] !== placeOf(topic, partition, seq) || found[1] !== chainHash) {
      throw new IntegrityViolation(contextOf(topic), partition, seq, 'the last event is not the one its head names.');
    }
  }
}
