import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { at, makeInstallation, record } from '../testing/small-installation';
import { addAcceptedLoss } from '../backup/heads-ledger';
import { noteBackup } from '../backup/keys-backup';
import { listen, runChild } from '../testing/child';
import { examineFolder } from './doctor';

const nowMs = Date.parse('2026-01-01T06:00:00.000Z');
const roomy = 1e12;
let root: string;
let data: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'faemban-doctor-'));
  data = join(root, 'data');
  await makeInstallation(data);
  noteBackup(data, { takenAt: at, events: 24 });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const examine = (given: { nowMs?: number; freeBytes?: number } = {}) =>
  examineFolder(data, { nowMs, freeBytes: roomy, ...given });
const found = (given?: Parameters<typeof examine>[0]) =>
  examine(given)
    .filter(({ level }) => level !== 'ok')
    .map(({ level, code }) => `${level} ${code}`);
const sql = (file: string, text: string): void => {
  const db = new Database(join(data, file));
  db.exec(text);
  db.close();
};

test('a sound installation has nothing but good signs, each in Thai and English', () => {
  const symptoms = examine();
  expect(symptoms.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(symptoms.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['not-running', 'room', 'sound', 'keys', 'backup', 'events', 'sealed']),
  );
  for (const { what } of symptoms)
    expect([what.th, what.en]).toEqual([expect.stringMatching(/[ก-๙]/), expect.any(String)]);
});

const symptoms: readonly (readonly [
  code: string,
  cause: () => void | Promise<void>,
  given?: Parameters<typeof examine>[0],
])[] = [
  ['error no-events', () => rmSync(join(data, 'events.sqlite'))],
  ['error disk-nearly-full', () => undefined, { freeBytes: 500e6 }],
  ['note unfinished', () => mkdirSync(join(data, 'restoring.part'))],
  ['note copy-before-upgrade', () => writeFileSync(join(data, 'events.sqlite.before-upgrade'), '')],
  ['error events-damaged', () => truncateSync(join(data, 'events.sqlite'), 20_000)],
  ['error views-damaged', () => writeFileSync(join(data, 'reporting.sqlite'), 'x'.repeat(9000))],
  ['warning key-missing', () => rmSync(join(data, 'keys/ingestion.key'))],
  ['error keys-open-to-others', () => chmodSync(join(data, 'keys'), 0o755)],
  ['error losses-unreadable', () => writeFileSync(join(data, 'keys/accepted-losses.json'), '{')],
  ['error ledger-unreadable', () => writeFileSync(join(data, 'keys/heads.json'), '{')],
  ['warning no-backup', () => rmSync(join(data, 'keys/last-backup.json'))],
  ['warning backup-old', () => undefined, { nowMs: nowMs + 3 * 86_400_000 }],
  ['error clock-behind', () => undefined, { nowMs: Date.parse('2025-12-31T23:00:00.000Z') }],
  ['error clock-buddhist-era', () => undefined, { nowMs: Date.parse('1483-01-01T00:00:00.000Z') }],
  ['note unsealed', () => record(data, 1)],
  [
    'note loss-accepted',
    () =>
      addAcceptedLoss(join(data, 'keys'), {
        acceptedAt: at,
        acceptedBy: 'malee',
        reason: 'disk',
        eventsLost: 6,
        notedAt: at,
      }),
  ],
  [
    'error view-ahead',
    () =>
      sql(
        'reporting.sqlite',
        `INSERT INTO views (name, version, generation, shape) VALUES ('figures', 1, 0, '{}');
        INSERT INTO view_checkpoints SELECT view_no, 'ingestion', 0, 99 FROM views`,
      ),
  ],
  [
    'warning parked',
    () =>
      sql(
        'reporting.sqlite',
        `INSERT INTO view_parked (owner_no, id, context, partition, seq, view, event_id, cause, code, message, attempts, parked_at)
        VALUES (1, 'h', 'ingestion', 0, 1, 'figures', 'e', 'c', 'k', 'm', 1, '2026-01-01')`,
      ),
  ],
];

test.each(symptoms.map(([code, cause, given = {}]) => [code, cause, given] as const))(
  '%s is told, and what to do about it',
  async (code, cause, given) => {
    await cause();
    expect(found(given)).toContain(code);
    const [level, name] = code.split(' ');
    const symptom = examine(given).find((one) => one.code === name);
    if (level !== 'error' || name?.endsWith('unreadable')) return;
    expect(symptom?.todo?.en).toMatch(/[.a-z>]$/);
  },
);

test('little room is told where the largest file would not fit twice', () => {
  expect(found({ freeBytes: 1.5e9 })).toEqual([]);
  truncateSync(join(data, 'reporting.sqlite'), 1e9);
  expect(found({ freeBytes: 1.5e9 })).toContain('warning little-room');
});

test('a write-ahead log that is not cut back is told', () => {
  writeFileSync(join(data, 'reporting.sqlite-wal'), '');
  truncateSync(join(data, 'reporting.sqlite-wal'), 300 * 1024 * 1024);
  expect(found()).toContain('warning long-write-ahead-log');
});

test('events that are fewer than recorded, other ones, or of another installation are told apart', async () => {
  const before = join(root, 'before');
  cpSync(data, before, { recursive: true });
  await record(data, 2);
  const keys = join(data, 'keys');
  cpSync(join(before, 'events.sqlite'), join(data, 'events.sqlite'));
  expect(found()).toContain('error events-behind');
  await record(before, 3);
  cpSync(join(before, 'events.sqlite'), join(data, 'events.sqlite'));
  expect(found()).toContain('error events-forked');
  const other = join(root, 'other');
  await makeInstallation(other);
  cpSync(join(other, 'keys/heads.json'), join(keys, 'heads.json'));
  expect(found()).toContain('error events-foreign');
});

test('whether a system runs on the folder is told without locking it', async () => {
  const program = `
    require('@faemban/store-sqlite').lockDataFolder(file);
    say({ locked: true });
    setInterval(() => undefined, 1000);
  `;
  const codes = () => examine().map(({ code }) => code);
  const child = runChild(program, data);
  await listen(child, () => {
    expect(codes()).toContain('running');
    child.kill('SIGKILL');
  });
  expect(codes()).toContain('not-running');
});
