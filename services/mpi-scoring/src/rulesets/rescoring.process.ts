import { setTimeout as delay } from 'node:timers/promises';
import { firstRulesets, type PublishedRuleset, type RulesetRef } from '@faemban/contracts';
import {
  addFigures,
  createPolicyRunner,
  noReplay,
  vectorKey,
  type Clock,
  type EventLog,
  type Head,
  type ParkedEvents,
  type PolicyDispatch,
  type PolicyStore,
  type ReplayFigures,
  type ReplayOutcome,
  type ReplayRequest,
  type ReportIncident,
  type Runner,
  type RunnerState,
  type RunnerStatus,
  type Vector,
} from '@faemban/event-sourcing';
import { parkedOfAll } from './parked-of-rulesets';
import { isSameRef, refText } from './rulebook';
import type { RulesetBook } from './ruleset-book';
import { scoreUnderRuleset } from './score-under-ruleset.policy';

/** How a ruleset's process is named in status, metrics and transport. */
export const rescoringName = 'score-under-rulesets';
/** How long it waits before it looks again whether a process that met a fault has come through. Milliseconds. */
const lookAgainMs = 1_000;

const context = 'mpi-scoring';

/** What the process stands on. */
export interface RescoringParts {
  readonly book: RulesetBook;
  /** What this process follows: of several, its partitions. */
  readonly log: EventLog;
  /** The whole log, by which it is known whether all processes have come through. */
  readonly wholeLog: Pick<EventLog, 'heads'>;
  readonly store: PolicyStore;
  readonly dispatch: PolicyDispatch;
  readonly clock: Clock;
  readonly report?: ReportIncident | undefined;
  /** Told once a ruleset has reached every household that was recorded before it began. */
  readonly applied: (ruleset: RulesetRef, exceptParkedEvents: number) => Promise<void>;
}

/**
 * Scores old data under rulesets that were published since: one policy a ruleset over scoring's own log, each with a checkpoint of its own,
 * so that it goes on where it was after a stop or a crash, and a command id that derives from (ruleset, input), so that nothing is scored
 * twice. To the outside it is one runner. Rulesets that every household was always scored under need none.
 */
export class Rescoring implements Runner {
  private readonly runners = new Map<string, { readonly ruleset: PublishedRuleset; readonly runner: Runner }>();
  private readonly noting = new Set<Promise<void>>();
  private state: 'new' | 'started' | 'stopped' = 'new';

  constructor(private readonly parts: RescoringParts) {
    parts.book.onPublished((ruleset) => {
      if (this.state === 'started') void this.begin(ruleset);
    });
  }

  async start(): Promise<void> {
    this.state = 'started';
    await Promise.all(this.parts.book.published.map(({ ruleset }) => this.begin(ruleset)));
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    await Promise.all([...this.runners.values()].map(({ runner }) => runner.stop()));
    await Promise.all(this.noting);
  }

  async settled(): Promise<void> {
    if (this.state !== 'started') throw new Error(`${rescoringName} is not running.`);
    await Promise.all([...this.runners.values()].map(({ runner }) => runner.settled()));
    await Promise.all(this.noting);
  }

  /** Replays what is parked of every ruleset, one after the other, each to its end. */
  async replay({ select, isDryRun, eventsMax }: ReplayRequest): Promise<ReplayOutcome> {
    if (this.state !== 'started') throw new Error(`${rescoringName} is not running.`);
    let figures: ReplayFigures = noReplay;
    for (const { runner } of this.runners.values()) {
      for (let after: ReplayRequest['after'], isEnd = false; !isEnd;) {
        const outcome = await runner.replay({
          ...{ select, isDryRun },
          ...(eventsMax === undefined ? {} : { eventsMax }),
          ...(after === undefined ? {} : { after }),
        });
        figures = addFigures(figures, outcome);
        ({ next: after, isEnd } = outcome);
      }
    }
    return { ...figures, isEnd: true };
  }

