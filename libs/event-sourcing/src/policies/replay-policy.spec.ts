import { createCommandHandler } from '../commands/command-handler';
import type { PolicyHandle, PolicyStore } from '../ports';
import type { ReplayFigures } from '../parking/replay';
import type { Runner } from '../runners/runner';
import { settled } from '../runners/settled';
import { commandContext } from '../testing/command-context';
import { exampleHousehold, noteTaken, type HouseholdCommand } from '../testing/example-household';
import { createMemoryPlatform } from '../testing/memory-platform';
import { createTestClock } from '../testing/test-clock';
import { replayAll } from '../testing/parking-world';
import { definePolicy } from './define-policy';
import { createPolicyRunner } from './policy-runner';

const started: Runner[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((runner) => runner.stop()));
});

/** Every note below 100 is noted once more, hundredfold; what is in `broken` cannot be worked, what is in `stuck` is not taken. */
function setUp(change: (handle: PolicyHandle) => Partial<PolicyHandle> = () => ({})) {
  const clock = createTestClock();
  const platform = createMemoryPlatform({ clock });
  const real = platform.views('case-management').policies;
  const store: PolicyStore = {
    async open(policy) {
      const handle = await real.open(policy);
      return { ...handle, ...change(handle) };
    },
  };
  const handler = createCommandHandler({ aggregate: exampleHousehold, store: platform.store('case-management') });
  const broken = new Set<number>();
  const stuck = new Set<number>();
  const policy = definePolicy({
    key: 'note-again',
    on: noteTaken,
    startAt: 'beginning',
    react: ({ data: { householdId, value } }): HouseholdCommand[] => {
      if (broken.has(value)) throw new TypeError('a note that nobody can work');
      return value < 100 ? [{ type: 'TakeNotes', householdId, values: [value * 100] }] : [];
    },
  });
  const dispatched: string[] = [];
  const start = async (): Promise<Runner> => {
    const runner = createPolicyRunner({
      policy,
      log: platform.log,
      store,
      clock,
      retry: { attemptsMax: 3, delayMs: 1, delayMsMax: 2 },
      dispatch: async (command, context) => {
        const given = command as Extract<HouseholdCommand, { type: 'TakeNotes' }>;
        if (stuck.has(given.values[0] ?? 0)) throw new RangeError('nobody takes this');
        dispatched.push(context.commandId);
        await handler.handle(given, context);
      },
    });
    started.push(runner);
    await runner.start();
    return runner;
  };
  const note = async (householdId: string, ...values: number[]): Promise<void> => {
    await handler.handle({ type: 'OpenHousehold', householdId, area: '8417' }, commandContext());
    for (const value of values) {
      await handler.handle({ type: 'TakeNotes', householdId, values: [value] }, commandContext());
    }
  };
  const answers = async (householdId: string) =>
    (await platform.store('case-management').load(`household-${householdId}`))
      .flatMap(({ data }) => (data as { value?: number }).value ?? [])
      .filter((value) => value >= 100);
  const parked = async () => (await real.open({ key: 'note-again', context: 'case-management' })).parked(99);
  return { platform, start, note, answers, broken, stuck, parked, dispatched };
}

describe('replaying what a policy has parked', () => {
  test('gives the commands in order, each once, while other streams went on', async () => {
    const { platform, start, note, answers, broken, parked } = setUp();
    const runner = await start();
    broken.add(2);
    await note('a', 1);
    await settled([runner], platform.log);
    await note('a', 2, 3);
    await note('b', 1, 3);
    await settled([runner], platform.log);
    expect([await answers('a'), await answers('b')]).toEqual([[100], [100, 300]]);
    broken.clear();
    const dry = await runner.replay({ select: {}, isDryRun: true });
    expect(dry).toMatchObject({ sequences: 1, released: 1, commands: 2, stillParked: 0 });
    expect(await answers('a')).toEqual([100]);
    const figures = await replayAll(runner, { select: { household: 'a' } });
    expect(figures).toMatchObject({ released: 1, applied: 2, commands: 2 });
    await note('a', 4);
    await settled([runner], platform.log);
    expect(await answers('a')).toEqual([100, 200, 300, 400]);
    expect((await parked()).total).toBe(0);
    expect(runner.status().parkedTotal).toBe(0);
  });

  test('leaves an event that fails again with the new cause, and those behind it', async () => {
    const { platform, start, note, answers, broken, stuck, parked } = setUp();
    const runner = await start();
    broken.add(2);
    await note('a', 2, 3, 4);
    await settled([runner], platform.log);
    broken.clear();
    stuck.add(300);
    const figures: ReplayFigures = await replayAll(runner);
    expect(figures).toMatchObject({ released: 0, applied: 1, stillParked: 2 });
    expect(figures.failures).toMatchObject([{ cause: 'poison', message: 'RangeError: nobody takes this', events: 2 }]);
    const { events } = await parked();
    expect(events.map(({ cause, attempts }) => [cause, attempts])).toEqual([
      ['poison', 1],
      ['behind', 0],
    ]);
    stuck.clear();
    expect(await replayAll(runner, { eventsMax: 1 })).toMatchObject({ sequences: 1, released: 1 });
    expect(await answers('a')).toEqual([200, 300, 400]);
  });

  test('gives nothing twice when it was cut off after the commands were taken', async () => {
    let kills = 0;
    const { platform, start, note, answers, broken, parked, dispatched } = setUp(({ release }) => ({
      release: async (step) => {
        kills += 1;
        if (kills === 1) throw new Error('killed before it was stored');
        await release(step);
        if (kills === 2) throw new Error('killed after it was stored');
      },
    }));
    const runner = await start();
    broken.add(2);
    await note('a', 2, 3);
    await note('b', 2);
    await settled([runner], platform.log);
    broken.clear();
    await expect(replayAll(runner, { select: { household: 'a' } })).rejects.toThrow('killed before');
    expect((await parked()).total).toBe(3);
    await runner.stop();
    const next = await start();
    await expect(replayAll(next, { select: { household: 'a' } })).rejects.toThrow('killed after');
    await replayAll(next);
    await settled([next], platform.log);
    expect([await answers('a'), await answers('b')]).toEqual([[200, 300], [200]]);
    expect(dispatched.length).toBeGreaterThan(new Set(dispatched).size);
    expect((await parked()).total).toBe(0);
  });

  test('stores the refusals of rules that are met, as outcomes', async () => {
    const { platform, start, note, broken, parked } = setUp();
    const runner = await start();
    broken.add(2);
    await note('a', 2);
    await settled([runner], platform.log);
    broken.clear();
    const handler = createCommandHandler({ aggregate: exampleHousehold, store: platform.store('case-management') });
    await handler.handle({ type: 'CloseHousehold', householdId: 'a' }, commandContext());
    expect(await replayAll(runner)).toMatchObject({ released: 1, stillParked: 0 });
    const { policies } = platform.views('case-management');
    const refusals = await (await policies.open({ key: 'note-again', context: 'case-management' })).refusals(9);
    expect(refusals.latest).toMatchObject([{ rule: 'household-must-be-open' }]);
    expect((await parked()).total).toBe(0);
  });
});
