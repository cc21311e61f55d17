import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describeWhere } from '@faemban/fixtures';
import { startGuarded } from './guarded-process';
import { isAlive } from './server-folders';

const hasProcesses = process.platform !== 'win32';
const compiled = join(__dirname, '../../dist/processes');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-guarded-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a server that never ends by itself from a process that says the server's pid. */
async function ownerOfAServer(data: string, afterStart = '', staying = 'setInterval(() => undefined, 1000);') {
  const script = join(folder, 'owner.cjs');
  writeFileSync(
    script,
    `const { startGuarded } = require(${JSON.stringify(join(compiled, 'guarded-process.js'))});
     startGuarded(${JSON.stringify(data)}, 'sleep', ['600']).then((server) => {
       ${afterStart}
       process.send(server.pid);
     });
     ${staying}`,
  );
  const owner = fork(script, [], { execArgv: [], stdio: 'ignore' });
  const [pid] = (await once(owner, 'message')) as [number];
  return { owner, pid };
}

async function until(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 20) {
    if (waitedMs > 20_000) throw new Error('it does not come true');
    await wait(20);
  }
}

describeWhere(hasProcesses, 'Linux or macOS')('a server’s process', () => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'ends, and its folder goes, with an owner ended by %s',
    async (signal) => {
      const data = mkdtempSync(join(folder, 'data-'));
      const { owner, pid } = await ownerOfAServer(data);
      expect(isAlive(pid)).toBe(true);
      owner.kill(signal);
      await until(() => !isAlive(pid) && !existsSync(data));
    },
  );

  test('ends with its owner though it is paused', async () => {
    const data = mkdtempSync(join(folder, 'data-'));
    const { owner, pid } = await ownerOfAServer(data, `server.signal('SIGSTOP');`);
    owner.kill('SIGKILL');
    await until(() => !isAlive(pid) && !existsSync(data));
  });

  test('does not keep its owner from ending', async () => {
    const data = mkdtempSync(join(folder, 'data-'));
    const { owner, pid } = await ownerOfAServer(data, '', '');
    const [code] = owner.exitCode === null ? await once(owner, 'exit') : [owner.exitCode];
    expect(code).toBe(0);
    await until(() => !isAlive(pid));
  });

  test('that is killed leaves its folder to its owner, for the next start', async () => {
    const data = mkdtempSync(join(folder, 'data-'));
    const server = await startGuarded(data, 'sleep', ['600']);
    server.signal('SIGKILL');
    await server.untilEnded();
    expect(server.isRunning).toBe(false);
    await wait(200);
    expect(existsSync(data)).toBe(true);
  });

  test('takes signals that come when it has ended and nobody has heard of it', async () => {
    const server = await startGuarded(folder, 'sleep', ['600']);
    server.signal('SIGKILL');
    // Nothing is heard while this does not give way.
    for (const until = performance.now() + 20_000; isAlive(server.pid) && performance.now() < until;) continue;
    expect(isAlive(server.pid)).toBe(false);
    expect(server.isRunning).toBe(true);
    server.signal('SIGCONT');
    await server.untilEnded();
  });

  test('tells a line when it comes, and the last ones where none comes', async () => {
    const server = await startGuarded(folder, 'sh', ['-c', 'echo one; echo two >&2; sleep 600']);
    expect(await server.line(/^two$/, 5_000)).toBe('two');
    expect(await server.line(/^one$/, 5_000)).toBe('one');
    await expect(server.line(/three/, 100)).rejects.toThrow(/not ready after 100 ms[^]*one/);
    server.signal('SIGKILL');
    await server.untilEnded();
    await expect(server.line(/three/, 5_000)).rejects.toThrow('ended before it was ready');
  });

  test('that cannot be started says so', async () => {
    const failing = await startGuarded(folder, join(folder, 'no-such-program'), []);
    await expect(failing.line(/ready/, 5_000)).rejects.toThrow(/no-such-program/);
  });
});
