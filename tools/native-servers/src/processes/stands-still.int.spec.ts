import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { describeWhere } from '@faemban/fixtures';
import { standsStill } from './stands-still';

/** Four threads that never wait for anything. */
const busy = `
  const { Worker } = require('node:worker_threads');
  for (let n = 0; n < 4; n += 1) new Worker('for (;;);', { eval: true });
  process.stdout.write('busy');
`;

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

async function busyProcess(): Promise<number> {
  child = spawn(process.execPath, ['-e', busy], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null || child.pid === undefined) throw new Error('it did not start');
  await once(child.stdout, 'data');
  return child.pid;
}

/** Processor time that all threads of a process have had, in ticks. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

describeWhere(existsSync('/proc/self/task'), 'the /proc of Linux')('a process of many threads', () => {
  test('stands still when each of them does, and not before', async () => {
    const pid = await busyProcess();
    expect(standsStill(pid)).toBe(false);
    child?.kill('SIGSTOP');
    while (!standsStill(pid)) await wait(1);
    const ticks = ticksOf(pid);
    await wait(300);
    expect(ticksOf(pid)).toBe(ticks);
    child?.kill('SIGCONT');
    while (standsStill(pid)) await wait(1);
  });

  test('that has ended stands still', async () => {
    const pid = await busyProcess();
    child?.kill('SIGKILL');
    if (child?.signalCode === null) await once(child, 'exit');
    expect(standsStill(pid)).toBe(true);
  });
});
