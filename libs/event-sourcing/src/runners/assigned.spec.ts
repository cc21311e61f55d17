import { createCommandHandler } from '../commands/command-handler';
import { partitionOfKey } from '../partitions';
import { definePolicy } from '../policies/define-policy';
import { createPolicyRunner } from '../policies/policy-runner';
import type { EventLog } from '../ports';
import { commandContext } from '../testing/command-context';
import { exampleHousehold, noteTaken } from '../testing/example-household';
import { createMemoryPlatform } from '../testing/memory-platform';
import { defineView } from '../views/define-view';
import { createViewRunner } from '../views/view-runner';

const context = 'case-management';
const partitionCount = 4;
/** One household of each partition. */
const households = Array.from({ length: partitionCount }, (_, partition) => {
  for (let n = 0; ; n += 1) if (partitionOfKey(`h${n}`, partitionCount) === partition) return `h${n}`;
});

const counts = defineView<{ count: number }>({
  name: 'counts',
  version: 1,
  idOf: ({ data }) => (data as { householdId: string }).householdId,
  slices: { 'case-management': (count: number | undefined) => (count ?? 0) + 1 },
  show: ({ 'case-management': count }: { 'case-management': number }) => ({ count }),
  indexes: { byCount: ['count'] },
});

/** The log as one of several processes has it. */
function shareOf(log: EventLog, ...first: number[]) {
  let assigned: ReadonlySet<number> = new Set(first);
  let told: ((partitions: ReadonlySet<number>) => void) | undefined;
  let comparisons = 0;
  /** What the transport has not brought yet, of every partition. */
  let late = 0;
  const share: EventLog = {
    ...log,
    heads: async (of) =>
      (await log.heads(of))
        .filter(({ partition }) => assigned.has(partition))
        .map((head) => ({ ...head, seq: Math.max(0, head.seq - late) })),
    assigned: () => assigned,
    onAssigned(listener) {
      told = listener;
      return () => (told = undefined);
    },
    async compareWithOwners() {
      comparisons += 1;
      late = 0;
    },
  };
  return {
    share,
    assign(...partitions: number[]) {
      assigned = new Set(partitions);
      told?.(assigned);
    },
    isLate: (events: number) => (late = events),
    comparisons: () => comparisons,
  };
}

async function twoProcesses() {
  const platform = createMemoryPlatform({ partitionCount });
  const handler = createCommandHandler({ aggregate: exampleHousehold, store: platform.store(context) });
  const { views, policies } = platform.views('reporting');
  const one = shareOf(platform.log, 0, 1);
  const other = shareOf(platform.log, 2, 3);
  const viewRunners = [one, other].map(({ share }) =>
    createViewRunner({ view: counts, store: views, log: share, clock: platform.clock }),
  );
  const handle = await views.open<{ count: number }>({ ...counts, contexts: [context] });
  return {
    ...platform,
    policies,
    views,
    one,
    other,
    viewRunners: viewRunners as [(typeof viewRunners)[0], (typeof viewRunners)[0]],
    async open() {
      for (const householdId of households) {
        await handler.handle({ type: 'OpenHousehold', householdId, area: '84' }, commandContext());
      }
    },
    async note() {
      for (const householdId of households) {
        await handler.handle({ type: 'TakeNotes', householdId, values: [0] }, commandContext());
      }
    },
    shown: async () => {
      const found = await handle.get(households);
      return households.map((id) => found.get(id)?.count ?? 0);
    },
  };
}

