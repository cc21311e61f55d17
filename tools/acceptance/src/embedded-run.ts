import { join } from 'node:path';
import { figuresAgain, type AgainReport } from './again';
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

  constructor(private readonly work: string) {}

  async start(nowMs: number): Promise<System> {
    this.system = await System.start(join(this.work, 'data'), nowMs);
    return this.system;
  }

  /** Rebuilt, restored elsewhere, and from the exported log. Stops the system. */
  async again(asked: Again): Promise<AgainReport> {
    if (this.system === undefined) throw new Error('The system was not started.');
    const found = await figuresAgain({
      ...{ system: this.system, dataDir: join(this.work, 'data'), work: this.work },
      ...asked,
    });
    this.system = undefined;
    return found;
  }

  async end(): Promise<void> {
    await this.system?.kill();
  }
}
