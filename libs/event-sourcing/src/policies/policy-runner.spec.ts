import { createCommandHandler } from '../commands/command-handler';
import { RuleBroken } from '../decider';
import { CommandIdReused } from '../errors';
import type { CommandContext } from '../events';
import type { RunnerIncident } from '../runners/runner';
import { settled } from '../runners/settled';
import { commandContext } from '../testing/command-context';
import { exampleHousehold, noteTaken, type HouseholdCommand } from '../testing/example-household';
import { createMemoryPlatform } from '../testing/memory-platform';
import { createTestClock } from '../testing/test-clock';
import { definePolicy, type PolicyCommand } from './define-policy';
import { createPolicyRunner, type PolicyRunnerOptions } from './policy-runner';

/** Every note below 100 is noted once more, hundredfold, on the same household; 13 cannot be worked. */
const noteAgain = definePolicy({
  key: 'note-again',
  on: noteTaken,
  startAt: 'beginning',
  react: ({ data: { householdId, value } }): HouseholdCommand[] => {
    if (value === 13) throw new Error('a note that nobody can work');
    return value < 100 ? [{ type: 'TakeNotes', householdId, values: [value * 100] }] : [];
  },
});

const retry = { attemptsMax: 3, delayMs: 1, delayMsMax: 2 };
type Dispatched = readonly [PolicyCommand, CommandContext];

function setUp(
  options: Partial<PolicyRunnerOptions> & {
    readonly fault?: (command: HouseholdCommand, attempt: number) => Error | undefined;
  } = {},
) {
  const clock = createTestClock();
  const platform = createMemoryPlatform({ clock });
  const { policies: store } = platform.views('case-management');
  const handler = createCommandHandler({ aggregate: exampleHousehold, store: platform.store('case-management') });
  const dispatched: Dispatched[] = [];
  const incidents: RunnerIncident[] = [];
  const { fault, ...rest } = options;
  const makeRunner = (changes: Partial<PolicyRunnerOptions> = {}) => {
    const runner = createPolicyRunner({
      policy: noteAgain,
      log: platform.log,
      store,
      clock,
      retry,
      report: (incident) => incidents.push(incident),
      dispatch: async (command, context) => {
        dispatched.push([command, context]);
        const failure = fault?.(command as HouseholdCommand, dispatched.length);
        if (failure !== undefined) throw failure;
        await handler.handle(command as HouseholdCommand, context);
      },
      ...rest,
      ...changes,
    });
    started.push(runner);
    return runner;
  };
  const handle = (command: HouseholdCommand, context?: Partial<CommandContext>) =>
    handler.handle(command, commandContext(context));
  const open = (householdId: string) => handle({ type: 'OpenHousehold', householdId, area: '8417' });
  const note = (householdId: string, ...values: number[]) => handle({ type: 'TakeNotes', householdId, values });
  const notes = async (householdId: string) =>
    (await platform.store('case-management').load(`household-${householdId}`)).flatMap(
      ({ data }) => (data as { value?: number }).value ?? [],
    );
  return { clock, platform, store, makeRunner, dispatched, incidents, handle, open, note, notes };
}

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((runner) => runner.stop()));
});

