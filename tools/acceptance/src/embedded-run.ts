import { join } from 'node:path';
import { figuresAgain, figuresOf, type AgainReport } from './again';
import { figuresMigrated, type MigratedReport } from './distributed-run';
import type { Stages } from './stages';
import { System } from './system';

/** What of a profile acceptance asks at the end: the same figures once more. */
export interface Again {
  /** Paths of the figures to compare. */
  readonly paths: readonly string[];
  readonly stages: Stages;
  /** What the clock shows in the systems that are started again. */
  readonly nowMs: number;
}

/** One run of the embedded profile over a folder of its own. */
export class EmbeddedRun {
  readonly servers: readonly string[] | undefined;
  private system: System | undefined;

  constructor(
    private readonly work: string,
    /** Whether the installation is migrated to the distributed profile at the end. */
    private readonly isMigrated: boolean,
  ) {}

  async start(nowMs: number): Promise<System> {
    this.system = await System.start(join(this.work, 'data'), nowMs);
    return this.system;
  }

  /** Rebuilt, restored elsewhere, from the exported log, and migrated where that was asked. Stops the system. */
  async again(asked: Again): Promise<AgainReport & { readonly migrated?: MigratedReport }> {
    const { system, work } = this;
    if (system === undefined) throw new Error('The system was not started.');
    const dataDir = join(work, 'data');
    const wanted = this.isMigrated ? await figuresOf(system, asked.paths) : undefined;
    const found = await figuresAgain({ system, dataDir, work, ...asked });
    this.system = undefined;
    return wanted === undefined ? found : { ...found, migrated: await figuresMigrated(dataDir, wanted, asked) };
  }

  async end(): Promise<void> {
    await this.system?.kill();
  }
}
