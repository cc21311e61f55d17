import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Answer, Order } from './service-process';

const stopMsMax = 30_000;
const endsWithParent = join(__dirname, '../dist/ends-with-parent.js');

/** One process of the system in the hands of a test. It never outlives the process that started it. */
export class Member {
  private child: ChildProcess | undefined;

  /**
   * @param name what it is called, e.g. `reporting 2`
   * @param url where it listens; its port stays the same when it is started again
   */
  constructor(
    readonly name: string,
    readonly url: string,
    private readonly module: string,
    private readonly args: () => readonly string[],
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it; does not wait until it serves. */
  start(): void {
    if (this.isRunning) return;
    this.child = fork(this.module, [...this.args()], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: ['--require', endsWithParent],
    });
  }

  /** Asks it to end in order and waits; answers its exit code. */
  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Ends it at once, as a power cut would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Makes it stand still: it holds what it holds, and answers nothing. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Gives an order to a service's process and waits for the answer. */
  ask(order: Order): Promise<Answer> {
    const { child } = this;
    if (child === undefined) throw new Error(`${this.name} was not started.`);
    return new Promise((resolve, reject) => {
      const exited = (code: number | null) => reject(new Error(`${this.name} ended by itself (exit code ${code}).`));
      const heard = (answer: Answer) => {
        if (answer.serving !== undefined) return;
        child.off('exit', exited);
        child.off('message', heard);
        resolve(answer);
      };
      child.once('exit', exited);
      child.on('message', heard);
      child.send(order);
    });
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const { child } = this;
    if (child === undefined || !this.isRunning) return child?.exitCode ?? null;
    const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    if (signal === 'SIGTERM') child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    const code = await gone;
    clearTimeout(timer);
    return code;
  }
}
