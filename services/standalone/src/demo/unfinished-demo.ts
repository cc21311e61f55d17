import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoExtent } from '@faemban/demo';

const fileOf = (dataDir: string): string => join(dataDir, 'demo-unfinished');

/** Notes that a demo is being loaded, so that the next start goes on with it if this one is stopped. */
export function noteUnfinishedDemo(dataDir: string, what: DemoExtent): void {
  writeFileSync(fileOf(dataDir), what);
}

/** The demo an earlier start did not finish, if there is one. */
export function unfinishedDemo(dataDir: string): DemoExtent | undefined {
  if (!existsSync(fileOf(dataDir))) return undefined;
  return readFileSync(fileOf(dataDir), 'utf8') === 'province' ? 'province' : 'district';
}

/** The demo is complete. */
export function forgetUnfinishedDemo(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}
