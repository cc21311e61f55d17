import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A process that does nothing for ever, and says so. */
const idle = `process.stdout.write('idle ' + process.pid + '\\n'); setInterval(() => undefined, 1000);`;
const starting = (module: string) =>
  `const { Member } = require(${JSON.stringify(join(__dirname, '../dist/member.js'))});
   new Member('idle', 'http://127.0.0.1:1', ${JSON.stringify(module)}, () => [], {}).start();`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a member ends with the process that started it, also where that is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-member-'));
  try {
    const module = join(folder, 'idle.js');
    writeFileSync(module, idle);
    const parent = execFile(process.execPath, ['-e', starting(module)]);
    const pid = await new Promise<number>((resolve) =>
      parent.stdout?.on('data', (text: string) => resolve(Number(/idle (\d+)/.exec(text)?.[1]))),
    );
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    for (let waited = 0; isAlive(pid) && waited < 10_000; waited += 50) await delay(50);
    expect(isAlive(pid)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);