describe('a policy runner', () => {
  test('turns events into commands on the authority of the platform, caused by the event', async () => {
    const { clock, makeRunner, dispatched, handle, open, notes, platform } = setUp();
    await open('a');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await handle({ type: 'TakeNotes', householdId: 'a', values: [1] }, { area: '841702', traceparent });
    const event = (await platform.store('case-management').load('household-a'))[1];
    clock.advance(5_000);
    const runner = makeRunner();
    await runner.start();
    await settled([runner], platform.log);
    expect(dispatched).toEqual([
      [
        { type: 'TakeNotes', householdId: 'a', values: [100] },
        {
          commandId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          actor: { accountId: 'platform', office: 'platform', role: 'SYS', channel: 'policy' },
          area: '841702',
          occurredAt: '2021-03-01T02:00:05.000Z',
          correlationId: event?.correlationId,
          causationId: event?.id,
          traceparent,
        },
      ],
    ]);
    expect(await notes('a')).toEqual([1, 100]);
    expect(runner.status()).toMatchObject({ kind: 'policy', state: 'live', lagEvents: 0, applied: 3 });
  });

  test('works the events of one stream in order, however many streams there are', async () => {
    const { makeRunner, open, note, notes, platform } = setUp({ concurrency: 8 });
    const households = Array.from({ length: 40 }, (_, index) => `h${index}`);
    for (const household of households) {
      await open(household);
      await note(household, 1, 2, 3);
    }
    const runner = makeRunner();
    await runner.start();
    await settled([runner], platform.log);
    for (const household of households) expect(await notes(household)).toEqual([1, 2, 3, 100, 200, 300]);
  });

  test('works different streams at once, at most as many as it may', async () => {
    let atOnce = 0;
    let most = 0;
    const { makeRunner, open, note, platform } = setUp({
      concurrency: 5,
      dispatch: async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce -= 1;
      },
    });
    for (let index = 0; index < 20; index += 1) {
      await open(`h${index}`);
      await note(`h${index}`, 1, 2);
    }
    const runner = makeRunner();
    await runner.start();
    await settled([runner], platform.log);
    expect(most).toBe(5);
  });

  test('redelivered from the beginning records nothing twice', async () => {
    const { makeRunner, open, note, notes, platform } = setUp();
    await open('a');
    await note('a', 1, 2);
    const first = makeRunner();
    await first.start();
    await settled([first], platform.log);
    await first.stop();
    const again = makeRunner({ store: createMemoryPlatform().views('other').policies });
    await again.start();
    await settled([again], platform.log);
    expect(again.status().applied).toBe(first.status().applied);
    expect(await notes('a')).toEqual([1, 2, 100, 200]);
  });

  test('takes a command id used for another command as done', async () => {
    const { makeRunner, open, note, platform } = setUp({ fault: (_, attempt) => new CommandIdReused(`c${attempt}`) });
    await open('a');
    await note('a', 1);
    const runner = makeRunner();
    await runner.start();
    await settled([runner], platform.log);
    expect(runner.status()).toMatchObject({ state: 'live', parkedTotal: 0, lagEvents: 0 });
  });

  test('starting now leaves alone what was recorded before its first start, but nothing after it', async () => {
    const { makeRunner, open, note, notes, platform } = setUp({ policy: { ...noteAgain, startAt: 'now' } });
    await open('a');
    await note('a', 1);
    const first = makeRunner();
    await first.start();
    await first.stop();
    await note('a', 2);
    await open('b');
    await note('b', 3);
    const second = makeRunner();
    await second.start();
    await settled([second], platform.log);
    expect(await notes('a')).toEqual([1, 2, 200]);
    expect(await notes('b')).toEqual([3, 300]);
  });
});

describe('a refusal by a rule', () => {
  test('is stored with the checkpoint and never sent again', async () => {
    const { makeRunner, open, note, handle, dispatched, store, platform } = setUp();
    await open('a');
    await note('a', 1, 2);
    await handle({ type: 'CloseHousehold', householdId: 'a' });
    for (let times = 0; times < 2; times += 1) {
      const runner = makeRunner();
      await runner.start();
      await settled([runner], platform.log);
      expect(runner.status()).toMatchObject({ state: 'live', parkedTotal: 0 });
      await runner.stop();
    }
    expect(dispatched).toHaveLength(2);
    const policy = await store.open({ key: 'note-again', context: 'case-management' });
    const { total, latest } = await policy.refusals(10);
    expect(total).toBe(2);
    expect(latest[0]).toMatchObject({ rule: 'household-must-be-open', at: '2021-03-01T02:00:00.000Z' });
  });

  test('does not keep the other commands of the same event from being sent', async () => {
    const refused = new RuleBroken('never-first', { th: 'ไม่ได้', en: 'No.' });
    const { makeRunner, open, note, notes, platform } = setUp({
      policy: definePolicy({
        ...noteAgain,
        react: ({ data: { householdId, value } }) =>
          value < 100 ? [100, 200].map((n) => ({ type: 'TakeNotes', householdId, values: [n] })) : [],
      }),
      fault: (command) => (command.type === 'TakeNotes' && command.values[0] === 100 ? refused : undefined),
    });
    await open('a');
    await note('a', 1);
    const runner = makeRunner();
    await runner.start();
    await settled([runner], platform.log);
    expect(await notes('a')).toEqual([1, 200]);
  });
});

