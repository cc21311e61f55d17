import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'faemban-server-';

/** A new folder for a server of this process, named after it. Folders of processes that are gone are removed on the way. */
export function makeServerFolder(name: string): string {
  removeLeftFolders();
  return mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-${name}-`));
}

/** Removes what servers left whose owner was killed while they were stopped, so that nobody guarded their folder. */
function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^faemban-server-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Whether a process of this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
