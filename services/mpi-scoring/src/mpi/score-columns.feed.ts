import { vectorKey, type Vector } from '@faemban/event-sourcing';
import { PLATFORM, Problem, type Platform } from '@faemban/nest-kit';
import { rulesets as shipped, type Ruleset } from '@faemban/reference-data';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inSlices, sliceMsMax } from './in-slices.runner';
import { rulesetKey, ScoreRows } from './score-rows';
import { takeSnapshot, type Selection, type Snapshot } from './snapshot';

const context = 'mpi-scoring';
/** Events read at once: a few milliseconds of parsing. */
const eventsPerRead = 100;
/** A question waits this long for the columns to be loaded; loading goes on behind it. */
const waitMsMax = 20_000;
/** Snapshots kept: a comparison needs two, and a first one of another round may be asked for beside it. */
const snapshotsMax = 4;

/** Through what an answer is complete: the log's place in every partition, and when the last event taken in was recorded. */
export interface CompleteThrough {
  readonly vector: Vector;
  readonly recordedAt: string | null;
}

/**
 * The scores of every household as columns in memory, read from this context's own log at the first question and followed from there at
 * every further one. It can be thrown away at any time: a restart reads anew.
 */
@Injectable()
export class ScoreColumns implements OnModuleDestroy {
  private readonly rows = new ScoreRows();
  private readonly seqs = new Map<number, number>();
  private recordedAt: string | null = null;
  private readonly snapshots = new Map<string, { readonly version: number; readonly snapshot: Snapshot }>();
  private working: Promise<unknown> = Promise.resolve();
  private eventsTaken = 0;
  private eventsWaiting = 0;
  private isStopping = false;

  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  /** Every ruleset that ships, and every one published. Known once something was asked. */
  rulesets(): readonly Ruleset[] {
    const published = new Map(this.rows.published.map((ruleset) => [rulesetKey(ruleset), ruleset]));
    return [...shipped.filter((ruleset) => !published.has(rulesetKey(ruleset))), ...published.values()];
  }

  /** Whether some household was ever scored under a ruleset. */
  hasScoresOf(ruleset: Ruleset): boolean {
    return this.rows.series.includes(rulesetKey(ruleset));
  }

  /** Households that were ever heard of; their numbers in snapshots are below this. */
  get households(): number {
    return this.rows.households;
  }

  /**
   * Takes in everything recorded before the call, then hands over snapshots. What is asked for at once is answered from one state of
   * the log.
   *
   * @throws Problem 503 `mpi-columns-loading` where that takes longer than 20 s; it goes on, and the next question finds it further
   */
  async ask<Answer>(
    question: (take: (selection: Selection) => Promise<Snapshot>, complete: () => CompleteThrough) => Promise<Answer>,
  ): Promise<Answer> {
    const state = Promise.withResolvers<void>();
    let isGivenUp = false;
    const answer = this.alone(async () => {
      await this.catchUp();
      // Nobody waits for it any more; what was loaded stays.
      if (isGivenUp) throw this.loading();
      state.resolve();
      return question(
        (selection) => this.snapshot(selection),
        () => ({ vector: this.vector(), recordedAt: this.recordedAt }),
      );
    });
    answer.catch(state.reject);
    const timer = setTimeout(() => {
      isGivenUp = true;
      state.reject(this.loading());
    }, waitMsMax);
    try {
      await state.promise;
    } finally {
      clearTimeout(timer);
    }
    return answer;
  }

  onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    return this.working.then(() => undefined);
  }

  /** One after another: a snapshot must not be taken while events come in. */
  private alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.working.then(work);
    this.working = result.catch(() => undefined);
    return result;
  }

  private async catchUp(): Promise<void> {
    const heads = await this.platform.log.heads(context);
    const behind = heads.filter(({ partition, seq }) => seq > this.seqOf(partition));
    this.eventsWaiting = behind.reduce((sum, { partition, seq }) => sum + seq - this.seqOf(partition), 0);
    let begun = performance.now();
    for (const { partition, seq } of behind) {
      while (this.seqOf(partition) < seq) {
        if (this.isStopping) throw stopping();
        const events = await this.platform.log.read(context, partition, this.seqOf(partition), eventsPerRead);
        for (const event of events) {
          this.rows.apply(event);
          if (this.recordedAt === null || event.recordedAt > this.recordedAt) this.recordedAt = event.recordedAt;
        }
        const last = events.at(-1);
        if (!last) break;
        this.seqs.set(partition, last.seq);
        this.eventsTaken += events.length;
        this.eventsWaiting -= events.length;
        if (performance.now() - begun < sliceMsMax) continue;
        await nextTurn();
        begun = performance.now();
      }
    }
  }

  private async snapshot(selection: Selection): Promise<Snapshot> {
    const key = `${selection.ruleset} ${selection.round} ${selection.day}`;
    const known = this.snapshots.get(key);
    this.snapshots.delete(key);
    const kept =
      known?.version === this.rows.version
        ? known
        : { version: this.rows.version, snapshot: await inSlices(takeSnapshot(this.rows, selection)) };
    this.snapshots.set(key, kept);
    const oldest = this.snapshots.keys().next();
    if (this.snapshots.size > snapshotsMax && !oldest.done) this.snapshots.delete(oldest.value);
    return kept.snapshot;
  }

  private seqOf(partition: number): number {
    return this.seqs.get(partition) ?? 0;
  }

  private vector(): Vector {
    return Object.fromEntries([...this.seqs].map(([partition, seq]) => [vectorKey(context, partition), seq]));
  }

  private loading(): Problem {
    const { eventsTaken: done, eventsWaiting } = this;
    return new Problem(503, 'mpi-columns-loading', {
      th: `กำลังอ่านผลคะแนนเข้าหน่วยความจำ อ่านแล้ว ${done} จาก ${done + eventsWaiting} เหตุการณ์ ถามใหม่ได้ในอีกสักครู่`,
      en: `Scores are being read into memory: ${done} of ${done + eventsWaiting} events so far. Ask again shortly.`,
    });
  }
}

const stopping = (): Problem =>
  new Problem(503, 'server-stopping', {
    th: 'ระบบกำลังหยุดทำงาน ถามใหม่เมื่อระบบเริ่มทำงานอีกครั้ง',
    en: 'The server is stopping. Ask again once it has been started.',
  });