describe('a runner of some partitions', () => {
  test('works those, and no lag is counted of others', async () => {
    const { viewRunners, open, shown } = await twoProcesses();
    const [first, second] = viewRunners;
    await open();
    await first.start();
    await first.settled();
    expect(await shown()).toEqual([1, 1, 0, 0]);
    expect(first.status()).toMatchObject({ lagEvents: 0, lagSeconds: 0, applied: 2 });
    expect(Object.keys(first.status().vector)).toEqual([`${context}/0`, `${context}/1`]);
    await second.start();
    await second.settled();
    expect(await shown()).toEqual([1, 1, 1, 1]);
    await Promise.all([first.stop(), second.stop()]);
  });

  test('takes what it is given while it runs, and leaves what it no longer has', async () => {
    const { viewRunners, open, note, shown, one, other } = await twoProcesses();
    const [first, second] = viewRunners;
    await Promise.all([first.start(), second.start()]);
    await open();
    await Promise.all([first.settled(), second.settled()]);
    one.assign(0, 1, 2, 3);
    other.assign();
    await note();
    await Promise.all([first.settled(), second.settled()]);
    expect(await shown()).toEqual([2, 2, 2, 2]);
    expect(Object.values(first.status().heads ?? {})).toEqual([2, 2, 2, 2]);
    expect(second.status()).toMatchObject({ vector: {}, heads: {}, lagEvents: 0 });
    await Promise.all([first.stop(), second.stop()]);
  });

  test('is fenced where it still works what another was given, and neither loses nor doubles anything', async () => {
    const { viewRunners, open, note, shown, one, other } = await twoProcesses();
    const [first, second] = viewRunners;
    await Promise.all([first.start(), second.start()]);
    await open();
    other.assign(1, 2, 3);
    await second.settled();
    await note();
    await Promise.all([first.settled(), second.settled()]);
    expect(await shown()).toEqual([2, 2, 2, 2]);
    one.assign(0);
    await note();
    await Promise.all([first.settled(), second.settled()]);
    expect(await shown()).toEqual([3, 3, 3, 3]);
    await Promise.all([first.stop(), second.stop()]);
  });

  test('compares with the owners where a partition was worked further elsewhere than the log has come here', async () => {
    const { viewRunners, open, one, shown } = await twoProcesses();
    const [first, second] = viewRunners;
    await open();
    await second.start();
    await second.settled();
    one.isLate(1);
    one.assign(0, 1, 2, 3);
    await first.start();
    await first.settled();
    expect(one.comparisons()).toBe(1);
    expect(first.status().state).toBe('live');
    expect(await shown()).toEqual([1, 1, 1, 1]);
    await Promise.all([first.stop(), second.stop()]);
  });

  test('replays what is parked of any partition, and whoever works it goes on', async () => {
    let isBroken = true;
    const { one, other, views, clock, open, note } = await twoProcesses();
    const fragile = defineView<{ count: number }>({
      ...counts,
      name: 'fragile',
      slices: {
        'case-management': (count: number | undefined) => {
          if (isBroken) throw new TypeError('cannot fold');
          return (count ?? 0) + 1;
        },
      },
    });
    const runners = [one, other].map(({ share }) =>
      createViewRunner({ view: fragile, store: views, log: share, clock }),
    );
    const [first] = runners as [(typeof runners)[0]];
    await Promise.all(runners.map((runner) => runner.start()));
    await open();
    await Promise.all(runners.map((runner) => runner.settled()));
    isBroken = false;
    expect(await first.replay({ select: {}, isDryRun: false })).toMatchObject({ released: 4, applied: 4, isEnd: true });
    await note();
    await Promise.all(runners.map((runner) => runner.settled()));
    const handle = await views.open<{ count: number }>({ ...fragile, contexts: [context] });
    const shown = await handle.get(households);
    expect(households.map((id) => shown.get(id)?.count)).toEqual([2, 2, 2, 2]);
    expect(await handle.parked(0)).toMatchObject({ total: 0 });
    await Promise.all(runners.map((runner) => runner.stop()));
  });

  test('runs a policy for its own partitions only', async () => {
    const { one, other, policies, clock, open, note } = await twoProcesses();
    const policy = definePolicy({
      key: 'answer',
      on: noteTaken,
      startAt: 'beginning',
      react: ({ data: { householdId } }) => [{ type: 'Answer', householdId }],
    });
    const given: string[][] = [[], []];
    const runners = [one, other].map(({ share }, index) =>
      createPolicyRunner({
        policy,
        store: policies,
        log: share,
        clock,
        dispatch: async (command) =>
          void given[index]?.push((command as unknown as { householdId: string }).householdId),
      }),
    );
    await Promise.all(runners.map((runner) => runner.start()));
    await open();
    await note();
    await Promise.all(runners.map((runner) => runner.settled()));
    expect(given.map((some) => some.sort())).toEqual([households.slice(0, 2).sort(), households.slice(2).sort()]);
    other.assign(3);
    one.assign(0, 1, 2);
    await note();
    await Promise.all(runners.map((runner) => runner.settled()));
    expect(given.map(({ length }) => length)).toEqual([5, 3]);
    await Promise.all(runners.map((runner) => runner.stop()));
  });
});
