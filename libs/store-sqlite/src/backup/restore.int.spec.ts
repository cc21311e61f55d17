import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { readAll } from '@faemban/event-sourcing/testing';
import { listen, runChild } from '../testing/child';
import { lockDataFolder } from '../data-folder-lock';
import { backupFolder } from './backup';
import { readAcceptedLosses, readLedger, requireLedgerKept, writeLedger } from './heads-ledger';
import { restoreFolder, type RestoreOrder } from './restore';
import { at, makeInstallation, record, withEvents } from '../testing/small-installation';
import { requireNoneUnfinished } from './unfinished';

const later = '2026-01-02T00:00:00.000Z';
/** Every so many steps; `npm run faults` takes every one. */
const stride = Number(process.env['FAEMBAN_KILL_STRIDE'] ?? 9);
let root: string;
let data: string;
let copy: string;
let to: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'faemban-restore-'));
  [data, copy, to] = [join(root, 'data'), join(root, 'copy'), join(root, 'restored')];
  await makeInstallation(data);
  await backupFolder({ from: data, to: copy, takenAt: at });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const restore = (besides: Partial<RestoreOrder> = {}) =>
  restoreFolder({ from: copy, to, restoredAt: later, eraseAgain: async () => 0, ...besides });
const keysTo = (folder: string): void => cpSync(join(data, 'keys'), join(folder, 'keys'), { recursive: true });
const bodiesOf = (folder: string) => withEvents(folder, async ({ log }) => readAll(log, 'ingestion'));

describe('a restore', () => {
  test('gives the same events, files and installation, which goes on from there', async () => {
    const wanted = await bodiesOf(data);
    keysTo(to);
    expect(await restore()).toMatchObject({ eventsLost: 0, manifest: { events: 24 } });
    expect(await bodiesOf(to)).toEqual(wanted);
    expect(readFileSync(join(to, 'ingestion/files/members.sealed'), 'utf8')).toBe('sealed');
    expect(readdirSync(to).sort()).toEqual([
      'events.sqlite',
      'events.sqlite.lock',
      'faemban.lock',
      'ingestion',
      'keys',
      'reporting.sqlite',
      'seals',
      'vault',
    ]);
    await record(to, 1);
    expect(await bodiesOf(to)).toHaveLength(26);
    await withEvents(to, (events) => requireLedgerKept(join(to, 'keys'), events));
  });

  test('erases in the keys, with the restored events at hand, before anything is in its place', async () => {
    keysTo(to);
    const seen: unknown[] = [];
    const { erasuresApplied } = await restore({
      eraseAgain: async ({ eventsFile, keysFolder }) => {
        seen.push(existsSync(eventsFile), keysFolder, existsSync(join(to, 'events.sqlite')));
        return 3;
      },
    });
    expect(erasuresApplied).toBe(3);
    expect(seen).toEqual([true, join(to, 'keys'), false]);
  });

  test('without keys notes nothing beside them, so that keys put there later say what they know', async () => {
    await restore();
    expect(readLedger(join(to, 'keys'))).toBeUndefined();
  });

  test('is refused into a folder that has data or is in use, which stays as it was', async () => {
    const before = readdirSync(data).sort();
    await expect(restore({ to: data })).rejects.toThrow(/has data already. Use a new folder/);
    expect(
      readdirSync(data)
        .filter((name) => !name.startsWith('faemban.lock'))
        .sort(),
    ).toEqual(before);
    const lock = lockDataFolder(to);
    await expect(restore()).rejects.toThrow(/is using the data folder/);
    lock.release();
  });
});