describe('an event that cannot be worked', () => {
  test('is parked with the later ones of its stream, in order; other streams go on', async () => {
    const { makeRunner, open, note, notes, store, platform, incidents } = setUp();
    for (const household of ['a', 'b']) await open(household);
    await note('a', 1);
    await note('a', 13, 2);
    await note('b', 3);
    const runner = makeRunner();
    await runner.start();
    await settled([runner], platform.log);
    await note('a', 4);
    await note('b', 5);
    await settled([runner], platform.log);
    expect(await notes('a')).toEqual([1, 13, 2, 100, 4]);
    expect(await notes('b')).toEqual([3, 300, 5, 500]);
    const { events } = await (await store.open({ key: 'note-again', context: 'case-management' })).parked(10);
    // 100, which the policy itself caused, would have become no command, and 4 waits behind 13.
    expect(events.map(({ id, cause }) => [id, cause])).toEqual([
      ['household-a', 'poison'],
      ['household-a', 'behind'],
      ['household-a', 'behind'],
    ]);
    expect(runner.status()).toMatchObject({ state: 'live', parkedTotal: 3, lagEvents: 0 });
    expect(incidents.map(({ what }) => what)).toEqual(['parked', 'parked']);
  });

  test('is parked, too, when its command can never be accepted', async () => {
    const { makeRunner, open, note, platform } = setUp({ fault: () => new TypeError('undefined is not a number') });
    await open('a');
    await note('a', 1);
    const runner = makeRunner();
    await runner.start();
    await settled([runner], platform.log);
    expect(runner.status()).toMatchObject({ state: 'live', parkedTotal: 1 });
  });
});

describe('a world that is not ready', () => {
  const busy = () => Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });

  test('is waited for, and everything is worked once', async () => {
    const { makeRunner, open, note, notes, platform } = setUp({
      fault: (_, attempt) => (attempt % 3 === 0 ? undefined : busy()),
    });
    for (const household of ['a', 'b', 'c']) {
      await open(household);
      await note(household, 1, 2);
    }
    const runner = makeRunner();
    await runner.start();
    await settled([runner], platform.log);
    for (const household of ['a', 'b', 'c']) expect(await notes(household)).toEqual([1, 2, 100, 200]);
  });

  test('moves the checkpoint only over what is done without a gap', async () => {
    let isDown = true;
    const { makeRunner, open, note, notes, store, platform } = setUp({
      concurrency: 1,
      fault: (command) => (isDown && command.type === 'TakeNotes' && command.values[0] === 200 ? busy() : undefined),
    });
    await open('a');
    await note('a', 1, 2, 3);
    const runner = makeRunner();
    await runner.start();
    await expect(runner.settled()).rejects.toThrow('database is locked');
    expect(runner.status()).toMatchObject({ state: 'faulted', fault: 'Error: database is locked' });
    const policy = await store.open({ key: 'note-again', context: 'case-management' });
    expect(Object.values(await policy.checkpoint()).reduce((sum, seq) => sum + seq, 0)).toBe(2);
    expect(await notes('a')).toEqual([1, 2, 3, 100]);
    isDown = false;
    while (runner.status().state === 'faulted') await new Promise((resolve) => setImmediate(resolve));
    await settled([runner], platform.log);
    expect(await notes('a')).toEqual([1, 2, 3, 100, 200, 300]);
  });

  test('stopping ends between two events and loses none', async () => {
    const { makeRunner, open, note, notes, platform } = setUp({ concurrency: 2 });
    for (let index = 0; index < 10; index += 1) {
      await open(`h${index}`);
      await note(`h${index}`, 1, 2, 3);
    }
    for (let restarts = 0; restarts < 8; restarts += 1) {
      const runner = makeRunner();
      await runner.start();
      for (let turns = 0; turns < restarts; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      await runner.stop();
    }
    const last = makeRunner();
    await last.start();
    await settled([last], platform.log);
    for (let index = 0; index < 10; index += 1) expect(await notes(`h${index}`)).toEqual([1, 2, 3, 100, 200, 300]);
  });
});
