import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  createSharedControl,
  RebuildCancelled,
  type Comparison,
  type FillProgress,
  type RebuildControl,
  type RebuildEngine,
  type RebuildJob,
  type SharedControl,
  type Vector,
} from '@faemban/event-sourcing';
import type { RebuildBeginning, RebuildReply, RebuildRequest } from './messages';

/** Threads that fill partitions at the same time, at most; each holds one partition in memory. */
const threadsMax = 4;

/** Rebuilds in threads of their own, so that routes, imports and live read models go on. The threads end with the work. */
export class RebuildThreads implements RebuildEngine {
  constructor(
    private readonly beginning: Omit<RebuildBeginning, 'control'>,
    /** Says which partitions are unfilled, in this thread. */
    private readonly local: Pick<RebuildEngine, 'unfilled'>,
    private readonly threads = Math.max(1, Math.min(threadsMax, availableParallelism())),
  ) {}

  unfilled(job: RebuildJob): Promise<readonly number[]> {
    return this.local.unfilled(job);
  }

  async fill(job: RebuildJob, control: RebuildControl, tell: (progress: FillProgress) => void): Promise<void> {
    const todo = [...(await this.unfilled(job))];
    const isFailed = new AbortController();
    const one = () =>
      this.withThread(control, async (thread) => {
        for (let partition = todo.shift(); partition !== undefined; partition = todo.shift()) {
          if (isFailed.signal.aborted) return;
          await thread.ask({ ask: 'fill', job, partition }, (events) => tell({ events }));
          tell({ partition });
        }
      });
    const threads = Array.from({ length: Math.min(this.threads, todo.length) }, () =>
      one().catch((error: unknown) => {
        isFailed.abort();
        throw error;
      }),
    );
    const failed = (await Promise.allSettled(threads)).find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async compare(job: RebuildJob, control: RebuildControl): Promise<Comparison> {
    return this.withThread(control, async (thread) => (await thread.ask({ ask: 'compare', job })) as Comparison);
  }

  async switch(job: RebuildJob): Promise<Vector> {
    return this.withThread(undefined, async (thread) => (await thread.ask({ ask: 'switch', job })) as Vector);
  }

  async drop(view: string, generation: number): Promise<void> {
    await this.withThread(undefined, (thread) => thread.ask({ ask: 'drop', view, generation }));
  }

  private async withThread<Result>(
    control: RebuildControl | undefined,
    work: (thread: RebuildThread) => Promise<Result>,
  ): Promise<Result> {
    const shared = control?.shared ?? createSharedControl();
    const thread = new RebuildThread({ ...this.beginning, control: shared });
    try {
      return await work(thread);
    } finally {
      await thread.close();
    }
  }
}

/** One thread, asked one thing at a time. */
class RebuildThread {
  private readonly worker: Worker;
  private waiting:
    { resolve(done: unknown): void; reject(error: Error): void; tell?(events: number): void } | undefined;
  private ended: string | undefined;

  constructor(beginning: RebuildBeginning & { readonly control: SharedControl }) {
    this.worker = new Worker(join(__dirname, '../../dist/rebuild/rebuild.worker.js'), {
      workerData: beginning,
      name: `rebuild ${beginning.context}`,
    });
    this.worker.on('message', (reply: RebuildReply) => this.hear(reply));
    this.worker.on('error', (error) => this.end(error.message));
    this.worker.on('exit', (code) => this.end(`The thread ended by itself (exit code ${code}).`));
  }

  ask(request: RebuildRequest, tell?: (events: number) => void): Promise<unknown> {
    if (this.ended !== undefined) return Promise.reject(new Error(this.ended));
    this.worker.postMessage(request);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, ...(tell === undefined ? {} : { tell }) };
    });
  }

  async close(): Promise<void> {
    if (this.ended === undefined) await this.ask({ ask: 'close' });
    await this.worker.terminate();
  }

  private hear(reply: RebuildReply): void {
    if ('events' in reply) {
      this.waiting?.tell?.(reply.events);
      return;
    }
    const { waiting } = this;
    this.waiting = undefined;
    if ('done' in reply) waiting?.resolve(reply.done);
    else waiting?.reject(reply.isCancelled ? new RebuildCancelled(reply.failed) : new Error(reply.failed));
  }

  private end(reason: string): void {
    this.ended ??= reason;
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.reject(new Error(this.ended));
  }
}
