import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { classify, IntegrityViolation } from '@faemban/event-sourcing';
import { anAppend, createTestClock, readAll } from '@faemban/event-sourcing/testing';
import { lockDataFolder } from './data-folder-lock';
import { openSqliteEvents } from './events/sqlite-events';
import { SqliteRefused, StorageFailed } from './failures';
import { openSqlite } from './open-sqlite';
import { openSqliteViews } from './views/sqlite-views';

const clock = createTestClock();
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-sqlite-'));
  file = join(folder, 'events.sqlite');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Writes a statement past the store, as a fault would. */
function tamper(sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

describe('opening a file', () => {
  test('sets what was measured best', () => {
    const db = openSqlite(file, 'private');
    const settings = ['journal_mode', 'synchronous', 'page_size', 'mmap_size', 'secure_delete', 'wal_autocheckpoint'];
    expect(settings.map((name) => db.pragma(name, { simple: true }))).toEqual(['wal', 2, 4096, 0, 1, 10_000]);
    db.close();
    const views = openSqlite(join(folder, 'views.sqlite'), 'views');
    expect(views.pragma('synchronous', { simple: true })).toBe(1);
    views.close();
  });

  test('is refused where the folder is missing, the file is no database, or another program made it', async () => {
    expect(() => openSqlite(join(folder, 'missing', 'x.sqlite'), 'views')).toThrow(/does not exist. Create it/);
    writeFileSync(file, 'village,poor\n8417010101,3\n'.repeat(100));
    expect(() => openSqlite(file, 'views')).toThrow(SqliteRefused);
    const foreign = join(folder, 'foreign.sqlite');
    const db = new Database(foreign);
    db.exec('CREATE TABLE notes (text)');
    db.close();
    expect(() => openSqlite(foreign, 'views')).toThrow(/belongs to another program/);
    await expect(openSqliteEvents({ file: foreign, clock })).rejects.toBeInstanceOf(SqliteRefused);
  });

  test('is refused where it holds something else, or comes from a newer version', async () => {
    const views = join(folder, 'views.sqlite');
    await (await openSqliteViews({ file: views })).close();
    await expect(openSqliteEvents({ file: views, clock })).rejects.toThrow(/does not hold events/);
    await (await openSqliteEvents({ file, clock })).close();
    await expect(openSqliteViews({ file })).rejects.toThrow(/does not hold views/);
    tamper('PRAGMA user_version = 99');
    await expect(openSqliteEvents({ file, clock })).rejects.toThrow(/format version 99/);
  });
});

describe('the number of partitions', () => {
  test('is fixed when the file is made and refused where it differs', async () => {
    await (await openSqliteEvents({ file, clock, partitionCount: 8 })).close();
    await expect(openSqliteEvents({ file, clock, partitionCount: 16 })).rejects.toThrow(
      /8 พาร์ทิชัน|set up with 8 partitions/,
    );
    const events = await openSqliteEvents({ file, clock });
    expect(events.log.partitionCount).toBe(8);
    await events.close();
  });

  test('is 32 unless told otherwise, and an installation keeps its id', async () => {
    const first = await openSqliteEvents({ file, clock });
    expect(first.log.partitionCount).toBe(32);
    await first.close();
    const second = await openSqliteEvents({ file, clock });
    expect(second.installationId).toBe(first.installationId);
    await second.close();
  });
});

describe('a full disk', () => {
  test('refuses with a clear error, leaves nothing half written, and goes on when there is space', async () => {
    const events = await openSqliteEvents({ file, clock, partitionCount: 4, pagesMax: 60 });
    const store = events.store('ingestion');
    const small = anAppend({ values: [1] });
    await store.append(small);
    const large = anAppend({ values: ['x'.repeat(200_000), 'y'.repeat(200_000)] });
    const beside = anAppend({ values: [2] });
    const [alsoFull, full] = await store.appendMany([beside, large]);
    expect(full).toMatchObject({ ok: false, error: { name: 'StorageFailed', code: 'SQLITE_FULL' } });
    expect(alsoFull?.ok).toBe(false);
    const error = full?.ok === false ? full.error : undefined;
    expect(error).toBeInstanceOf(StorageFailed);
    const sentence = { th: expect.stringContaining('พื้นที่จัดเก็บเต็ม'), en: expect.stringContaining('disk is full') };
    expect(error).toMatchObject({ sentence });
    expect(classify(error)).toBe('transient');

    expect(await store.append(beside)).toMatchObject({ repeated: false });
    expect(await store.load(large.stream)).toEqual([]);
    await events.close();

    const roomy = await openSqliteEvents({ file, clock });
    expect(await roomy.store('ingestion').append(large)).toMatchObject({ firstVersion: 1, repeated: false });
    expect(await readAll(roomy.log, 'ingestion')).toHaveLength(4);
    await roomy.close();
  });
});

describe('a damaged file', () => {
  test('is not written to when its last event is missing or its head was changed', async () => {
    const events = await openSqliteEvents({ file, clock, partitionCount: 1 });
    await events.store('ingestion').append(anAppend({ values: [1, 2, 3] }));
    await events.close();
    tamper('UPDATE heads SET seq = 2');
    await expect(openSqliteEvents({ file, clock })).rejects.toBeInstanceOf(IntegrityViolation);
    tamper("UPDATE heads SET seq = 3, chain_hash = 'another'");
    await expect(openSqliteEvents({ file, clock })).rejects.toBeInstanceOf(IntegrityViolation);
  });
});

describe('a reader beside the writer', () => {
  test('sees and hears what is appended, and cannot append', async () => {
    const events = await openSqliteEvents({ file, clock, partitionCount: 4 });
    const reader = await openSqliteEvents({ file, clock, readonly: true });
    expect(await reader.log.heads('ingestion')).toEqual(await events.log.heads('ingestion'));
    const woken = new Promise<void>((resolve) => {
      reader.log.onAppended(resolve);
    });
    await events.store('ingestion').append(anAppend({ values: [1, 2] }));
    await woken;
    expect(await readAll(reader.log, 'ingestion')).toEqual(await readAll(events.log, 'ingestion'));
    expect(await reader.log.heads('ingestion')).toEqual(await events.log.heads('ingestion'));
    expect(() => reader.store('ingestion')).toThrow(/reading only/);

    const poked = new Promise<void>((resolve) => {
      reader.log.onAppended(resolve);
    });
    reader.poke();
    await poked;
    await reader.close();
    await events.close();
  });

  test('is refused a file that does not exist', async () => {
    await expect(openSqliteEvents({ file, clock, readonly: true })).rejects.toBeInstanceOf(SqliteRefused);
  });
});

describe('closing', () => {
  test('answers what waits and refuses what comes later', async () => {
    const events = await openSqliteEvents({ file, clock });
    const store = events.store('ingestion');
    const waiting = [anAppend(), anAppend(), anAppend()].map((append) => store.append(append));
    await events.close();
    expect((await Promise.all(waiting)).map(({ repeated }) => repeated)).toEqual([false, false, false]);
    await expect(store.append(anAppend())).rejects.toBeInstanceOf(StorageFailed);
    await events.close();
  });

  test('gives up the lock of the data folder', () => {
    const lock = lockDataFolder(join(folder, 'new'));
    expect(() => lockDataFolder(join(folder, 'new'))).toThrow(/using the data folder/);
    lock.release();
    lockDataFolder(join(folder, 'new')).release();
  });
});

describe('a transaction', () => {
  test('is bounded: a long list goes on in later turns, and others get theirs in between', async () => {
    const events = await openSqliteEvents({ file, clock, limits: { eventsMax: 100 } });
    const store = events.store('ingestion');
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const results = await store.appendMany(Array.from({ length: 1000 }, () => anAppend({ values: [1, 2] })));
    isDone = true;
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(events.stats()).toMatchObject({ accepted: 1000, events: 2000, refused: 0, waiting: 0 });
    expect(events.stats().commits).toBeGreaterThanOrEqual(20);
    expect(turns).toBeGreaterThanOrEqual(20);
    await events.close();
  });

  test('of one turn is one for all who append in it', async () => {
    const events = await openSqliteEvents({ file, clock, limits: { workMs: 10_000 } });
    await Promise.all(Array.from({ length: 40 }, () => events.store('ingestion').append(anAppend())));
    expect(events.stats()).toMatchObject({ commits: 1, accepted: 40 });
    await events.close();
  });
});
