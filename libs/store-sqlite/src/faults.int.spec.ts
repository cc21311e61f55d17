import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWhere } from '@faemban/fixtures';
import { chainHash, contentHashOf, genesisHash, serializeData, type EventLog } from '@faemban/event-sourcing';
import { anAppend, readAll } from '@faemban/event-sourcing/testing';
import { listen, nodeArguments, runChild } from './testing/child';
import { lockDataFolder } from './data-folder-lock';
import { SqliteRefused } from './failures';
import { openSqliteEvents } from './events/sqlite-events';
import { verifyEventsFile } from './integrity/verify-events-file';

const clock = Date.now;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-faults-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Appends on 16 streams at once, each command after the other, saying what was accepted and what failed. */
const appendUntilEnded = `
  const { openSqliteEvents } = require('@faemban/store-sqlite');
  const { anAppend } = require('@faemban/event-sourcing/testing');
  const caller = async (store) => {
    let append = anAppend();
    for (;;) {
      const { commandId } = append.context;
      try {
        const { stream, lastVersion } = await store.append(append);
        say({ accepted: commandId });
        append = anAppend({ stream, partitionOf: append.partitionOf, expectedVersion: lastVersion, values: ['บ้าน', lastVersion] });
      } catch (error) {
        say({ failed: error.name, append });
        return;
      }
    }
  };
  openSqliteEvents({ file, clock: Date.now, partitionCount: 4 }).then(async (events) => {
    await Promise.all(Array.from({ length: 16 }, () => caller(events.store('ingestion'))));
    process.exit(0);
  });
`;

interface Said {
  readonly accepted?: string;
  readonly failed?: string;
  readonly append?: ReturnType<typeof anAppend>;
}

/** Every command's events once, every partition dense and chained. */
async function expectWhole(log: EventLog): Promise<ReadonlyMap<string, number>> {
  const commands = new Map<string, number>();
  const ends = new Map<number, { seq: number; hash: string }>();
  for (const event of await readAll(log, 'ingestion', 500)) {
    const end = ends.get(event.partition) ?? { seq: 0, hash: genesisHash };
    expect(event.seq).toBe(end.seq + 1);
    const hash = chainHash(end.hash, event.partition, event.seq, event.recordedAt, event.contentHash);
    expect(event.chainHash).toBe(hash);
    expect(event.contentHash).toBe(contentHashOf(event, serializeData(event.data)));
    ends.set(event.partition, { seq: event.seq, hash });
    commands.set(event.commandId, Math.max(event.version, commands.get(event.commandId) ?? 0));
  }
  for (const head of await log.heads('ingestion')) {
    expect({ seq: head.seq, hash: head.chainHash }).toEqual(ends.get(head.partition) ?? { seq: 0, hash: genesisHash });
  }
  return commands;
}

describe('a process that is killed while it appends', () => {
  test('has kept every acknowledged command once, five times over', async () => {
    const file = join(folder, 'events.sqlite');
    const acknowledged: string[] = [];
    for (const acceptedBeforeKill of [1, 40, 400, 90, 1500]) {
      let accepted = 0;
      const child = runChild(appendUntilEnded, file);
      const said = await listen<Said>(child, () => {
        accepted += 1;
        if (accepted === acceptedBeforeKill) child.kill('SIGKILL');
      });
      expect(said.filter(({ failed }) => failed !== undefined)).toEqual([]);
      acknowledged.push(...said.map(({ accepted: commandId }) => commandId ?? ''));

      const events = await openSqliteEvents({ file, clock });
      const commands = await expectWhole(events.log);
      expect(acknowledged.filter((commandId) => !commands.has(commandId))).toEqual([]);
      const store = events.store('ingestion');
      for (const commandId of acknowledged.slice(-50)) {
        expect(await store.outcomeOf(commandId)).toMatchObject({ commandId, lastVersion: commands.get(commandId) });
      }
      await events.close();
    }
  }, 60_000);
});

