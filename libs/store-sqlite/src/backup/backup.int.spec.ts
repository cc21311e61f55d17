import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import Database from 'better-sqlite3';
import { describeWhere } from '@faemban/fixtures';
import { anAppend } from '@faemban/event-sourcing/testing';
import { listen, nodeArguments, runChild } from '../testing/child';
import { verifyEventsFile } from '../integrity/verify-events-file';
import { backupFolder } from './backup';
import { backupKeys, lastBackupMs, noteBackup } from './keys-backup';
import { readManifest } from './manifest';
import { at, makeInstallation, record, seal, withEvents } from '../testing/small-installation';

const leading = ['vault/entries.sqlite'];
/** Every so many steps; `npm run faults` takes every one. */
const stride = Number(process.env['FAEMBAN_KILL_STRIDE'] ?? 9);
let root: string;
let data: string;
let to: string;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'faemban-backup-'));
  data = join(root, 'data');
  to = join(root, 'copies/one');
  await makeInstallation(data);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const backup = (target = to) => backupFolder({ from: data, to: target, takenAt: at, leading });

describe('a backup', () => {
  test('has every file of the data folder but the keys and the locks, in an order in which none is ahead', async () => {
    const paths: string[] = [];
    const { files, events } = await backupFolder({
      from: data,
      to,
      takenAt: at,
      leading,
      onProgress: (_done, _total, path) => paths.at(-1) === path || paths.push(path),
    });
    expect(events).toBe(24);
    expect(files.map(({ path }) => path)).toEqual([
      'seals/ingestion.jsonl',
      'seals/keys.json',
      'reporting.sqlite',
      'events.sqlite',
      'ingestion/imports.sqlite',
      'vault/entries.sqlite',
      'ingestion/files/members.sealed',
    ]);
    expect(paths).toEqual(files.map(({ path }) => path));
    expect(readManifest(to)).toMatchObject({ takenAt: at, events: 24, partitionCount: 2, files });
    const found = verifyEventsFile({ file: join(to, 'events.sqlite'), sealsFolder: join(to, 'seals') });
    expect(found).toMatchObject({ verdict: 'unaltered', events: 24, sealedEvents: 24 });
  });

  test('can be read where nothing can be written: its databases have no write-ahead log', async () => {
    await backup();
    for (const { path } of readManifest(to).files.filter((file) => file.path.endsWith('.sqlite'))) {
      expect([path, ...readFileSync(join(to, path)).subarray(18, 20)]).toEqual([path, 1, 1]);
    }
    expect(readdirSync(to).filter((name) => /-(wal|shm)$/.test(name))).toEqual([]);
  });

  test('is of one moment while others append, who are not held up by it', async () => {
    await withEvents(data, async (events) => {
      const store = events.store('ingestion');
      let isDone = false;
      let longestMs = 0;
      const appending = (async () => {
        for (let n = 0; !isDone; n += 1) {
          const begun = performance.now();
          await store.append(anAppend({ partitionOf: `${n % 7}`, expectedVersion: 'any', values: ['x'.repeat(500)] }));
          longestMs = Math.max(longestMs, performance.now() - begun);
        }
      })();
      const program = `
        const { backupFolder } = require('@faemban/store-sqlite');
        backupFolder({ from: file, to: more[0], takenAt: '${at}', leading: [] }).then(
          ({ events }) => say({ events }),
          (error) => say({ failed: error.message }));
      `;
      const said = await listen<{ events?: number }>(runChild(program, data, to));
      isDone = true;
      await appending;
      const heads = await events.log.heads('ingestion');
      const total = heads.reduce((sum, { seq }) => sum + seq, 0);
      expect(said).toHaveLength(1);
      const { events: copied = 0 } = said[0] ?? {};
      expect(copied).toBeGreaterThanOrEqual(24);
      expect(copied).toBeLessThanOrEqual(total);
      expect(longestMs).toBeLessThan(5_000);
      expect(verifyEventsFile({ file: join(to, 'events.sqlite') })).toMatchObject({
        verdict: 'unaltered',
        events: copied,
      });
    });
  }, 60_000);

  test('taken while the system seals has no seal of events that it lacks', async () => {
    const program = `
      const { writeFileSync, appendFileSync } = require('node:fs');
      const { backupFolder } = require('@faemban/store-sqlite');
      let n = 0;
      backupFolder({ from: file, to: more[0], takenAt: '${at}', onProgress: (done, total, path) => {
        if (path !== 'reporting.sqlite' || n++ > 0) return;
        say({ now: 'seal' });
        require('node:fs').readSync(0, Buffer.alloc(1));
      } }).then(() => say({ done: true }), (error) => say({ failed: error.message }));
    `;
    const child = spawn(process.execPath, nodeArguments(program, data, to), { stdio: ['pipe', 'pipe', 'inherit'] });
    const said = await listen<{ now?: string }>(child, ({ now }) => {
      if (now !== 'seal') return;
      void record(data, 5).then(async () => {
        await seal(data);
        child.stdin?.end('x');
      });
    });
    expect(said).toEqual([{ now: 'seal' }, { done: true }]);
    const found = verifyEventsFile({ file: join(to, 'events.sqlite'), sealsFolder: join(to, 'seals') });
    expect(found).toMatchObject({ verdict: 'unaltered', events: 34, sealedEvents: 24 });
  }, 30_000);

  test('is refused inside the data folder, into a folder that is not empty, and of a folder without events', async () => {
    await expect(backup(join(data, 'copy'))).rejects.toThrow(/lies inside the data folder. Choose another place/);
    mkdirSync(to, { recursive: true });
    writeFileSync(join(to, 'something'), '');
    await expect(backup()).rejects.toThrow(/is there and not empty/);
    await expect(backupFolder({ from: to, to: join(root, 'x'), takenAt: at })).rejects.toThrow(/no events in/);
    expect(readdirSync(root).sort()).toEqual(['copies', 'data']);
  });

  test('goes into a folder that was made for it and is empty', async () => {
    mkdirSync(to, { recursive: true });
    await backup();
    expect(readManifest(to).events).toBe(24);
  });

  test('of a damaged database names it and leaves nothing', async () => {
    writeFileSync(join(data, 'reporting.sqlite'), 'no database at all'.repeat(500));
    await expect(backup()).rejects.toThrow(
      /^reporting.sqlite could not be copied to .* \(SQLITE_NOTADB\), so nothing was finished/,
    );
    expect(existsSync(to)).toBe(false);
    expect(existsSync(`${to}.part`)).toBe(false);
  });
});

