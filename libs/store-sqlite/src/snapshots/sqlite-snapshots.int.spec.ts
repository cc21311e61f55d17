import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotStoreSuite } from '@faemban/event-sourcing/testing';
import { openSqlite } from '../open-sqlite';
import { openSqliteSnapshots } from './sqlite-snapshots';

const folders: string[] = [];
const newFile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-snapshots-'));
  folders.push(folder);
  return join(folder, 'cache/snapshots.sqlite');
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

snapshotStoreSuite('SQLite', async () => {
  const file = newFile();
  const open = () => {
    const opened = openSqliteSnapshots(file);
    return {
      store: opened.store,
      close: async () => opened.close(),
      reopen: async () => {
        opened.close();
        return open();
      },
    };
  };
  return open();
});

describe('a snapshots file', () => {
  const snapshot = { version: 100, eventId: 'event', state: '{}' };

  test('of no use is begun anew: no database, another program’s, another format', async () => {
    const spoilers: ((file: string) => void)[] = [
      (file) => writeFileSync(file, 'no database at all'.repeat(500)),
      (file) => {
        const db = openSqlite(file, 'views');
        db.exec('DROP TABLE snapshots');
        db.close();
      },
      (file) => {
        const db = openSqlite(file, 'views');
        db.pragma('user_version = 99');
        db.close();
      },
      (file) => {
        const db = openSqlite(file, 'views');
        db.pragma('application_id = 1');
        db.close();
      },
    ];
    for (const spoil of spoilers) {
      const file = newFile();
      const first = openSqliteSnapshots(file);
      await first.store('ingestion').save('household-a', 'fold', snapshot);
      first.close();
      spoil(file);
      const again = openSqliteSnapshots(file);
      expect(await again.store('ingestion').find('household-a', 'fold')).toBeUndefined();
      await again.store('ingestion').save('household-a', 'fold', snapshot);
      expect(await again.store('ingestion').find('household-a', 'fold')).toEqual(snapshot);
      again.close();
    }
  });

  test('stands in a folder of its own, which may be deleted', async () => {
    const file = newFile();
    openSqliteSnapshots(file).close();
    expect(statSync(file).isFile()).toBe(true);
    rmSync(join(file, '..'), { recursive: true });
    const again = openSqliteSnapshots(file);
    expect(await again.store('ingestion').find('household-a', 'fold')).toBeUndefined();
    again.close();
  });
});
