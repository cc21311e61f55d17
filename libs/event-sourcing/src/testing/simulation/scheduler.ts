import { asError } from '../../classify';
import { seeded } from '../seeded';

/** What becomes of one step: it happens; its process dies before or after it; it happens without an answer; it fails without happening. */
export type Fate = 'happens' | 'dies-before' | 'dies-after' | 'answer-lost' | 'refused';

/** The world did not answer: a process may try again. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  readonly code = 'ETIMEDOUT';
}

/** A simulated process: its steps, its clock, its sleep. A process that died goes no further and begins anew by its `start`. */
export interface Process {
  readonly name: string;
  /** Its own clock, which may be wrong. Milliseconds. */
  clock(): number;
  /** Passes simulated time. */
  sleep(milliseconds: number): Promise<void>;
  /** The same object with every method made one step of this process: it takes time, and may fail. Methods must need nothing but microtasks. */
  gated<Port extends object>(what: string, port: Port): Port;
}

interface Step {
  readonly process: SimulatedProcess;
  readonly what: string;
  readonly due: number;
  readonly canFail: boolean;
  effect(): unknown;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** How a scheduler decides. Times in simulated milliseconds. */
export interface Chances {
  readonly seed: number;
  readonly fateOf: (step: { readonly index: number; readonly what: string }) => Fate;
  /** How long a step takes. */
  readonly stepMs: (random: (below: number) => number) => number;
}

/**
 * Runs processes in simulated time, one step after another in an order that the seed decides, so that a schedule that broke something
 * is run again by its seed. Nothing real passes: no timers, no files.
 */
export class Scheduler {
  readonly random: (below: number) => number;
  /** Steps taken so far. */
  steps = 0;
  crashes = 0;
  now = Date.parse('2021-03-01T02:00:00.000Z');
  /** Whether steps may still fail. */
  isFaulty = true;
  private pending: Step[] = [];
  private readonly faults: string[] = [];

  constructor(private readonly chances: Chances) {
    this.random = seeded(chances.seed);
  }

  /** Begins a process, and begins it again whenever it died, until it returns. */
  spawn(name: string, start: (process: Process) => Promise<void>): SimulatedProcess {
    const process = new SimulatedProcess(name, this, start);
    process.begin();
    return process;
  }

  /** What ended a process though it was nothing that the world did to it. */
  get brokenBy(): readonly string[] {
    return this.faults;
  }

  /** Takes steps until `isOver`, `stepsMax` more were taken, or nothing is left to do. Answers whether it was over. */
  async run(isOver: () => boolean, stepsMax: number): Promise<boolean> {
    for (let left = stepsMax; left > 0 && this.faults.length === 0; left -= 1) {
      await microtasks();
      if (isOver()) return true;
      const step = this.takeNext();
      if (step === undefined) return isOver();
      await this.take(step);
    }
    return isOver();
  }

  /** @internal */
  wait(process: SimulatedProcess, what: string, takesMs: number, canFail: boolean, effect: () => unknown) {
    return new Promise<unknown>((resolve, reject) => {
      this.pending.push({ process, what, due: this.now + takesMs, canFail, effect, resolve, reject });
    });
  }

  /** @internal */
  stepMs(): number {
    return this.chances.stepMs(this.random);
  }

  /** @internal */
  died(process: SimulatedProcess): void {
    this.crashes += 1;
    this.pending = this.pending.filter((step) => step.process !== process);
  }

  /** @internal */
  broke(process: SimulatedProcess, error: unknown): void {
    this.faults.push(`${process.name}: ${asError(error).stack ?? asError(error).message}`);
  }

  private takeNext(): Step | undefined {
    let first: Step | undefined;
    for (const step of this.pending) if (first === undefined || step.due < first.due) first = step;
    this.pending = this.pending.filter((step) => step !== first);
    return first;
  }

  private async take(step: Step): Promise<void> {
    this.now = Math.max(this.now, step.due);
    const fate =
      this.isFaulty && step.canFail ? this.chances.fateOf({ index: this.steps, what: step.what }) : 'happens';
    this.steps += 1;
    if (fate === 'dies-before') {
      step.process.die();
    } else if (fate === 'refused') {
      step.reject(new Unanswered(`${step.what} was refused.`));
    } else {
      await this.happen(step, fate);
    }
  }

  private async happen(step: Step, fate: Fate): Promise<void> {
    try {
      const value = await step.effect();
      if (fate === 'dies-after') step.process.die();
      else if (fate === 'answer-lost') step.reject(new Unanswered(`${step.what} was not answered.`));
      else step.resolve(value);
    } catch (error) {
      step.reject(asError(error));
    }
  }
}

/** One process of a {@link Scheduler}. */
export class SimulatedProcess {
  /** How far its clock is from the simulated time, in milliseconds. */
  skewMs = 0;
  private life = 0;

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
    private readonly start: (process: Process) => Promise<void>,
  ) {}

  begin(): void {
    this.life += 1;
    const { life } = this;
    const isAlive = () => this.life === life;
    this.start(this.inThisLife(isAlive)).catch((error: unknown) => {
      if (!isAlive()) return;
      if (error instanceof Unanswered) this.die();
      else this.scheduler.broke(this, error);
    });
  }

  /** It stops where it is; what it waited for never comes. It begins again after a while. */
  die(): void {
    this.life += 1;
    this.scheduler.died(this);
    const restartMs = 20 + this.scheduler.random(500);
    void this.scheduler.wait(this, 'restart', restartMs, false, () => this.begin());
  }

  private inThisLife(isAlive: () => boolean): Process {
    const { scheduler } = this;
    const forEver = new Promise<never>(() => undefined);
    const step = async (what: string, takesMs: number, canFail: boolean, effect: () => unknown): Promise<unknown> => {
      if (!isAlive()) return forEver;
      return scheduler.wait(this, `${this.name} ${what}`, takesMs, canFail, effect);
    };
    return {
      name: this.name,
      clock: () => scheduler.now + this.skewMs,
      sleep: async (milliseconds) => {
        await step('sleep', milliseconds, false, () => undefined);
      },
      gated: (what, port) =>
        new Proxy(port, {
          get: (target, key) => {
            const member: unknown = Reflect.get(target, key);
            if (typeof member !== 'function') return member;
            return (...args: unknown[]) =>
              step(`${what}.${String(key)}`, scheduler.stepMs(), true, () => Reflect.apply(member, target, args));
          },
        }),
    };
  }
}

/** Everything that can go on without a step has gone on. */
const microtasks = () => new Promise<void>((resolve) => setImmediate(resolve));
