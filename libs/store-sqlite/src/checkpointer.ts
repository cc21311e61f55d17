import { Worker } from 'node:worker_threads';

/** Bytes written to a file after which its write-ahead log is copied into it beside the event loop. */
const bytesBetweenCheckpoints = 12 * 1024 * 1024;

/**
 * The whole of the other thread. A passive checkpoint waits for nobody and holds up nobody; what is written meanwhile is left to the
 * next one. Files stay open until they are let go, since closing one would drop nothing but time.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Database = require(workerData.driver);
  const open = new Map();
  parentPort.on('message', ({ file, letGo }) => {
    if (letGo) {
      open.get(file)?.close();
      open.delete(file);
    } else {
      const db = open.get(file) ?? new Database(file, { fileMustExist: true });
      open.set(file, db);
      db.pragma('wal_checkpoint(PASSIVE)');
    }
    parentPort.postMessage({ file, letGo });
  });
`;

/**
 * Copies write-ahead logs into their files on another thread, so that the event loop does not stand still for it (measured: 100 ms for
 * every 40 MB written, a third of all time under load). It is a help and no duty: a log that grows beyond 40 MB all the same is copied
 * by the connection that writes it, and so is every log when this thread cannot work.
 */
class Checkpointer {
  private worker: Worker | undefined;
  private readonly users = new Set<string>();
  private readonly busy = new Set<string>();
  private readonly leaving = new Map<string, () => void>();

  join(file: string): void {
    this.users.add(file);
  }

  /** Asks for a checkpoint, unless one of this file is under way. */
  request(file: string): void {
    if (this.busy.has(file)) return;
    this.busy.add(file);
    this.running().postMessage({ file });
  }

  /** Resolves when the other thread has closed the file. */
  async leave(file: string): Promise<void> {
    this.users.delete(file);
    const { worker } = this;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      this.leaving.set(file, resolve);
      worker.postMessage({ file, letGo: true });
    });
    if (this.users.size > 0 || this.worker === undefined) return;
    this.worker = undefined;
    await worker.terminate();
  }

  private running(): Worker {
    if (this.worker !== undefined) return this.worker;
    const driver = require.resolve('better-sqlite3');
    const worker = new Worker(program, { eval: true, workerData: { driver }, name: 'checkpoints' });
    worker.unref();
    worker.on('message', ({ file, letGo }: { file: string; letGo?: boolean }) => {
      if (letGo === true) this.left(file);
      else this.busy.delete(file);
    });
    // Files that could not be copied stay busy and are not asked for again: their writers do it themselves.
    worker.on('error', () => this.stopped(worker));
    worker.on('exit', () => this.stopped(worker));
    this.worker = worker;
    return worker;
  }

  private stopped(worker: Worker): void {
    if (this.worker === worker) this.worker = undefined;
    for (const file of [...this.leaving.keys()]) this.left(file);
  }

  private left(file: string): void {
    this.busy.delete(file);
    this.leaving.get(file)?.();
    this.leaving.delete(file);
  }
}

const checkpointer = new Checkpointer();

/** Counts what one connection writes and has it copied in good time. */
export class WrittenBytes {
  private bytes = 0;

  constructor(private readonly file: string) {
    checkpointer.join(file);
  }

  /** After a commit of about so many bytes. */
  add(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes < bytesBetweenCheckpoints) return;
    this.bytes = 0;
    checkpointer.request(this.file);
  }

  /** Before the connection is closed. */
  async close(): Promise<void> {
    await checkpointer.leave(this.file);
  }
}