describe('a backup that is not what it was', () => {
  const cases: readonly (readonly [what: string, spoil: () => void, says: RegExp])[] = [
    [
      'a bit of an uploaded file',
      () => appendFileSync(join(copy, 'ingestion/files/members.sealed'), '!'),
      /members\.sealed of the backup is not what it was/,
    ],
    [
      'a file cut off',
      () => writeFileSync(join(copy, 'reporting.sqlite'), ''),
      /The file reporting\.sqlite of the backup/,
    ],
    [
      'a file missing',
      () => rmSync(join(copy, 'seals/ingestion.jsonl')),
      /The file seals\/ingestion\.jsonl of the backup/,
    ],
    [
      'an event altered',
      () => alter("UPDATE events SET body = replace(body, '1', '2')"),
      /The file events\.sqlite of the backup/,
    ],
    [
      'its description altered',
      () => manifest((text) => text.replace('"events": 24', '"events": 25')),
      /The file backup\.json of the backup/,
    ],
    ['its description cut off', () => manifest((text) => text.slice(0, 200)), /The file backup\.json of the backup/],
    ['its description empty', () => manifest(() => ''), /The file backup\.json of the backup/],
    ['a description that is no object', () => manifest(() => 'null'), /The file backup\.json of the backup/],
    [
      'its description missing',
      () => rmSync(join(copy, 'backup.json')),
      /is no finished backup. Choose one that has a backup\.json/,
    ],
    [
      'a newer description',
      () => forge((one) => ({ ...one, version: 9 })),
      /has format version 9; this program knows version 1/,
    ],
    [
      'a path that leads out',
      () => forge((one) => ({ ...one, files: [...one.files, { path: '../x', bytes: 0, sha256: '' }] })),
      /backup\.json/,
    ],
    [
      'a path into the keys',
      () => forge((one) => ({ ...one, files: [...one.files, { path: 'keys/heads.json', bytes: 0, sha256: '' }] })),
      /backup\.json/,
    ],
    [
      'no events among its files',
      () => forge((one) => ({ ...one, files: one.files.filter(({ path }) => path !== 'events.sqlite') })),
      /backup\.json/,
    ],
  ];
  test.each(cases)('by %s is refused by name, and nothing is restored', async (_what, spoil, says) => {
    spoil();
    await expect(restore()).rejects.toThrow(says);
    expect(existsSync(to) ? readdirSync(to).filter((name) => !name.startsWith('faemban.lock')) : []).toEqual([]);
  });

  test('though its description was made to fit is refused by its chain, or by its seals', async () => {
    alter("UPDATE events SET body = replace(body, '1', '2')");
    await forgeDigest('events.sqlite');
    await expect(restore()).rejects.toThrow(/do not verify \(ingestion\/\d@\d+: altered\), so nothing was restored/);
    expect(existsSync(join(to, 'events.sqlite'))).toBe(false);
  });

  test('by a seal made by somebody else is refused', async () => {
    const file = join(copy, 'seals/ingestion.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"number":1', '"number":2'));
    await forgeDigest('seals/ingestion.jsonl');
    await expect(restore()).rejects.toThrow(/do not verify \(seals\/ingestion #1\)/);
  });

  function alter(sql: string): void {
    const db = new Database(join(copy, 'events.sqlite'));
    db.exec(sql);
    db.close();
  }
  function manifest(change: (text: string) => string): void {
    const file = join(copy, 'backup.json');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  }
  type Manifest = { version: number; digest?: string; files: { path: string; bytes: number; sha256: string }[] };
  function forge(change: (one: Manifest) => Manifest): void {
    manifest((text) => {
      const { digest: _, ...rest } = change(JSON.parse(text) as Manifest);
      return JSON.stringify({ ...rest, digest: createHash('sha256').update(JSON.stringify(rest)).digest('hex') });
    });
  }
  async function forgeDigest(path: string): Promise<void> {
    const bytes = readFileSync(join(copy, path));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    forge((one) => ({
      ...one,
      files: one.files.map((file) => (file.path === path ? { path, bytes: bytes.length, sha256 } : file)),
    }));
  }
});

describe('keys that know of more events than a backup has', () => {
  beforeEach(async () => {
    await record(data, 3);
    keysTo(to);
  });

  test('refuse it, since history would fork, and say how much would be lost', async () => {
    await expect(restore()).rejects.toThrow(
      /are 6 fewer than had been recorded .* would fork history. Restore a newer backup/,
    );
    expect(existsSync(join(to, 'events.sqlite'))).toBe(false);
  });

  test('take it where somebody answers for the loss, which is written down once', async () => {
    const accepts = { reason: 'the disk is gone', by: 'malee' };
    expect(await restore({ accepts })).toMatchObject({ eventsLost: 6 });
    expect(readAcceptedLosses(join(to, 'keys'))).toEqual([
      { acceptedAt: later, acceptedBy: 'malee', reason: 'the disk is gone', eventsLost: 6, notedAt: at },
    ]);
    await withEvents(to, (events) => requireLedgerKept(join(to, 'keys'), events));
    // Then nothing is missing any more, and nobody has to answer again.
    rmSync(join(to, 'events.sqlite'));
    for (const name of readdirSync(to).filter((one) => one !== 'keys')) rmSync(join(to, name), { recursive: true });
    expect(await restore()).toMatchObject({ eventsLost: 0 });
    expect(readAcceptedLosses(join(to, 'keys'))).toHaveLength(1);
  });

  test('refuse the start of a system on fewer events', async () => {
    cpSync(copy, join(root, 'by-hand'), { recursive: true });
    keysTo(join(root, 'by-hand'));
    const starting = withEvents(join(root, 'by-hand'), (events) =>
      requireLedgerKept(join(root, 'by-hand/keys'), events),
    );
    await expect(starting).rejects.toThrow(/are 6 fewer than had been recorded/);
  });
});

describe('events that are not those of the keys', () => {
  test('are refused where they are of another installation, however many there are, loss accepted or not', async () => {
    const other = join(root, 'other');
    await makeInstallation(other);
    await record(other, 40);
    await backupFolder({ from: other, to: join(root, 'other-copy'), takenAt: at });
    keysTo(to);
    const accepts = { reason: 'no reason', by: 'malee' };
    for (const order of [{}, { accepts }])
      await expect(restore({ from: join(root, 'other-copy'), ...order })).rejects.toThrow(
        /are of the installation .*, the keys of/,
      );
    cpSync(join(other, 'events.sqlite'), join(data, 'events.sqlite'));
    const starting = withEvents(data, (events) => requireLedgerKept(join(data, 'keys'), events));
    await expect(starting).rejects.toThrow(/are of the installation .*, the keys of/);
  });

  test('are refused where they went another way after a common beginning', async () => {
    cpSync(copy, join(root, 'other-way'), { recursive: true });
    mkdirSync(join(root, 'other-way/keys'));
    await record(join(root, 'other-way'), 5);
    await record(data, 3);
    keysTo(to);
    await backupFolder({ from: join(root, 'other-way'), to: join(root, 'fork'), takenAt: at });
    const accepts = { reason: 'no reason', by: 'malee' };
    await expect(restore({ from: join(root, 'fork'), accepts })).rejects.toThrow(
      /are not those that had been recorded/,
    );
  });

  test('are not judged by a note that cannot be read', async () => {
    keysTo(to);
    for (const text of ['{', '[]', 'null', '{"installation":1}']) {
      writeFileSync(join(to, 'keys/heads.json'), text);
      await expect(restore()).rejects.toThrow(
        /keys\/heads\.json cannot be read. Restore it from the backup of the keys/,
      );
    }
  });
});

describe('a restore that is killed at any rename, copy or removal', () => {
  const program = `
    const fs = require('node:fs');
    const { restoreFolder } = require('@faemban/store-sqlite');
    let left = Number(more[1]);
    for (const name of ['renameSync', 'copyFileSync', 'fsyncSync', 'rmSync', 'mkdirSync', 'writeFileSync']) {
      const done = fs[name];
      fs[name] = (...args) => {
        if (left-- === 0) process.kill(process.pid, 'SIGKILL');
        return done(...args);
      };
    }
    const accepts = { reason: 'the disk is gone', by: 'malee' };
    restoreFolder({ from: more[0], to: file, restoredAt: '${later}', accepts, eraseAgain: async () => 0 }).then(
      () => say({ done: true }), (error) => say({ failed: error.message }));
  `;

  test('is no installation or a whole one, and can be begun again until it is', async () => {
    await record(data, 3);
    keysTo(to);
    let isDone = false;
    let unfinished = 0;
    for (let step = 0; !isDone; step += stride) {
      const said = await listen<{ done?: boolean; failed?: string }>(runChild(program, to, copy, String(step)));
      isDone = said[0]?.done === true || existsSync(join(to, 'events.sqlite'));
      if (isDone) continue;
      expect(said).toEqual([]);
      if (!existsSync(join(to, 'restoring.part'))) continue;
      unfinished += 1;
      expect(() => requireNoneUnfinished(to)).toThrow(/was begun and not finished. Repeat the same/);
    }
    expect(unfinished).toBeGreaterThan(1);
    requireNoneUnfinished(to);
    expect(await bodiesOf(to)).toHaveLength(24);
    expect(existsSync(join(to, 'seals/ingestion.jsonl'))).toBe(true);
    expect(readAcceptedLosses(join(to, 'keys'))).toHaveLength(1);
    await withEvents(to, async (events) => {
      await requireLedgerKept(join(to, 'keys'), events);
      await writeLedger(join(to, 'keys'), events, later);
    });
    // Whatever the last kill left, what is complete is never taken for unfinished.
    await expect(restore()).rejects.toThrow(/has data already/);
  }, 1_800_000);
});
