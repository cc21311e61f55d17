import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';

const outputBytesMax = 16 * 1024 * 1024;

/** How a run of the command line ended: its exit code and what it printed. */
export interface FaembanRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `faemban` in a process of its own, as its users do; a signal counts as exit code 128. */
export function runFaemban(...args: readonly string[]): Promise<FaembanRun> {
  const main = join(dirname(require.resolve('@faemban/cli/package.json')), 'dist/main.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { maxBuffer: outputBytesMax }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 128;
      resolve({ code, stdout, stderr });
    });
  });
}

/** Runs `faemban`, which has to succeed, and answers the JSON it printed. @throws Error with what it said */
export async function faemban<Printed>(...args: readonly string[]): Promise<Printed> {
  const { code, stdout, stderr } = await runFaemban('--json', ...args);
  if (code !== 0) throw new Error(`faemban ${args[0]} ended with ${code}: ${stderr}${stdout.slice(0, 2000)}`);
  return JSON.parse(stdout) as Printed;
}
