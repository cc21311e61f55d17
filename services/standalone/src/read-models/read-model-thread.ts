import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  invariant,
  type EventLog,
  type ReplayOutcome,
  type ReportIncident,
  type Runner,
  type RunnerStatus,
} from '@faemban/event-sourcing';
import type { Reply, Request, ThreadBeginning } from './messages';

/** What the thread may be asked, without the number of the request. */
type Asked =
  | Omit<Extract<Request, { readonly ask: 'start' | 'settle' | 'stop' }>, 'id'>
  | Omit<Extract<Request, { readonly ask: 'replay' }>, 'id'>
  | Omit<Extract<Request, { readonly ask: 'close' }>, 'id'>;

interface Waiting {
  resolve(outcome: ReplayOutcome | undefined): void;
  reject(error: Error): void;
}

/**
 * A thread that keeps one context's read models, and the runners by which this one commands them. The read models' file has one writer,
 * the thread; this one only reads it. A thread that ends by itself leaves its runners faulted.
 */
export class ReadModelThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly statuses = new Map<string, RunnerStatus>();
  private readonly reports = new Map<string, ReportIncident>();
  private readonly leave: () => void;
  private nextId = 1;
  private wakeIsDue = false;
  private fault: string | undefined;
  private isClosed = false;

  constructor(beginning: ThreadBeginning, log: EventLog) {
    this.worker = new Worker(join(__dirname, '../../dist/read-models/read-models.worker.js'), {
      workerData: beginning,
      name: `${beginning.context} read models`,
    });
    this.worker.on('message', (reply: Reply) => this.hear(reply));
    this.worker.on('error', (error) => this.end(error.message));
    this.worker.on('exit', (code) => this.end(`The thread ended by itself (exit code ${code}).`));
    this.leave = log.onAppended(() => this.wakeSoon());
  }

  /** The runner of one read model, kept in the thread; `report` hears what operators should know of. */
  runnerOf(name: string, report?: ReportIncident): Runner {
    if (report !== undefined) this.reports.set(name, report);
    return {
      start: async () => void (await this.ask({ ask: 'start', runner: name })),
      settled: async () => void (await this.ask({ ask: 'settle', runner: name })),
      stop: async () => void (await this.ask({ ask: 'stop', runner: name })),
      replay: async (replay) => {
        const outcome = await this.ask({ ask: 'replay', runner: name, replay });
        invariant(outcome !== undefined, 'a replay is answered with its outcome');
        return outcome;
      },
      status: () => this.statusOf(name),
    };
  }

  /** Closes the thread's files and ends it. Its runners must have been stopped. */
  async close(): Promise<void> {
    this.leave();
    if (this.fault === undefined) await this.ask({ ask: 'close' });
    this.isClosed = true;
    await this.worker.terminate();
  }

  private ask(request: Asked): Promise<ReplayOutcome | undefined> {
    if (this.fault !== undefined) return Promise.reject(new Error(this.fault));
    const id = this.nextId++;
    this.worker.postMessage({ ...request, id } satisfies Request);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private hear(reply: Reply): void {
    if ('incident' in reply) {
      this.reports.get(reply.incident.runner)?.(reply.incident);
      return;
    }
    for (const status of reply.statuses) this.statuses.set(status.name, status);
    if (!('done' in reply)) return;
    const waiting = this.waiting.get(reply.done);
    this.waiting.delete(reply.done);
    if (reply.failed === undefined) waiting?.resolve(reply.outcome);
    else waiting?.reject(new Error(reply.failed));
  }

  private statusOf(name: string): RunnerStatus {
    const told = this.statuses.get(name) ?? notYetTold(name);
    return this.fault === undefined || this.isClosed ? told : { ...told, state: 'faulted', fault: this.fault };
  }

  /** One wake-up per turn of the event loop, however much was appended in it. */
  private wakeSoon(): void {
    if (this.wakeIsDue) return;
    this.wakeIsDue = true;
    setImmediate(() => {
      this.wakeIsDue = false;
      if (!this.isClosed && this.fault === undefined) this.worker.postMessage({ ask: 'wake' } satisfies Request);
    });
  }

  private end(reason: string): void {
    if (this.isClosed || this.fault !== undefined) return;
    this.fault = reason;
    for (const { reject } of this.waiting.values()) reject(new Error(reason));
    this.waiting.clear();
  }
}

function notYetTold(name: string): RunnerStatus {
  return {
    name,
    kind: 'view',
    state: 'starting',
    vector: {},
    lagEvents: 0,
    lagSeconds: 0,
    parkedTotal: 0,
    parkedOldestAt: null,
    applied: 0,
  };
}