describe('a backup that is killed at any rename, copy or flush', () => {
  test('is not there, and can be made again', async () => {
    const program = `
      const fs = require('node:fs');
      const { backupFolder } = require('@faemban/store-sqlite');
      let left = Number(more[1]);
      for (const name of ['renameSync', 'copyFileSync', 'fsyncSync', 'mkdirSync']) {
        const done = fs[name];
        fs[name] = (...args) => {
          if (left-- === 0) process.kill(process.pid, 'SIGKILL');
          return done(...args);
        };
      }
      backupFolder({ from: file, to: more[0], takenAt: '${at}' }).then(
        () => say({ done: true }), (error) => say({ failed: error.message }));
    `;
    let step = 0;
    for (; ; step += stride) {
      const said = await listen<{ done?: boolean }>(runChild(program, data, to, String(step)));
      if (said[0]?.done) break;
      expect(said).toEqual([]);
      // Only the last rename makes it a backup.
      if (existsSync(to)) rmSync(to, { recursive: true });
    }
    expect(step).toBeGreaterThan(9);
    expect(readManifest(to).events).toBe(24);
    expect(readdirSync(join(root, 'copies'))).toEqual(['one']);
  }, 900_000);
});

const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0 && canMount();

describeWhere(isRootOnLinux, 'root on Linux (a small disk is mounted)')('a disk that becomes full', () => {
  test('ends the backup with a sentence, leaving nothing, and a larger one has it', async () => {
    const disk = join(root, 'disk');
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', disk]).status).toBe(0);
    try {
      await expect(backup(join(disk, 'b'))).rejects.toThrow(/too little room .* MiB are needed, 0 MiB are free/);
      // What is written meanwhile was not counted before.
      const program = `
        const fs = require('node:fs');
        fs.statfsSync = () => ({ bavail: 1e9, bsize: 4096 });
        require('@faemban/store-sqlite').backupFolder({ from: file, to: more[0], takenAt: '${at}' }).then(
          () => say({ done: true }), (error) => say({ failed: error.name + ' ' + error.message }));
      `;
      const said = await listen<{ failed?: string }>(runChild(program, data, join(disk, 'b')));
      expect(said[0]?.failed).toMatch(
        /^StoreRefused The disk of .* became full at .*; what had been copied was removed/,
      );
      expect(readdirSync(disk)).toEqual([]);
      spawnSync('mount', ['-o', 'remount,size=20m', disk]);
      await backup(join(disk, 'b'));
      expect(readManifest(join(disk, 'b')).events).toBe(24);
    } finally {
      spawnSync('umount', [disk]);
    }
  }, 30_000);

  test('refuses a whole disk as the place of a backup', async () => {
    const disk = join(root, 'disk');
    mkdirSync(disk);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', disk]);
    try {
      await expect(backup(disk)).rejects.toThrow(/is a whole disk. Name a new folder inside it/);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

function canMount(): boolean {
  const disk = mkdtempSync(join(tmpdir(), 'faemban-mount-'));
  try {
    const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', disk]).status === 0;
    if (isMounted) spawnSync('umount', [disk]);
    return isMounted;
  } finally {
    rmSync(disk, { recursive: true, force: true });
  }
}

describe('a backup of the keys', () => {
  test('has every key, for its owner only, and is refused below the data', async () => {
    const names = await backupKeys(data, to);
    expect(names.toSorted()).toEqual(['heads.json', 'identity-verification.key', 'ingestion.key', 'signing-keys.json']);
    expect(readdirSync(to).sort()).toEqual(names.toSorted());
    expect(statSync(to).mode & 0o777).toBe(0o700);
    await expect(backupKeys(data, to)).rejects.toThrow(/not empty/);
    await expect(backupKeys(data, join(data, 'k'))).rejects.toThrow(/lies inside the data folder/);
    await expect(backupKeys(join(root, 'nothing'), join(root, 'k'))).rejects.toThrow(/no keys in/);
  });

  test('has databases among them as they are at one moment, also while they are written', async () => {
    const live = new Database(join(data, 'keys/vault.sqlite'));
    live.pragma('journal_mode = WAL');
    live.exec("CREATE TABLE secrets (secret TEXT); INSERT INTO secrets VALUES ('one')");
    await backupKeys(data, to);
    live.close();
    const copy = new Database(join(to, 'vault.sqlite'), { readonly: true });
    expect(copy.prepare('SELECT secret FROM secrets').pluck().all()).toEqual(['one']);
    copy.close();
  });

  test('is not part of the note that says when the data were backed up', () => {
    expect(lastBackupMs(data)).toBeUndefined();
    noteBackup(data, { takenAt: at, events: 1 });
    expect(lastBackupMs(data)).toBe(Date.parse(at));
    writeFileSync(join(data, 'keys/last-backup.json'), '{');
    expect(lastBackupMs(data)).toBeUndefined();
    cpSync(data, join(root, 'without'), { recursive: true, filter: (path) => !path.endsWith('keys') });
    noteBackup(join(root, 'without'), { takenAt: at, events: 1 });
    expect(existsSync(join(root, 'without/keys'))).toBe(false);
  });
});
