import { spawn } from 'node:child_process';
import { findProgram } from './programs';

/** Characters kept of what a program printed, for the error. */
const outputKept = 4_000;

/** Runs a program to its end and answers what it printed to stdout. @throws Error with the end of its output where it fails */
export function runProgram(
  name: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const program = findProgram(name) ?? name;
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-outputKept)));
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${name} ${args.join(' ')} ended with ${signal ?? code}:\n${printed}`));
    });
  });
}
