import type Database from 'better-sqlite3';
import { OutcomeUnknown, type Appended, type AppendResult, type Clock } from '@faemban/event-sourcing';
import { asStorageFailure, isSqliteError } from '../failures';
import type { PreparedAppend, Recorder } from './recorder';

/** Bounds of one transaction, so that the event loop stays alive: what is left goes on in its next turn. */
export interface CommitLimits {
  readonly eventsMax: number;
  /** Work before the commit itself, in milliseconds, but 250 events at least; more where commits take longer, up to four times. */
  readonly workMs: number;
}

/** What the writer did since it was opened. */
export interface CommitStats {
  readonly commits: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly refused: number;
  readonly failed: number;
  readonly events: number;
  /** Appends waiting for a transaction now. */
  readonly waiting: number;
}

/** What an event takes beside its body: envelope, indexes, its command. */
const envelopeBytes = 1000;
/** Taken into one transaction whatever the time: on a machine with nothing else to do, about 8 ms of work. */
const eventsMin = 250;
/** How much of the average a new measurement is. */
const commitMsWeight = 0.2;
/** Where the disk is slow, work may take this many times `workMs`, so that not all time goes into commits. */
const workStretchMax = 4;

type Answer = (result: AppendResult) => void;
interface Waiting extends PreparedAppend {
  readonly answer: Answer;
}

/**
 * Puts all appends of one turn of the event loop into one transaction. Everybody, also who is refused, is answered only after the
 * commit, since a refusal may rest on what the same transaction recorded before it.
 */
export class GroupCommit {
  private waiting: Waiting[] = [];
  private isScheduled = false;
  private mustReload = false;
  /** How long commits took lately, in milliseconds. */
  private commitMs = 0;
  private counts = { commits: 0, accepted: 0, repeated: 0, refused: 0, failed: 0, events: 0 };
  private whenIdle: (() => void)[] = [];
  private readonly begin: Database.Statement;
  private readonly commit: Database.Statement;

  constructor(
    private readonly db: Database.Database,
    private readonly recorder: Recorder,
    private readonly clock: Clock,
    private readonly limits: CommitLimits,
    private readonly onCommitted: (bytes: number) => void,
  ) {
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
  }

  /** Queues an append; `answer` is called once, after the commit that decided it. */
  add(append: PreparedAppend, answer: Answer): void {
    this.waiting.push({ ...append, answer });
    this.schedule();
  }

  stats(): CommitStats {
    return { ...this.counts, waiting: this.waiting.length };
  }

  /** Resolves when nothing is waiting any more. */
  async drained(): Promise<void> {
    if (this.waiting.length > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
  }

  private schedule(): void {
    if (this.isScheduled || this.waiting.length === 0) return;
    this.isScheduled = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.isScheduled = false;
    const decided: { readonly waiting: Waiting; readonly result: AppendResult }[] = [];
    let isCommitting = false;
    try {
      if (this.mustReload) this.reload();
      this.begin.run();
      this.recordSome(decided);
      this.recorder.writeHeads();
      isCommitting = true;
      const started = performance.now();
      this.commit.run();
      this.commitMs += commitMsWeight * (performance.now() - started - this.commitMs);
    } catch (error) {
      this.giveUp(decided, error, isCommitting);
      return;
    }
    this.waiting = this.waiting.slice(decided.length);
    this.schedule();
    this.count(decided);
    for (const { waiting, result } of decided) waiting.answer(result);
    this.onCommitted(bytesOf(decided));
    this.tellIdle();
  }

  /** Takes from the front of the queue as much as one transaction may hold. */
  private recordSome(decided: { waiting: Waiting; result: AppendResult }[]): void {
    const now = this.clock();
    const { eventsMax, workMs } = this.limits;
    const until = performance.now() + Math.min(Math.max(workMs, this.commitMs), workMs * workStretchMax);
    let events = 0;
    for (const waiting of this.waiting) {
      // Known before it is recorded, so that a failure in the middle knows whom it concerns.
      const entry = { waiting, result: undefined as unknown as AppendResult };
      decided.push(entry);
      entry.result = this.judge(waiting, now);
      events += waiting.prepared.length;
      if (events >= eventsMax || (events >= eventsMin && performance.now() >= until)) return;
    }
  }

  private judge(waiting: Waiting, now: number): AppendResult {
    try {
      return { ok: true, appended: this.recorder.record(waiting, now) };
    } catch (error) {
      if (isSqliteError(error) || !(error instanceof Error)) throw error;
      return { ok: false, error };
    }
  }

  /** Nothing of the transaction counts: memory is taken from the file again, and everyone in it is told why. */
  private giveUp(decided: readonly { readonly waiting: Waiting }[], cause: unknown, isCommitting: boolean): void {
    const concerned = decided.length === 0 ? this.waiting : decided.map(({ waiting }) => waiting);
    this.waiting = this.waiting.slice(concerned.length);
    this.mustReload = true;
    const failure = asStorageFailure(cause);
    this.counts.failed += concerned.length;
    // A commit that failed for want of space never reached its last page. After any other failure the file may hold it all the same.
    const isUnknown = isCommitting && !(isSqliteError(cause) && cause.code === 'SQLITE_FULL');
    for (const { append, answer } of concerned) {
      const error = isUnknown ? new OutcomeUnknown(append.context.commandId, { cause: failure }) : failure;
      answer({ ok: false, error });
    }
    this.schedule();
    this.tellIdle();
  }

  /** After a failure, before anything is recorded again; where it fails itself, the next turn tries once more. */
  private reload(): void {
    if (this.db.inTransaction) this.db.exec('ROLLBACK');
    this.recorder.reload();
    this.mustReload = false;
  }

  private count(decided: readonly { readonly result: AppendResult }[]): void {
    this.counts.commits += 1;
    for (const { result } of decided) {
      if (!result.ok) this.counts.refused += 1;
      else if (result.appended.repeated) this.counts.repeated += 1;
      else this.countAccepted(result.appended);
    }
  }

  private countAccepted({ firstVersion, lastVersion }: Appended): void {
    this.counts.accepted += 1;
    this.counts.events += lastVersion - firstVersion + 1;
  }

  private tellIdle(): void {
    if (this.waiting.length > 0) return;
    const told = this.whenIdle;
    this.whenIdle = [];
    for (const resolve of told) resolve();
  }
}

/** About how much was written: bodies and what stands round them. */
function bytesOf(decided: readonly { readonly waiting: Waiting; readonly result: AppendResult }[]): number {
  let bytes = 0;
  for (const { waiting, result } of decided) {
    if (!result.ok || result.appended.repeated) continue;
    for (const prepared of waiting.prepared) bytes += prepared.bytes + envelopeBytes;
  }
  return bytes;
}
