// Where things are, and how a child process is started.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const toolsFolder = join(root, '.tools');

/** A refusal the user can act on: printed as it is, without a stack. */
export class CannotGoOn extends Error {}

/** Progress and refusals go to stderr, so that the output of the command itself stays clean. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** The npm that runs us, or else the one installed beside this Node or on PATH. */
export function npmCli() {
  const fromNpm = process.env.npm_execpath ?? '';
  const besideNode = dirname(realpathSync(process.execPath));
  const candidates = [
    /npm-cli\.js$/.test(fromNpm) ? fromNpm : '',
    join(besideNode, '../lib/node_modules/npm/bin/npm-cli.js'),
    join(besideNode, 'node_modules/npm/bin/npm-cli.js'),
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm')),
  ];
  for (const candidate of candidates) {
    if (candidate === '' || !existsSync(candidate)) continue;
    const real = realpathSync(candidate);
    if (real.endsWith('npm-cli.js')) return real;
  }
  throw new CannotGoOn('npm was not found. It comes with Node.js: install Node.js from https://nodejs.org.');
}

/**
 * Runs a program to its end.
 * With `quiet` its output is kept and shown only if it fails.
 * @returns its exit code; a death by signal counts as 128 and the signal's number, as in a shell
 */
export function run(program, args, { env = process.env, cwd = root, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    const kept = [];
    child.stdout?.on('data', (chunk) => kept.push(chunk));
    child.stderr?.on('data', (chunk) => kept.push(chunk));
    const stopForwarding = forwardSignals(child);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      stopForwarding();
      if (quiet && code !== 0) process.stderr.write(Buffer.concat(kept));
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** The child decides how to stop. A terminal's Ctrl-C reaches it anyway, every other signal is handed on. */
function forwardSignals(child) {
  const handOn = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, handOn);
  return () => {
    for (const signal of signals) process.off(signal, handOn);
  };
}
