import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Answer, Order } from './system-process';

/** A running system in a process of its own, with a clock that can be moved. One order at a time. */
export class System {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /**
   * Starts the embedded profile on a free port over `dataDir`, its clock at `nowMs` and running on from there. `preload` is a script
   * that every thread of it loads first, by which a test breaks a part of the programme.
   */
  static async start(dataDir: string, nowMs: number, preload?: string): Promise<System> {
    const child = fork(join(__dirname, '../dist/system-process.js'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      ...(preload === undefined ? {} : { execArgv: ['--require', preload] }),
    });
    const { url } = await ask(child, { start: { dataDir, nowMs } });
    if (!url) throw new Error('The system started without an address.');
    return new System(child, url);
  }

  /** Moves the system's clock on. */
  async shiftClock(byMs: number): Promise<void> {
    await ask(this.child, { shiftMs: byMs });
  }

  /** Waits until every view and policy has applied everything recorded, and what that caused. */
  async settled(): Promise<void> {
    await ask(this.child, { settle: true });
  }

  /** Peak resident memory in MiB and processor seconds so far, by the operating system's own count. */
  async measure(): Promise<{ peakRssMb: number; cpuSeconds: number }> {
    const { peakRssMb = 0, cpuSeconds = 0 } = await ask(this.child, { measure: true });
    return { peakRssMb, cpuSeconds };
  }

  /** Stops it in order: drains, closes, exits. */
  async stop(): Promise<void> {
    await ask(this.child, { stop: true });
  }

  /** Ends it at once, as a power cut would; nothing where it has ended. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }
}

function ask(child: ChildProcess, order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`The system ended by itself (exit code ${code}).`));
    child.once('exit', exited);
    child.once('message', (answer: Answer) => {
      child.off('exit', exited);
      if (answer.failed) reject(new Error(answer.failed));
      else resolve(answer);
    });
    child.send(order);
  });
}
