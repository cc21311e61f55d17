import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteViews } from './sqlite-views';

const shape = { name: 'list', version: 1, contexts: ['ingestion'], indexes: {}, show: () => undefined } as const;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-parked-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Brings a file back to the tables of version 2, in which parked events had neither a code nor a count of attempts. */
function asVersion2(file: string): void {
  const db = new Database(file);
  for (const table of ['view_parked', 'policy_parked']) {
    db.exec(`ALTER TABLE ${table} DROP COLUMN code; ALTER TABLE ${table} DROP COLUMN attempts`);
  }
  const insert = db.prepare(
    `INSERT INTO view_parked (owner_no, id, context, partition, seq, view, event_id, cause, message, parked_at)
     VALUES (1, 'a', 'ingestion', 0, ?, 'list', ?, ?, 'TypeError: no', '2021-03-01T02:00:00.000Z')`,
  );
  insert.run(1, 'event-1', 'poison');
  insert.run(2, 'event-2', 'behind');
  db.pragma('user_version = 2');
  db.close();
}

describe('a views file of version 2', () => {
  test('keeps what it has parked, in order, and can let it go', async () => {
    const file = join(folder, 'reporting.sqlite');
    const made = await openSqliteViews({ file });
    await made.views.open(shape);
    await made.close();
    asVersion2(file);

    const opened = await openSqliteViews({ file });
    const handle = await opened.views.open(shape);
    const [sequence] = await handle.parkedSequences({ limit: 9 });
    expect(sequence).toMatchObject({ id: 'a', events: 2, first: { seq: 1, code: 'not-named', attempts: 1 } });
    expect(await handle.parkedOf({ context: 'ingestion', id: 'a', partition: 0 }, 9)).toMatchObject([
      { cause: 'poison', code: 'not-named', attempts: 1 },
      { cause: 'behind', code: 'behind', attempts: 0 },
    ]);
    const epoch = await handle.take(0);
    const taken = [1, 2].map((seq) => ({ id: 'a', seq }));
    const nothing = { puts: [], removals: [], tallies: [], parked: [] };
    await handle.replay({ context: 'ingestion', partition: 0, atSeq: 0, epoch, taken, ...nothing });
    expect((await handle.parked(0)).total).toBe(0);
    await opened.close();
  });
});
