import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SqliteRefused } from './failures';
import { formatVersionOf, prepareFormat, upgradeTables, type FileFormat } from './file-format';
import { openSqlite } from './open-sqlite';
import { openSqliteViews } from './views/sqlite-views';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-format-'));
  file = join(folder, 'some.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const formatOf = (kind: FileFormat['kind'], version: number): FileFormat => ({
  kind,
  version,
  tables: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)',
  meta: { installationId: 'one' },
  upgrades: {
    1: 'ALTER TABLE notes ADD COLUMN area TEXT',
    2: "UPDATE notes SET area = '84'; CREATE INDEX notes_by_area ON notes (area)",
  },
});
/** Makes a file of version 1 with one note. */
function makeOld(kind: 'events' | 'views'): void {
  const db = openSqlite(file, kind);
  prepareFormat(db, file, formatOf(kind, 1));
  db.exec("INSERT INTO notes (text) VALUES ('kept')");
  db.close();
}
const notes = (path = file): unknown => {
  const db = new Database(path, { readonly: true });
  try {
    return { version: formatVersionOf(db), rows: db.prepare('SELECT * FROM notes').all() };
  } finally {
    db.close();
  }
};

describe.each(['events', 'views'] as const)('a file of %s of an earlier version', (kind) => {
  test('is brought to this version over every step between, with what was in it', () => {
    makeOld(kind);
    const db = openSqlite(file, kind);
    expect(prepareFormat(db, file, formatOf(kind, 3)).get('installationId')).toBe('one');
    db.close();
    expect(notes()).toEqual({ version: 3, rows: [{ id: 1, text: 'kept', area: '84' }] });
  });

  test('is as it was when a step fails, and is brought up to date by a program that has a better one', () => {
    makeOld(kind);
    const db = openSqlite(file, kind);
    const broken = { ...formatOf(kind, 3), upgrades: { 1: 'ALTER TABLE notes ADD COLUMN area TEXT', 2: 'nonsense' } };
    expect(() => prepareFormat(db, file, broken)).toThrow(/nonsense/);
    expect(notes()).toEqual({ version: 1, rows: [{ id: 1, text: 'kept' }] });
    prepareFormat(db, file, formatOf(kind, 3));
    db.close();
    expect(notes()).toMatchObject({ version: 3 });
  });

  test('is refused, and not touched, where a step is missing, it is only read, or it is newer', () => {
    makeOld(kind);
    const db = openSqlite(file, kind);
    expect(() => prepareFormat(db, file, { ...formatOf(kind, 9) })).toThrow(/format version 1, older than version 9/);
    prepareFormat(db, file, formatOf(kind, 3));
    expect(() => prepareFormat(db, file, formatOf(kind, 2))).toThrow(/newer than version 2 .* Use a newer Faemban/);
    db.close();
    const reader = openSqlite(file, kind, { readonly: true });
    expect(() => prepareFormat(reader, file, formatOf(kind, 4))).toThrow(/Start this Faemban on it once/);
    reader.close();
    expect(notes()).toMatchObject({ version: 3 });
  });
});

describe('an upgrade', () => {
  const plan = { version: 3, upgrades: formatOf('events', 3).upgrades ?? {}, keepsCopy: true };

  test('keeps the events as they were beside them; views can be made again and are not kept', () => {
    makeOld('events');
    writeFileSync(`${file}.before-upgrade.part`, 'of an attempt that was killed');
    const db = openSqlite(file, 'events');
    prepareFormat(db, file, formatOf('events', 3));
    db.close();
    expect(readdirSync(folder)).toEqual(['some.sqlite', 'some.sqlite.before-upgrade']);
    expect(notes(`${file}.before-upgrade`)).toEqual({ version: 1, rows: [{ id: 1, text: 'kept' }] });
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'faemban-format-'));
    file = join(folder, 'views.sqlite');
    makeOld('views');
    const views = openSqlite(file, 'views');
    prepareFormat(views, file, formatOf('views', 3));
    views.close();
    expect(readdirSync(folder)).toEqual(['views.sqlite']);
  });

  test('is refused where the disk has too little room for it, the file being as it was', () => {
    makeOld('events');
    const db = openSqlite(file, 'events');
    expect(() => upgradeTables(db, file, { ...plan, freeBytes: 20_000 })).toThrow(/too little room .* Make room/);
    expect(existsSync(`${file}.before-upgrade`)).toBe(false);
    upgradeTables(db, file, { ...plan, freeBytes: 1e9 });
    db.close();
    expect(notes()).toMatchObject({ version: 3 });
  });

  test('of tables of a service is done when it opens its file, and a newer file is refused', () => {
    const open = (version: number) => openSqlite(file, 'private', { version, upgrades: plan.upgrades });
    const made = open(1);
    made.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO notes (text) VALUES ('kept')");
    made.close();
    open(3).close();
    expect(notes()).toEqual({ version: 3, rows: [{ id: 1, text: 'kept', area: '84' }] });
    expect(() => openSqlite(file, 'private')).toThrow(SqliteRefused);
    expect(() => openSqlite(file, 'private')).toThrow(/newer than version 0/);
  });
});

test('views written by the first version are served by this one', async () => {
  const db = openSqlite(file, 'views');
  // What the first version made of the tables that have changed since.
  const parked = (table: string): string => `
    CREATE TABLE ${table} (
      owner_no INTEGER NOT NULL, id TEXT NOT NULL, context TEXT NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL,
      view TEXT NOT NULL, event_id TEXT NOT NULL, cause TEXT NOT NULL, message TEXT NOT NULL, parked_at TEXT NOT NULL,
      PRIMARY KEY (owner_no, context, id, partition, seq)
    ) WITHOUT ROWID;
    INSERT INTO ${table} VALUES (1, 'h', 'ingestion', 0, 1, 'area-figures', 'e', 'behind', 'm', '2026-01-01');
  `;
  db.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('kind', 'views');
    CREATE TABLE views (view_no INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, version INTEGER NOT NULL, shape TEXT NOT NULL, UNIQUE (name, version));
    INSERT INTO views (name, version, shape) VALUES ('area-figures', 4, '{}');
    CREATE TABLE view_checkpoints (view_no INTEGER NOT NULL, context TEXT NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (view_no, context, partition)) WITHOUT ROWID;
    CREATE TABLE view_epochs (view_no INTEGER NOT NULL, partition INTEGER NOT NULL, epoch INTEGER NOT NULL, PRIMARY KEY (view_no, partition)) WITHOUT ROWID;
    CREATE TABLE policies (policy_no INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, context TEXT NOT NULL);
    CREATE TABLE policy_checkpoints (policy_no INTEGER NOT NULL, partition INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (policy_no, partition)) WITHOUT ROWID;
    ${parked('view_parked')}
    ${parked('policy_parked')}
    PRAGMA user_version = 1;
  `);
  db.close();
  const { views, close } = await openSqliteViews({ file });
  expect(await views.rebuilds()).toEqual([]);
  await close();
  const after = new Database(file, { readonly: true });
  expect(after.prepare('SELECT name, version, generation FROM views').all()).toEqual([
    { name: 'area-figures', version: 4, generation: 0 },
  ]);
  for (const table of ['view_parked', 'policy_parked']) {
    expect(after.prepare(`SELECT code, attempts FROM ${table}`).all()).toEqual([{ code: 'behind', attempts: 0 }]);
  }
  expect(after.prepare('SELECT name, view_no FROM views_in_service').all()).toEqual([
    { name: 'area-figures', view_no: 1 },
  ]);
  after.close();
});
