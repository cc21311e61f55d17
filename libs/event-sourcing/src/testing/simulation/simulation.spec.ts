import type { SegmentStore } from '../../sequencing/segments';
import type { Fate } from './scheduler';
import { simulation, type SimulationResult } from './simulation';

const seedsOf = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
/** More with FAEMBAN_SIMULATIONS: the long run takes thousands. */
const schedules = Number(process.env['FAEMBAN_SIMULATIONS'] ?? 250);

const broken = (result: SimulationResult) => result.violations.map((violation) => `seed ${result.seed}: ${violation}`);

describe('a system of two of everything under crashes, lost answers, wrong clocks and slow disks', () => {
  test(`loses, doubles and reorders nothing and gets to its end, in ${schedules} schedules`, async () => {
    let crashes = 0;
    for (const seed of seedsOf(schedules)) {
      const result = await simulation({ seed });
      expect(broken(result)).toEqual([]);
      expect(result.acknowledged).toBe(15);
      crashes += result.crashes;
    }
    // Or nothing was tried.
    expect(crashes).toBeGreaterThan(schedules);
  }, 1_200_000);

  test('runs the same schedule again by its seed', async () => {
    const [one, other] = [await simulation({ seed: 42 }), await simulation({ seed: 42 })];
    expect(one).toEqual(other);
  });
});

describe('a crash or a lost answer at any single step', () => {
  test.each<Fate>(['dies-before', 'dies-after', 'answer-lost', 'refused'])(
    '%s: leaves every promise kept',
    async (fate) => {
      const options = { seed: 7, clients: 2, commandsPerClient: 2, households: 1, oneFaultIn: 0 };
      const { steps } = await simulation(options);
      const stepsWithWork = Math.min(steps, 150);
      for (let at = 0; at < stepsWithWork; at += 1) {
        const result = await simulation({ ...options, fateOf: ({ index }) => (index === at ? fate : 'happens') });
        expect([at, ...broken(result)]).toEqual([at]);
      }
    },
    120_000,
  );
});

describe('a sequencer without one of its rules', () => {
  const withoutMarkingTheHead = (store: SegmentStore): SegmentStore => {
    let isAboutToMark = false;
    return {
      ...bound(store),
      lastSegment: async (partition) => {
        isAboutToMark = true;
        return store.lastSegment(partition);
      },
      mark: async (segment) => {
        if (!isAboutToMark) await store.mark(segment);
        isAboutToMark = false;
      },
    };
  };
  const withoutPredecessors = (store: SegmentStore): SegmentStore => ({
    ...bound(store),
    commitEndingAt: async (stream, version) => {
      const found = await store.commitEndingAt(stream, version);
      return found && { ...found, isMarked: true };
    },
  });

  test.each([
    ['that does not mark the last segment first doubles commits', withoutMarkingTheHead],
    ['that does not look for predecessors puts commits before them', withoutPredecessors],
  ])(
    '%s',
    async (_, segmentsSeenBy) => {
      const results: SimulationResult[] = [];
      for (const seed of seedsOf(20)) results.push(await simulation({ seed, segmentsSeenBy, stepsMax: 20_000 }));
      expect(results.filter(({ violations }) => violations.length > 0).length).toBeGreaterThan(10);
    },
    120_000,
  );
});

describe('where another primary takes over, and reads may be older than what was answered,', () => {
  test.each([
    ['a sequencer doubles commits', 'sequencers', 'the log has'],
    ['a view folds into rows that it has replaced', 'views', 'the view shows'],
  ] as const)(
    '%s',
    async (_, forgetful, sign) => {
      const often = { households: 1, commandsPerClient: 15, failoverMsMax: 10, stepsMax: 40_000 };
      const results: SimulationResult[] = [];
      for (const seed of seedsOf(30)) {
        results.push(await simulation({ ...often, seed, forgetful }));
      }
      const isBroken = ({ violations }: SimulationResult) => violations.some((one) => one.includes(sign));
      expect(results.filter(isBroken).length).toBeGreaterThan(5);
    },
    120_000,
  );
});

/** A store's methods that can be spread: those of a proxy are no properties of its own. */
function bound(store: SegmentStore): SegmentStore {
  return {
    takeEpoch: (partition) => store.takeEpoch(partition),
    highestEpoch: (partition) => store.highestEpoch(partition),
    lastSegment: (partition) => store.lastSegment(partition),
    unmarked: (partition, limit) => store.unmarked(partition, limit),
    commitEndingAt: (stream, version) => store.commitEndingAt(stream, version),
    insert: (segment) => store.insert(segment),
    mark: (segment) => store.mark(segment),
    now: () => store.now(),
  };
}
