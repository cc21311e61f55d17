import type { CommandContext } from '../events';
import { CheckpointFenced } from '../errors';
import type { EventLog, ViewHandle, ViewStore } from '../ports';
import type { ObserveBatch, ObservedBatch } from '../runners/observe-batch';
import type { RunnerIncident } from '../runners/runner';
import { commandContext } from '../testing/command-context';
import { exampleHousehold, householdOpened, noteTaken } from '../testing/example-household';
import { createMemoryPlatform } from '../testing/memory-platform';
import { createTestClock } from '../testing/test-clock';
import { createCommandHandler } from '../commands/command-handler';
import { defineView, type View } from './define-view';
import { createViewRunner, type ViewRunnerOptions } from './view-runner';
import { asViewShape } from './view-shape';

interface NoteSum {
  readonly id: string;
  readonly area: string;
  readonly sum: number;
}
interface Slice {
  readonly area: string;
  readonly sum: number;
}

/** Sums notes; a note of 666 cannot be folded, a sum of 13 cannot be shown. */
const noteSums: View<NoteSum> = defineView<NoteSum>({
  name: 'note-sums',
  version: 1,
  idOf: ({ data }) => (data as { householdId: string }).householdId,
  slices: {
    'case-management': (slice: Slice | undefined, event): Slice | undefined => {
      const { area, value } = event.data as { area?: string; value?: number };
      if (value === 666) throw new Error('a note that nobody can fold');
      if (event.type === noteTaken.type) return slice && { ...slice, sum: slice.sum + (value ?? 0) };
      return event.type === householdOpened.type ? { area: area ?? '', sum: 0 } : undefined;
    },
  },
  show: ({ 'case-management': slice }: { 'case-management': Slice }, id) => {
    if (slice.sum === 13) throw new Error('a sum that nobody can show');
    return { id, ...slice };
  },
  indexes: { byArea: ['area', 'sum'] },
});

const retry = { attemptsMax: 3, delayMs: 1, delayMsMax: 4 };

async function setUp(
  change: { log?: (log: EventLog) => Partial<EventLog>; handle?: (handle: ViewHandle) => Partial<ViewHandle> } = {},
  options: Partial<ViewRunnerOptions> = {},
) {
  const clock = createTestClock();
  const platform = createMemoryPlatform({ clock });
  const incidents: RunnerIncident[] = [];
  const handler = createCommandHandler({ aggregate: exampleHousehold, store: platform.store('case-management') });
  const context = (overrides?: Partial<CommandContext>) => commandContext(overrides);
  const note = (householdId: string, ...values: number[]) =>
    handler.handle({ type: 'TakeNotes', householdId, values }, context());
  const open = (householdId: string, area = '8417') =>
    handler.handle({ type: 'OpenHousehold', householdId, area }, context());
  const close = (householdId: string) => handler.handle({ type: 'CloseHousehold', householdId }, context());

  const { views } = platform.views('reporting');
  const real = (await views.open(asViewShape(noteSums))) as ViewHandle<NoteSum>;
  const handle = wrapped(real, change.handle?.(real));
  const log = wrapped(platform.log, change.log?.(platform.log));
  const runner = createViewRunner({
    view: noteSums,
    handle,
    log,
    clock,
    retry,
    report: (incident) => incidents.push(incident),
    ...options,
  } as ViewRunnerOptions);
  started.push(runner);
  const sums = async () =>
    Object.fromEntries((await real.find({ index: 'byArea', limit: 1000 })).items.map(({ id, sum }) => [id, sum]));
  return { clock, platform, handler, open, note, close, runner, sums, handle: real, incidents, views };
}

/** The same port with some of its methods replaced. */
function wrapped<Port extends object>(port: Port, changes: Partial<Port> = {}): Port {
  return new Proxy(port, {
    get: (target, key) => {
      const member: unknown = Reflect.get(key in changes ? changes : target, key);
      return typeof member === 'function' ? member.bind(key in changes ? changes : target) : member;
    },
  });
}

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((runner) => runner.stop()));
});