  status(): RunnerStatus {
    const statuses = [...this.runners.values()].map(({ runner }) => runner.status());
    const sum = (of: (status: RunnerStatus) => number): number => statuses.reduce((all, each) => all + of(each), 0);
    const oldest = statuses.flatMap(({ parkedOldestAt }) => parkedOldestAt ?? []).sort()[0];
    const faults = statuses.flatMap(({ fault }) => fault ?? []);
    return {
      name: rescoringName,
      kind: 'policy',
      state: this.stateOf(statuses),
      vector: lowest(statuses.map(({ vector }) => vector)),
      lagEvents: sum(({ lagEvents }) => lagEvents),
      lagSeconds: Math.max(0, ...statuses.map(({ lagSeconds }) => lagSeconds)),
      parkedTotal: sum(({ parkedTotal }) => parkedTotal),
      parkedOldestAt: oldest ?? null,
      applied: sum(({ applied }) => applied),
      ...(faults.length === 0 ? {} : { fault: faults.join(' · ') }),
    };
  }

  private async begin(ruleset: PublishedRuleset): Promise<void> {
    if (!isFollowed({ ruleset }) || this.runners.has(refText(ruleset))) return;
    const { log, store, dispatch, clock, report } = this.parts;
    const runner = createPolicyRunner({
      policy: scoreUnderRuleset(ruleset),
      ...{ log, store, dispatch, clock },
      ...(report === undefined ? {} : { report }),
    });
    this.runners.set(refText(ruleset), { ruleset, runner });
    await runner.start();
    const note = this.noteWhenApplied(ruleset, runner).finally(() => this.noting.delete(note));
    this.noting.add(note);
  }

  /** Waits until it has come through what was recorded before it began, however often it was held up, and says so. */
  private async noteWhenApplied(ruleset: PublishedRuleset, runner: Runner): Promise<void> {
    const isNoted = () => this.parts.book.published.some((each) => isSameRef(each.ruleset, ruleset) && each.isApplied);
    let target: readonly Head[] | undefined;
    while (this.state === 'started' && !isNoted()) {
      try {
        target ??= await this.parts.wholeLog.heads(context);
        await runner.settled();
        const { id, version } = ruleset;
        if (!(await this.hasComeTo(target, scoreUnderRuleset(ruleset).key))) {
          await delay(lookAgainMs);
          continue;
        }
        await this.parts.applied({ id, version }, runner.status().parkedTotal);
      } catch (error) {
        // A stop ends the wait; a fault is in the runner's status and heals or not: this only looks again.
        if (this.state !== 'started') return;
        const message = `${refText(ruleset)} is not known to be applied yet: ${String(error)}`;
        this.parts.report?.({ runner: rescoringName, what: 'retrying', message, error });
        await delay(lookAgainMs);
      }
    }
  }

  /** Whether every partition has come so far, whichever process works it. */
  private async hasComeTo(target: readonly Head[], key: string): Promise<boolean> {
    const vector = await (await this.parts.store.open({ key, context })).checkpoint();
    return target.every(({ partition, seq }) => (vector[vectorKey(context, partition)] ?? 0) >= seq);
  }

  private stateOf(statuses: readonly RunnerStatus[]): RunnerState {
    if (this.state !== 'started') return this.state === 'new' ? 'starting' : 'stopped';
    const worst: readonly RunnerState[] = ['faulted', 'stopped', 'starting', 'catching-up'];
    return worst.find((state) => statuses.some((each) => each.state === state)) ?? 'live';
  }
}

/** What is parked of every ruleset's policy. */
export function parkedOfRulesets(book: RulesetBook, store: PolicyStore): ParkedEvents {
  return parkedOfAll(() =>
    Promise.all(
      book.published.filter(isFollowed).map(({ ruleset }) => {
        const { key, on } = scoreUnderRuleset(ruleset);
        return store.open({ key, context: on.context });
      }),
    ),
  );
}

function isFollowed({ ruleset }: { readonly ruleset: RulesetRef }): boolean {
  return !firstRulesets.some((first) => isSameRef(first, ruleset));
}

/** Complete through these seqs for every ruleset. */
function lowest(vectors: readonly Vector[]): Vector {
  const [first = {}, ...others] = vectors;
  return Object.fromEntries(
    Object.entries(first).map(([key, seq]) => [key, Math.min(seq, ...others.map((other) => other[key] ?? 0))]),
  );
}
