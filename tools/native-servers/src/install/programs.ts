import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** A program that a recipe needs, and the Debian package that brings it. */
export interface NeededProgram {
  readonly name: string;
  readonly debianPackage: string;
  /** The arguments that make it tell its version, and the lowest major and minor that will do. */
  readonly version: { readonly args: readonly string[]; readonly least: readonly [major: number, minor: number] };
}

export const javaRuntime: NeededProgram = {
  name: 'java',
  debianPackage: 'default-jdk-headless',
  version: { args: ['-version'], least: [17, 0] },
};
export const javaCompiler: NeededProgram = { ...javaRuntime, name: 'javac' };
export const maven: NeededProgram = {
  name: 'mvn',
  debianPackage: 'maven',
  version: { args: ['--version'], least: [3, 6] },
};
export const goCompiler: NeededProgram = {
  name: 'go',
  debianPackage: 'golang-go',
  version: { args: ['version'], least: [1, 22] },
};

/** It tells the years of its making before its version, so any will do. */
export const kcat: NeededProgram = { name: 'kcat', debianPackage: 'kcat', version: { args: ['-V'], least: [1, 0] } };

/** Where Go's own installer puts it, which is not always on PATH. */
const furtherFolders = ['/usr/local/go/bin'];

/** The path of a program on PATH; undefined where there is none. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...furtherFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** What of a program is wrong, as a noun phrase; undefined where it will do. */
export function lackOf({ name, version: { args, least } }: NeededProgram): string | undefined {
  const path = findProgram(name);
  if (path === undefined) return name;
  const { stdout, stderr } = spawnSync(path, args, { encoding: 'utf8', timeout: 60_000 });
  // Java says first which options it was given by the environment.
  const told = stripVTControlCharacters(stdout === '' ? stderr : stdout).replaceAll(/^Picked up .*$/gm, '');
  const found = /(\d+)(?:\.(\d+))?/.exec(told);
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  const isEnough = major > least[0] || (major === least[0] && minor >= least[1]);
  return isEnough ? undefined : `${name} ${least.join('.')} or newer (this is ${major}.${minor})`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
