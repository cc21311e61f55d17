import { describeWhere } from '@faemban/fixtures';
import { freePorts, sourceOf } from '@faemban/native-servers';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

jest.setTimeout(600_000);

const lack = sourceOf('kafka').lack ?? sourceOf('mongo-java-server').lack;
const main = join(dirname(require.resolve('@faemban/cluster/package.json')), 'dist/main.js');
const patienceMs = 180_000;

/** The command in a process of its own, and what it has said so far. */
class Run {
  readonly child: ChildProcess;
  said = '';

  constructor(folder: string, ...args: readonly string[]) {
    const env = { ...process.env, TMPDIR: folder };
    this.child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    }
  }

  /** Waits until it says something; answers the first group. @throws Error with what it said instead */
  async says(what: RegExp): Promise<string> {
    for (const begun = performance.now(); performance.now() - begun < patienceMs; await delay(100)) {
      const found = what.exec(this.said);
      if (found !== null) return found[1] ?? found[0];
      if (this.child.exitCode !== null) break;
    }
    throw new Error(`It does not say ${String(what)}, but:\n${this.said}`);
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describeWhere(lack === undefined, lack ?? '')('npm run cluster', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faemban-cluster-command-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('starts everything, starts again what was killed, and leaves nothing when it is stopped', async () => {
    const [port = 0] = await freePorts(1);
    const run = new Run(folder, '--port', String(port), '--empty');
    try {
      await run.says(/Ctrl-C/);
      const ready = () => fetch(`http://127.0.0.1:${port}/health/ready`).then(({ status }) => status);
      expect(await ready()).toBe(200);
      const pid = Number(await run.says(/reporting 1 +\S+ +pid (\d+)/));
      process.kill(pid, 'SIGKILL');
      const again = Number(await run.says(/reporting 1 .* started again, pid (\d+)/));
      for (const begun = performance.now(); (await ready()) !== 200 && performance.now() - begun < patienceMs;)
        await delay(200);
      expect(await ready()).toBe(200);
      const pids = [...run.said.matchAll(/pid (\d+)/g)].map(([, number]) => Number(number));
      expect(pids).toHaveLength(5);
      expect(readdirSync(folder)).not.toEqual([]);
      // Twice, as it comes where a group of processes is stopped and the parent hands it on as well.
      run.child.kill('SIGINT');
      await delay(100);
      run.child.kill('SIGINT');
      const [code] = (await once(run.child, 'exit')) as [number];
      expect(code).toBe(0);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(isAlive(again)).toBe(false);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      run.child.kill('SIGKILL');
    }
  });

  test('says what it can do where it is called wrongly', async () => {
    const run = new Run(folder, '--instances', '9');
    const [code] = (await once(run.child, 'close')) as [number];
    expect([code, run.said]).toEqual([2, expect.stringContaining('1 to 5')]);
  });
});