describeWhere(process.platform === 'linux', 'Linux (ulimit)')('a disk that fails in a commit', () => {
  test('leaves the outcome unknown, and sending again records once', async () => {
    const file = join(folder, 'events.sqlite');
    const made = await openSqliteEvents({ file, clock, partitionCount: 4 });
    await made.close();
    const limited = ['-c', `trap '' XFSZ; ulimit -f 512; exec "$0" "$@"`, process.execPath];
    const child = spawn('bash', [...limited, ...nodeArguments(appendUntilEnded, file)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await listen<Said>(child);
    const accepted = said.flatMap((message) => message.accepted ?? []);
    const failed = said.flatMap((message) => message.append ?? []);
    expect(accepted.length).toBeGreaterThan(0);
    expect(new Set(said.flatMap((message) => message.failed ?? []))).toEqual(new Set(['OutcomeUnknown']));

    const events = await openSqliteEvents({ file, clock });
    const results = await events.store('ingestion').appendMany(failed);
    expect(results.every(({ ok }) => ok)).toBe(true);
    const commands = await expectWhole(events.log);
    const all = [...accepted, ...failed.map(({ context }) => context.commandId)];
    expect([...commands.keys()].sort()).toEqual(all.sort());
    await events.close();
  }, 30_000);
});

describe('a second process', () => {
  const tryToLock = `
    const { lockDataFolder, openSqliteEvents } = require('@faemban/store-sqlite');
    try {
      lockDataFolder(file);
      say({ accepted: 'locked' });
    } catch (error) {
      say({ failed: error.name + ' ' + error.sentence.th + ' ' + error.sentence.en });
    }
  `;
  const tryToOpen = `
    require('@faemban/store-sqlite').openSqliteEvents({ file, clock: Date.now }).then(
      () => say({ accepted: 'opened' }),
      (error) => say({ failed: error.name + ' ' + error.sentence.th + ' ' + error.sentence.en }),
    );
  `;
  const holdAndWait = `
    require('@faemban/store-sqlite').lockDataFolder(file);
    say({ accepted: 'locked' });
    setInterval(() => undefined, 1000);
  `;

  test('is refused a locked data folder, in a sentence that says what is possible', async () => {
    const lock = lockDataFolder(folder);
    const [refused] = await listen<Said>(runChild(tryToLock, folder));
    expect(refused?.failed).toMatch(/^StoreRefused .*หยุดโปรเซสนั้นก่อน.* Stop it first, or choose another folder/);
    lock.release();
    expect(await listen<Said>(runChild(tryToLock, folder))).toEqual([{ accepted: 'locked' }]);
  }, 30_000);

  test('finds no stale lock when the first was killed', async () => {
    const child = runChild(holdAndWait, folder);
    await listen<Said>(child, () => {
      expect(() => lockDataFolder(folder)).toThrow(SqliteRefused);
      child.kill('SIGKILL');
    });
    lockDataFolder(folder).release();
  }, 30_000);

  test('is refused an events file that is being written', async () => {
    const file = join(folder, 'events.sqlite');
    const events = await openSqliteEvents({ file, clock });
    const [refused] = await listen<Said>(runChild(tryToOpen, file));
    expect(refused?.failed).toMatch(/^StoreRefused .*โปรเซสอื่นกำลังเขียน.* Another process is writing/);
    await events.close();
  }, 30_000);
});

describe('a file whose end is torn', () => {
  const recorded = async (): Promise<string> => {
    const file = join(folder, 'events.sqlite');
    const child = runChild(appendUntilEnded, file);
    let accepted = 0;
    await listen<Said>(child, () => {
      accepted += 1;
      if (accepted === 300) child.kill('SIGKILL');
    });
    return file;
  };

  test('in its write-ahead log has every commit before the tear, whole', async () => {
    const file = await recorded();
    const before = await openSqliteEvents({ file, clock, readonly: true });
    const all = await readAll(before.log, 'ingestion', 500);
    await before.close();
    // The last frame of the log is half written.
    truncateSync(`${file}-wal`, statSync(`${file}-wal`).size - 2_000);
    rmSync(`${file}-shm`, { force: true });
    const events = await openSqliteEvents({ file, clock });
    const commands = await expectWhole(events.log);
    const known = new Set(all.map(({ commandId }) => commandId));
    expect([...commands.keys()].filter((commandId) => !known.has(commandId))).toEqual([]);
    expect(commands.size).toBeGreaterThan(0);
    await events.close();
  }, 30_000);

  test('in its last pages is refused or found, and never gone on with in silence', async () => {
    const file = await recorded();
    await (await openSqliteEvents({ file, clock })).close();
    const whole = readFileSync(file);
    const pages = whole.length / 4096;
    let noticed = 0;
    for (let torn = 1; torn <= 12; torn += 1) {
      const bytes = Buffer.from(whole);
      bytes.fill(0, (pages - torn) * 4096 + 2048, (pages - torn + 1) * 4096);
      writeFileSync(file, bytes);
      for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      let isOpened = true;
      try {
        await (await openSqliteEvents({ file, clock })).close();
      } catch {
        isOpened = false;
      }
      const verdict = verdictOf(file);
      // Zeros where nothing stood change nothing; anything else is noticed by the start or the verification.
      if (verdict === 'unaltered') expect(isOpened).toBe(true);
      else noticed += 1;
    }
    expect(noticed).toBeGreaterThan(0);
    writeFileSync(file, whole);
    expect(verdictOf(file)).toBe('unaltered');
  }, 60_000);

  const verdictOf = (file: string): string => {
    try {
      return verifyEventsFile({ file }).verdict;
    } catch (error) {
      return (error as Error).message;
    }
  };
});
