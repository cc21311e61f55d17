import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Lets a plain Node process load the sources of this repository, compiled as the build compiles them. */
const loadSources = `
  const { readFileSync } = require('node:fs');
  const { join } = require('node:path');
  const Module = require('node:module');
  const { transformSync } = require('@swc/core');
  const { $schema, sourceMaps, ...options } = JSON.parse(readFileSync('.swcrc', 'utf8'));
  Module._extensions['.ts'] = (module, filename) =>
    module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, swcrc: false, filename }).code, filename);
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (request, ...rest) => {
    const [, name, below = ''] = /^@faemban\\/([^/]+)(\\/testing)?$/.exec(request) ?? [];
    return resolve(name === undefined ? request : join(process.cwd(), 'libs', name, 'src' + below), ...rest);
  };
  const { writeSync } = require('node:fs');
  const say = (message) => writeSync(1, JSON.stringify(message) + '\\n');
  const [, file, ...more] = process.argv;
`;

/** The arguments with which Node runs a program that has `say`, `file` and `more`. */
export function nodeArguments(program: string, file: string, ...more: readonly string[]): readonly string[] {
  return ['-e', `${loadSources}${program}`, file, ...more];
}

/** Runs a program in a process of its own. */
export function runChild(program: string, file: string, ...more: readonly string[]): ChildProcess {
  return spawn(process.execPath, nodeArguments(program, file, ...more), { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Reads what a child says until it has ended. */
export async function listen<Said>(
  child: ChildProcess,
  heard: (message: Said) => void = () => undefined,
): Promise<Said[]> {
  const said: Said[] = [];
  if (child.stdout === null) throw new Error('The child has an output.');
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.endsWith('}')) continue;
    const message = JSON.parse(line) as Said;
    said.push(message);
    heard(message);
  }
  return said;
}
