import type { ContextName } from '@faemban/contracts';
import {
  settled,
  type CommandContext,
  type EventLog,
  type ParkedEvents,
  type PolicyCommand,
  type ReplayOutcome,
  type ReplayRequest,
  type ReportIncident,
  type Runner,
  type RunnerStatus,
  type Tally,
  type View,
} from '@faemban/event-sourcing';

/** Hands a policy's command to its handler; settles when the command is handled, rejects with the handler's own error. */
export type PolicyDispatch = (command: PolicyCommand, context: CommandContext) => Promise<void>;

/** A view, tally or policy that a context wants to have run. The transport makes the runner, since policies are dispatched through it. */
export interface RunnerPlan {
  readonly name: string;
  readonly kind: 'view' | 'tally' | 'policy';
  readonly context: ContextName;
  /** What a view or a tally is made by. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each read model knows its own slices
  readonly readModel?: View<any> | Tally<any>;
  create(dispatch: PolicyDispatch): Runner;
  /** What it has parked. */
  parkedEvents(): Promise<ParkedEvents>;
}

/** Injection token of {@link Runners}. */
export const RUNNERS = Symbol('RUNNERS');

/** Everything of a server that reads the log: planned by the contexts, started and stopped by the transport, watched by operations. */
export class Runners {
  private readonly plans: RunnerPlan[] = [];
  private readonly running = new Map<string, Runner>();

  /** @param report receives what operators should know of: parked events, retries, faults */
  constructor(
    private readonly log: EventLog,
    readonly report?: ReportIncident,
  ) {}

  /** Adds a plan. @throws Error when one of that kind and name is there already, or the runners have been started. */
  plan(plan: RunnerPlan): void {
    if (this.running.size > 0) throw new Error(`Runner ${plan.name} was planned after the start.`);
    if (this.plans.some((known) => known.kind === plan.kind && known.name === plan.name))
      throw new Error(`There are two runners for the ${plan.kind} ${plan.name}.`);
    this.plans.push(plan);
    this.plans.sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
  }

  /** Makes and starts every planned runner. */
  async start(dispatchOf: (policyKey: string) => PolicyDispatch): Promise<void> {
    for (const plan of this.plans) this.running.set(keyOf(plan), plan.create(dispatchOf(plan.name)));
    // A runner that must not begin says so in its status and holds back readiness; the others serve.
    await Promise.allSettled([...this.running.values()].map((runner) => runner.start()));
  }

  /** Stops every runner; each finishes the batch it is in. */
  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map((runner) => runner.stop()));
  }

  /** Every view and tally that is planned, with the context that keeps it. */
  readModels(): readonly (Required<Pick<RunnerPlan, 'readModel'>> & RunnerPlan)[] {
    return this.plans.filter(hasReadModel);
  }

  /** How each runner stands: views, tallies, policies, each by name. */
  statuses(): readonly RunnerStatus[] {
    return this.plans.flatMap((plan) => {
      const runner = this.running.get(keyOf(plan));
      return runner ? [runner.status()] : [];
    });
  }

  /** True once every planned runner has been made. */
  get isStarted(): boolean {
    return this.running.size === this.plans.length;
  }

  /** Every runner has applied everything recorded so far, and what that caused. */
  async settled(): Promise<void> {
    await settled([...this.running.values()], this.log);
  }

  /** Everything that is planned: views, tallies, policies, each by name. */
  planned(): readonly RunnerPlan[] {
    return this.plans;
  }

  /** Has a runner replay a piece of what it has parked. Rejects where it does not run. */
  async replay(of: Pick<RunnerPlan, 'kind' | 'name'>, request: ReplayRequest): Promise<ReplayOutcome> {
    const runner = this.running.get(keyOf(of));
    if (runner === undefined) throw new Error(`${of.name} has not been started.`);
    return runner.replay(request);
  }
}

const hasReadModel = (plan: RunnerPlan): plan is Required<Pick<RunnerPlan, 'readModel'>> & RunnerPlan =>
  plan.readModel !== undefined;

/** Where a plan stands in lists, whatever order the modules were made in. */
const placeOf = ({ kind, name }: RunnerPlan): string => `${['view', 'tally', 'policy'].indexOf(kind)} ${name}`;
const keyOf = (plan: Pick<RunnerPlan, 'kind' | 'name'>): string => `${plan.kind}:${plan.name}`;
