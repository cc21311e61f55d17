import fc from 'fast-check';
import type { ViewHandle } from '../ports';
import type { Runner } from '../runners/runner';
import { createMemoryViews } from '../testing/memory-views';
import { breakages, ParkingWorld, replayAll } from '../testing/parking-world';

const household = fc.constantFrom('h1', 'h2', 'h3');
const value = fc.integer({ min: 0, max: 5 });
const stream = fc.constantFrom('household' as const, 'visit' as const);
const breakage = fc.tuple(fc.constantFrom(...breakages), value);
const selection = fc.oneof(
  fc.constant({}),
  fc.record({ household }),
  fc.record({ cause: fc.constantFrom('poison', 'behind') }),
);

type Step =
  | { readonly do: 'note'; readonly household: string; readonly value: number; readonly stream: 'household' | 'visit' }
  | { readonly do: 'break' | 'mend'; readonly where: readonly [(typeof breakages)[number], number] }
  | { readonly do: 'settle' | 'mend-all' }
  | { readonly do: 'replay'; readonly select: object; readonly isDryRun: boolean; readonly eventsMax: number }
  | { readonly do: 'kill'; readonly when: 'before' | 'after'; readonly select: object }
  | { readonly do: 'take-over' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('note' as const), household, value, stream }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('break' as const, 'mend' as const), where: breakage }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('settle' as const, 'mend-all' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('replay' as const),
      select: selection,
      isDryRun: fc.boolean(),
      eventsMax: fc.constantFrom(1, 2, 500),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      when: fc.constantFrom('before' as const, 'after' as const),
      select: selection,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take-over' as const) }) },
);

/** One store of read models, and the runners that come and go on it. */
class Operator {
  readonly world = new ParkingWorld();
  readonly store = createMemoryViews();
  private kill: 'before' | 'after' | undefined;
  private runners: Runner[] = [];

  constructor(private readonly what: 'view' | 'tally') {}

  get runner(): Runner {
    return this.runners.at(-1) as Runner;
  }

  async start(): Promise<void> {
    const change = (real: ViewHandle): Partial<ViewHandle> => ({
      replay: async (one) => {
        if (this.kill === 'before') throw new Error('killed before it was stored');
        await real.replay(one);
        if (this.kill === 'after') throw new Error('killed after it was stored');
      },
    });
    const runner = await this.world.runner(this.what, this.store, change);
    this.runners.push(runner);
    await runner.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.stop()));
    this.runners = [];
  }

  async obey(one: Step): Promise<void> {
    switch (one.do) {
      case 'note':
        return this.world.note(one.household, one.value, one.stream);
      case 'break':
        return void this.world.broken.add(one.where.join('-'));
      case 'mend':
        return void this.world.broken.delete(one.where.join('-'));
      case 'mend-all':
        return this.world.broken.clear();
      case 'settle':
        return this.runner.settled();
      case 'replay': {
        const { isDryRun, select, eventsMax } = one;
        if (!isDryRun) return void (await replayAll(this.runner, { select, eventsMax }));
        const before = await this.world.rows(this.what, this.store);
        await this.runner.settled();
        const rows = await this.world.rows(this.what, this.store);
        await replayAll(this.runner, { isDryRun, select, eventsMax });
        expect(await this.world.rows(this.what, this.store)).toEqual(rows);
        return void before;
      }
      case 'kill':
        this.kill = one.when;
        await replayAll(this.runner, { select: one.select }).catch(() => undefined);
        this.kill = undefined;
        await this.stop();
        return this.start();
      case 'take-over':
        // The one before goes on running, until it is fenced; then it takes the partitions back.
        return this.start();
    }
  }
}

describe.each(['view', 'tally'] as const)(
  'whatever is broken, mended, replayed and killed in between, a %s',
  (what) => {
    test('is in the end what a fold of the whole log is, with nothing parked', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 40 }), async (steps) => {
          const operator = new Operator(what);
          await operator.start();
          for (const one of steps) await operator.obey(one);
          await operator.stop();
          await operator.start();
          await operator.runner.settled();
          operator.world.broken.clear();
          const figures = await replayAll(operator.runner);
          expect(figures.stillParked).toBe(0);
          await operator.stop();

          const fresh = createMemoryViews();
          const runner = await operator.world.runner(what, fresh);
          await runner.start();
          await runner.settled();
          await runner.stop();
          const rows = await operator.world.rows(what, operator.store);
          expect(rows['parked']).toEqual([]);
          expect(rows).toEqual(await operator.world.rows(what, fresh));
        }),
        { numRuns: 300 },
      );
    });
  },
);