describe('a view runner', () => {
  test('shows what was recorded before it started and what is recorded while it runs', async () => {
    const { open, note, runner, sums } = await setUp();
    await open('a');
    await note('a', 1, 2);
    await runner.start();
    await runner.settled();
    expect(await sums()).toEqual({ a: 3 });
    await open('b');
    await note('b', 5);
    await note('a', 20);
    await runner.settled();
    expect(await sums()).toEqual({ a: 23, b: 5 });
    expect(runner.status()).toMatchObject({ kind: 'view', state: 'live', lagEvents: 0, lagSeconds: 0, applied: 6 });
  });

  test('gives the same rows and parks the same events whatever the size of its batches', async () => {
    const { open, note, close, platform, runner, sums, clock } = await setUp();
    for (let index = 0; index < 30; index += 1) {
      await open(`h${index}`);
      await note(`h${index}`, index, 100, 1000);
      if (index % 7 === 0) await close(`h${index}`);
    }
    await runner.start();
    await runner.settled();
    const expected = await sums();
    expect(Object.keys(expected)).toHaveLength(25);
    expect(expected['h13']).toBe(0);
    for (const batchEventsMax of [1, 2, 7]) {
      const store = platform.views(`with-${batchEventsMax}`).views;
      const other = createViewRunner({ view: noteSums, store, log: platform.log, clock, batchEventsMax });
      started.push(other);
      await other.start();
      await other.settled();
      const rows = (await (await store.open<NoteSum>(asViewShape(noteSums))).find({ index: 'byArea', limit: 99 }))
        .items;
      expect(Object.fromEntries(rows.map(({ id, sum }) => [id, sum]))).toEqual(expected);
      expect(other.status().vector).toEqual(runner.status().vector);
      expect(other.status().parkedTotal).toBe(runner.status().parkedTotal);
    }
  });

  test('goes on from its checkpoint after a restart, each event once', async () => {
    const { open, note, runner, sums, platform, handle, clock } = await setUp();
    await open('a');
    await note('a', 1);
    await runner.start();
    await runner.settled();
    await runner.stop();
    expect(runner.status().state).toBe('stopped');
    await expect(runner.settled()).rejects.toThrow('not running');
    await note('a', 2);
    const next = createViewRunner({ view: noteSums, handle, log: platform.log, clock });
    started.push(next);
    await next.start();
    await next.settled();
    expect(next.status().applied).toBe(1);
    await next.stop();
    await runner.start();
    await note('a', 4);
    await runner.settled();
    expect(await sums()).toEqual({ a: 7 });
  });

  test('tells its lag in events and seconds, and is live when it has none', async () => {
    const { open, runner, clock } = await setUp({
      handle: () => ({ apply: () => Promise.reject(Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' })) }),
    });
    expect(runner.status()).toMatchObject({ state: 'stopped', vector: {}, lagEvents: 0 });
    await open('a');
    await open('b');
    await runner.start();
    await expect(runner.settled()).rejects.toThrow('busy');
    clock.advance(90_000);
    const { state, lagEvents, lagSeconds, fault } = runner.status();
    expect({ state, lagEvents, lagSeconds, fault }).toEqual({
      state: 'faulted',
      lagEvents: 2,
      lagSeconds: 90,
      fault: 'Error: busy',
    });
  });

  test('does not hold the event loop while it catches up', async () => {
    const { open, runner } = await setUp({}, { batchEventsMax: 5 });
    for (let index = 0; index < 100; index += 1) await open(`h${index}`);
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 0);
    await runner.start();
    await runner.settled();
    clearInterval(counting);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('parking', () => {
  test('keeps the household of an event that cannot be folded, with all its later ones, in order; others go on', async () => {
    const { open, note, runner, sums, handle, incidents } = await setUp({}, { batchEventsMax: 2 });
    await runner.start();
    for (const household of ['a', 'b']) await open(household);
    await note('a', 1);
    await note('a', 666);
    await note('a', 2);
    await note('b', 5);
    await runner.settled();
    await note('a', 3);
    await note('b', 6);
    await runner.settled();

    expect(await sums()).toEqual({ a: 1, b: 11 });
    const { total, events } = await handle.parked(10);
    expect(total).toBe(3);
    expect(events.map(({ id, cause, seq }) => [id, cause, seq])).toEqual([
      ['a', 'poison', events[0]?.seq],
      ['a', 'behind', events[1]?.seq],
      ['a', 'behind', events[2]?.seq],
    ]);
    expect(events.map(({ seq }) => seq)).toEqual([...events.map(({ seq }) => seq)].sort((one, other) => one - other));
    expect(events[0]).toMatchObject({ view: 'note-sums', message: 'Error: a note that nobody can fold' });
    expect(runner.status()).toMatchObject({
      state: 'live',
      lagEvents: 0,
      parkedTotal: 3,
      parkedOldestAt: '2021-03-01T02:00:00.000Z',
    });
    expect(incidents.filter(({ what }) => what === 'parked').length).toBeGreaterThan(0);
  });

  test('is remembered after a restart', async () => {
    const { open, note, runner, sums, platform, handle, clock } = await setUp();
    await open('a');
    await note('a', 666);
    await runner.start();
    await runner.settled();
    await runner.stop();
    await note('a', 1);
    const next = createViewRunner({ view: noteSums, handle, log: platform.log, clock });
    started.push(next);
    await next.start();
    await next.settled();
    expect(await sums()).toEqual({ a: 0 });
    expect(next.status().parkedTotal).toBe(2);
  });

  test('begins with the very event after which the row cannot be shown', async () => {
    const { open, note, runner, sums, handle } = await setUp();
    await open('a');
    await note('a', 10, 2, 1, 5); // 10, 12, 13: nobody can show that
    await runner.start();
    await runner.settled();
    expect(await sums()).toEqual({ a: 12 });
    expect((await handle.parked(10)).events.map(({ cause }) => cause)).toEqual(['poison', 'behind']);
  });

  test('takes the stream of an event whose household cannot be told', async () => {
    const idOf = (event: Parameters<typeof noteSums.idOf>[0]) => {
      if ((event.data as { value?: number }).value === 7) throw new Error('whose is it?');
      return noteSums.idOf(event);
    };
    const { open, note, runner, sums, handle } = await setUp({}, { view: { ...noteSums, idOf } });
    await open('a');
    await note('a', 1, 7, 2);
    await open('b');
    await runner.start();
    await runner.settled();
    await note('a', 3);
    await runner.settled();
    expect(await sums()).toEqual({ a: 1, b: 0 });
    expect((await handle.parked(10)).events.map(({ cause }) => cause)).toEqual(['poison', 'behind', 'behind']);
  });

  test('takes an event that would change a document of another partition', async () => {
    const view = { ...noteSums, idOf: () => 'one-for-all' };
    const { open, runner, handle, platform } = await setUp({}, { view });
    for (let index = 0; index < 20; index += 1) await open(`h${index}`);
    await runner.start();
    await runner.settled();
    const partitions = new Set((await handle.parked(100)).events.map(({ partition }) => partition));
    expect(partitions.size).toBe(platform.log.partitionCount - 1);
  });
});

describe('failures', () => {
  const busy = () => Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });

  test('of a store that is not ready are waited out, and nothing is lost', async () => {
    let failures = 3;
    const { open, note, runner, sums, incidents } = await setUp({
      handle: (handle) => ({
        async apply(batch) {
          if (failures-- > 0) throw busy();
          await handle.apply(batch);
        },
      }),
    });
    await open('a');
    await note('a', 1);
    await runner.start();
    await runner.settled();
    expect(await sums()).toEqual({ a: 1 });
    expect(incidents.map(({ what }) => what)).toEqual(['retrying', 'retrying', 'retrying']);
    expect(runner.status().fault).toBeUndefined();
  });

  test('that last are a fault, which heals by itself when the store is back', async () => {
    let isDown = true;
    const { open, runner, sums, incidents } = await setUp({
      log: (log) => ({ heads: (context) => (isDown ? Promise.reject(busy()) : log.heads(context)) }),
    });
    await open('a');
    await runner.start();
    await expect(runner.settled()).rejects.toThrow('database is locked');
    expect(runner.status()).toMatchObject({ state: 'faulted', fault: 'Error: database is locked' });
    expect(incidents.filter(({ what }) => what === 'faulted')).toHaveLength(1);
    isDown = false;
    while (runner.status().state === 'faulted') await new Promise((resolve) => setImmediate(resolve));
    await runner.settled();
    expect(await sums()).toEqual({ a: 0 });
    expect(runner.status().state).toBe('live');
  });

  test('of the log itself stop the runner for good, and it says why', async () => {
    for (const broken of ['a gap', 'a missing event'] as const) {
      const { open, note, runner, sums } = await setUp({
        log: (log) => ({
          async read(...range) {
            const events = await log.read(...range);
            return broken === 'a gap' ? events.filter(({ version }) => version !== 2) : [];
          },
        }),
      });
      await open('a');
      await note('a', 1, 2);
      await runner.start();
      await expect(runner.settled()).rejects.toThrow('IntegrityViolation');
      expect(runner.status()).toMatchObject({ state: 'faulted', lagEvents: 3 });
      expect(await sums()).toEqual({});
      await expect(runner.settled()).rejects.toThrow('faulted');
    }
  });

  test('a head before the checkpoint that stays there stops it for good', async () => {
    const { handle, runner } = await setUp();
    const epoch = await handle.take(0);
    const empty = { puts: [], removals: [], tallies: [], parked: [] };
    await handle.apply({ context: 'case-management', partition: 0, fromSeq: 1, toSeq: 9, epoch, ...empty });
    await runner.start();
    await expect(runner.settled()).rejects.toThrow('IntegrityViolation');
    expect(runner.status().state).toBe('faulted');
    await expect(runner.settled()).rejects.toThrow('faulted');
  });

  test('a head before the checkpoint that a new primary told is asked for again', async () => {
    let isOld = false;
    const { open, note, runner, sums, incidents } = await setUp({
      log: (log) => ({
        async heads(context) {
          const heads = await log.heads(context);
          if (!isOld) return heads;
          isOld = false;
          return heads.map((head) => ({ ...head, seq: Math.max(0, head.seq - 1) }));
        },
      }),
    });
    await open('a');
    await runner.start();
    await runner.settled();
    isOld = true;
    await note('a', 1, 2);
    isOld = true;
    await runner.settled();
    expect(await sums()).toEqual({ a: 3 });
    expect(incidents.map(({ what }) => what)).not.toContain('faulted');
  });

  test('of being fenced are answered by taking the partition again', async () => {
    const { open, note, runner, sums, handle, incidents } = await setUp();
    await runner.start();
    await open('a');
    await runner.settled();
    for (let partition = 0; partition < 4; partition += 1) await handle.take(partition);
    await note('a', 4);
    await runner.settled();
    expect(await sums()).toEqual({ a: 4 });
    // Once is how a switch to another generation shows itself: no operator needs to hear of it.
    expect(incidents).toEqual([]);
  });

  test('of being fenced again and again are told, and then leave the runner faulted', async () => {
    const { open, runner, incidents } = await setUp({
      handle: () => ({ apply: () => Promise.reject(new CheckpointFenced('somebody else writes')) }),
    });
    await open('a');
    await runner.start();
    await expect(runner.settled()).rejects.toThrow('faulted');
    expect(incidents.map(({ what }) => what)).toEqual(['retrying', 'retrying', 'faulted']);
  });

  test('two runners of one view apply every event once', async () => {
    const { open, note, runner, sums, platform, handle, clock } = await setUp();
    const other = createViewRunner({ view: noteSums, handle, log: platform.log, clock, retry });
    started.push(other);
    await Promise.all([runner.start(), other.start()]);
    for (let index = 0; index < 20; index += 1) {
      await open(`h${index}`);
      await note(`h${index}`, 1, 2);
    }
    await Promise.all([runner.settled(), other.settled()]);
    expect(Object.values(await sums())).toEqual(Array(20).fill(3));
  });

  test('opening a store that refuses the view refuses to start', async () => {
    const { platform, clock } = await setUp();
    const store: Pick<ViewStore, 'open'> = { open: () => Promise.reject(new TypeError('no such thing')) };
    const runner = createViewRunner({ view: noteSums, store, log: platform.log, clock });
    await expect(runner.start()).rejects.toThrow('no such thing');
    expect(runner.status()).toMatchObject({ state: 'faulted', fault: 'TypeError: no such thing' });
  });
});

describe('whoever observes batches', () => {
  test('stands round each of them, and sees to which trace its events belong', async () => {
    const seen: ObservedBatch[] = [];
    const observe: ObserveBatch = async (batch, work) => {
      seen.push(batch);
      return work();
    };
    const { handler, runner, sums } = await setUp({}, { observe });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await handler.handle({ type: 'OpenHousehold', householdId: 'a', area: '8417' }, commandContext({ traceparent }));
    await runner.start();
    await runner.settled();
    expect(seen).toMatchObject([
      { what: 'apply', name: 'note-sums', context: 'case-management', events: [{ seq: 1, traceparent }] },
    ]);
    expect(await sums()).toEqual({ a: 0 });
  });

  test('hears what the work throws, and the runner retries as ever', async () => {
    const heard: unknown[] = [];
    let failures = 2;
    const observe: ObserveBatch = (_batch, work) =>
      work().catch((error: unknown) => {
        heard.push(error);
        throw error;
      });
    const { open, runner, sums } = await setUp(
      {
        handle: (real) => ({
          apply: async (batch) => {
            if (failures-- > 0) throw Object.assign(new Error('busy'), { code: 'EAGAIN' });
            await real.apply(batch);
          },
        }),
      },
      { observe },
    );
    await open('a');
    await runner.start();
    await runner.settled();
    expect(heard).toMatchObject([{ message: 'busy' }, { message: 'busy' }]);
    expect(await sums()).toEqual({ a: 0 });
  });
});
