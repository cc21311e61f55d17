import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerControl } from '../server-control';
import { startGuarded, type GuardedProcess } from './guarded-process';
import { makeServerFolder } from './server-folders';
import { standsStill } from './stands-still';

/** A stopped server has this long to end by itself, in milliseconds. */
const stopMs = 15_000;
/** Between two looks at whether a paused server stands still, in milliseconds. */
const standingMs = 2;

/** How one server runs as a process. */
export interface NativeServerRecipe {
  readonly name: string;
  /** The command, given the folder for its data; secrets go in `env`, where other users of the machine do not see them. */
  command(folder: string): {
    readonly program: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  };
  /** Resolves when it serves. */
  ready(started: GuardedProcess): Promise<void>;
  /** Prepares the empty folder, once. */
  prepare?(folder: string): Promise<void>;
}

/** A server of our own: its process, and its data until it is removed. */
export class NativeServer implements ServerControl {
  private running: GuardedProcess | undefined;
  private readonly folder: string;
  private isPrepared = false;
  private isToEnd = false;

  constructor(private readonly recipe: NativeServerRecipe) {
    this.folder = makeServerFolder(recipe.name);
  }

  get name(): string {
    return this.recipe.name;
  }

  get isRunning(): boolean {
    return this.running?.isRunning ?? false;
  }

  /** The number of its process while it runs. */
  get pid(): number | undefined {
    return this.isRunning ? this.running?.pid : undefined;
  }

  async start(): Promise<void> {
    if (this.isRunning) return;
    if (!this.isPrepared) await this.recipe.prepare?.(this.folder);
    this.isPrepared = true;
    const { program, args, env } = this.recipe.command(this.folder);
    const started = await startGuarded(this.folder, program, args, env);
    this.running = started;
    this.isToEnd = false;
    // Otherwise whoever uses it would only see connections that break.
    void started.ended.then(() => {
      if (!this.isToEnd) console.error(`${this.name} ended by itself; printed last:\n${started.printed}`);
    });
    try {
      await this.recipe.ready(this.running);
    } catch (error) {
      await this.kill();
      throw new Error(`${this.name} did not start`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    const { running } = this;
    if (running === undefined || !running.isRunning) return;
    this.isToEnd = true;
    // A stopped process takes the signal only when it goes on.
    running.signal('SIGTERM');
    running.signal('SIGCONT');
    const late = setTimeout(() => running.signal('SIGKILL'), stopMs);
    await running.untilEnded();
    clearTimeout(late);
  }

  async kill(): Promise<void> {
    this.isToEnd = true;
    this.running?.signal('SIGKILL');
    await this.running?.untilEnded();
  }

  async pause(): Promise<void> {
    const { running } = this;
    running?.signal('SIGSTOP');
    while (running?.isRunning === true && !standsStill(running.pid)) await delay(standingMs);
  }

  async resume(): Promise<void> {
    this.running?.signal('SIGCONT');
  }

  /** Ends it at once and removes its data. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
