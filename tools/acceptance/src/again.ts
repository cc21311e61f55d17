import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@faemban/cli';
import { eventsOf } from './events-of';
import { faemban } from './faemban';
import type { Stages } from './stages';
import { System } from './system';
import type { SystemUnderTest } from './system-under-test';

/** What the same figures cost once more, and in how many files they were not the same. */
export interface AgainReport {
  readonly files: number;
  /** Read models that were rebuilt from the log, compared with the live ones, and put in their place. */
  readonly viewsRebuilt: number;
  /** Files that differ after that. */
  readonly rebuilt: number;
  /** Files that differ in what was restored elsewhere from a backup of the running system. */
  readonly restored: number;
  /** Files that differ in an installation made from the exported log, whose read models were all made anew. */
  readonly imported: number;
  readonly backupBytes: number;
  /** True when backup and export had every event that the system had. */
  readonly isEveryEventThere: boolean;
}

interface Given {
  readonly system: System;
  readonly dataDir: string;
  /** A folder for copies. */
  readonly work: string;
  /** Paths of the figures to compare. */
  readonly paths: readonly string[];
  readonly stages: Stages;
  /** What the clock shows in the systems that are started again. */
  readonly nowMs: number;
}

/**
 * The figures of a running system once more: after every view was rebuilt, after a backup was restored elsewhere, and after the exported
 * log was taken into an empty installation. Stops the system.
 */
export async function figuresAgain({ system, dataDir, work, paths, stages, nowMs }: Given): Promise<AgainReport> {
  const wanted = await stages.run('figures', () => figuresOf(system, paths));
  const rebuilds = await stages.run('rebuild every view', () =>
    faemban<{ state: string }[]>('--url', system.url, 'rebuild', '--all', '--as', 'malee'),
  );
  const rebuilt = differing(wanted, await figuresOf(system, paths));
  const [copy, keys, log] = [join(work, 'backup'), join(work, 'keys-backup'), join(work, 'log.gz')];
  const backedUp = await stages.run('backup', () =>
    faemban<{ events: number; bytes: number }>('backup', '--data', dataDir, '--to', copy),
  );
  await faemban('backup-keys', '--data', dataDir, '--to', keys);
  const exported = await stages.run('export', () =>
    faemban<{ events: number }>('export', '--data', dataDir, '--to', log),
  );
  const events = await eventsOf(system);
  await system.stop();

  const elsewhere = async (name: string, ...command: readonly string[]): Promise<number> => {
    const folder = join(work, name);
    mkdirSync(folder, { mode: 0o700 });
    cpSync(keys, join(folder, 'keys'), { recursive: true });
    await stages.run(name, () => faemban(...command, '--data', folder));
    const started = await System.start(folder, nowMs);
    try {
      await stages.run(`${name}: settle`, () => started.settled());
      return differing(wanted, await figuresOf(started, paths));
    } finally {
      await started.stop();
    }
  };
  return {
    files: paths.length,
    viewsRebuilt: rebuilds.filter(({ state }) => state === 'switched').length,
    rebuilt,
    restored: await elsewhere('restore', 'restore', '--from', copy),
    imported: await elsewhere('import-log', 'import-log', '--from', log),
    backupBytes: backedUp.bytes,
    isEveryEventThere: backedUp.events === events && exported.events === events,
  };
}

/** The texts behind these paths. */
export async function figuresOf(
  system: Pick<SystemUnderTest, 'url'>,
  paths: readonly string[],
): Promise<readonly string[]> {
  const client = new Client({ url: system.url });
  const texts: string[] = [];
  for (const path of paths) texts.push(await client.text(path));
  return texts;
}

/** How many of the texts are not the same. */
export function differing(wanted: readonly string[], found: readonly string[]): number {
  return wanted.filter((text, at) => text !== found[at]).length;
}
