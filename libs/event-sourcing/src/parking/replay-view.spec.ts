import { CheckpointFenced } from '../errors';
import { partitionOfKey } from '../partitions';
import type { EventLog, ViewHandle } from '../ports';
import type { Runner } from '../runners/runner';
import { createMemoryViews } from '../testing/memory-views';
import { ParkingWorld, replayAll } from '../testing/parking-world';
import { asViewShape } from '../views/view-shape';

const started: Runner[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((runner) => runner.stop()));
});

async function setUp(
  what: 'view' | 'tally' = 'view',
  change: { handle?: (handle: ViewHandle) => Partial<ViewHandle>; log?: Partial<EventLog> } = {},
) {
  const world = new ParkingWorld();
  const store = createMemoryViews();
  const start = async (): Promise<Runner> => {
    const log = { ...world.platform.log, ...change.log };
    const runner = await world.runner(what, store, change.handle, log);
    started.push(runner);
    await runner.start();
    return runner;
  };
  const runner = await start();
  const handle = await store.open<{ id: string; notes: readonly number[] }>(asViewShape(world[what]));
  const note = async (householdId: string, ...values: readonly number[]): Promise<void> => {
    for (const value of values) await world.note(householdId, value);
  };
  const shown = async (householdId: string) => (await handle.get([householdId])).get(householdId)?.notes;
  const fresh = async () => {
    const other = createMemoryViews();
    const folding = await world.runner(what, other);
    await folding.start();
    await folding.settled();
    await folding.stop();
    return world.rows(what, other);
  };
  return { world, store, runner, start, handle, note, shown, fresh, rows: () => world.rows(what, store) };
}

const all = { select: {}, isDryRun: false };

describe('replaying what a view has parked', () => {
  test('applies it in order, before what comes later, while others go on', async () => {
    const { world, runner, note, shown, rows, fresh } = await setUp();
    world.broken.add('fold-4');
    await note('a', 1, 4, 2, 3);
    await note('b', 1, 2);
    await runner.settled();
    expect([await shown('a'), await shown('b')]).toEqual([[1], [1, 2]]);
    expect(runner.status()).toMatchObject({ parkedTotal: 3, parkedOldestAt: '2021-03-01T02:00:00.000Z' });
    world.broken.clear();
    const replayed = runner.replay(all);
    await note('a', 5);
    expect(await replayed).toMatchObject({
      sequences: 1,
      events: 3,
      released: 1,
      applied: 3,
      stillParked: 0,
      isEnd: true,
    });
    await runner.settled();
    expect(await shown('a')).toEqual([1, 4, 2, 3, 5]);
    expect(runner.status()).toMatchObject({ parkedTotal: 0, parkedOldestAt: null });
    expect(await rows()).toEqual(await fresh());
  });

  test('leaves an event that fails again where it is, with the new cause, and those behind it', async () => {
    const { world, runner, note, shown, handle } = await setUp();
    world.broken.add('fold-4').add('show-2');
    await note('a', 1, 4, 2, 3);
    await runner.settled();
    world.broken.delete('fold-4');
    const outcome = await runner.replay(all);
    expect(outcome).toMatchObject({ applied: 1, released: 0, stillParked: 2 });
    expect(outcome.failures).toMatchObject([{ cause: 'poison', sequences: 1, events: 2, id: 'a' }]);
    expect(outcome.failures[0]?.message).toContain('cannot show');
    const { events } = await handle.parked(9);
    expect(events.map(({ cause, attempts }) => [cause, attempts])).toEqual([
      ['poison', 1],
      ['behind', 0],
    ]);
    await runner.replay(all);
    expect((await handle.parked(9)).events[0]).toMatchObject({ attempts: 2, parkedAt: '2021-03-01T02:00:00.000Z' });
    expect(await shown('a')).toEqual([1, 4]);
  });

  test('says beforehand what it will do, and changes nothing by that', async () => {
    const { world, runner, note, rows } = await setUp();
    world.broken.add('fold-4').add('fold-5');
    await note('a', 1, 4, 2);
    await note('b', 5, 2);
    await note('c', 4, 5, 3);
    await runner.settled();
    world.broken.delete('fold-4');
    const before = await rows();
    const told = await runner.replay({ ...all, isDryRun: true });
    expect(told).toMatchObject({ sequences: 3, events: 7, released: 1, applied: 3, stillParked: 4 });
    expect(told.failures).toMatchObject([{ sequences: 2, events: 4 }]);
    expect(await rows()).toEqual(before);
    expect(runner.status().parkedTotal).toBe(7);
    expect(await runner.replay(all)).toEqual(told);
  });

  test('takes only the household, the cause or the age that is meant', async () => {
    const { world, runner, note, handle } = await setUp();
    world.broken.add('fold-4').add('show-5');
    await note('a', 4);
    await note('b', 5, 1);
    await note('c', 4, 1);
    await runner.settled();
    world.broken.clear();
    const [code] = (await handle.parkedCauses()).filter(({ message }) => message.includes('cannot fold'));
    const parkedIds = async () => [...(await handle.parkedIds('case-management', ['a', 'b', 'c']))].sort();
    expect(await runner.replay({ ...all, select: { parkedBefore: '2021-03-01T02:00:00.000Z' } })).toMatchObject({
      events: 0,
    });
    await runner.replay({ ...all, select: { household: 'c' } });
    expect(await parkedIds()).toEqual(['a', 'b']);
    await runner.replay({ ...all, select: { cause: code?.code ?? '' } });
    expect(await parkedIds()).toEqual(['b']);
    await runner.replay({ ...all, select: { cause: 'invalid' } });
    expect(await parkedIds()).toEqual(['b']);
    await runner.replay({ ...all, select: { cause: 'poison' } });
    expect(await parkedIds()).toEqual([]);
  });

  test('goes on piece by piece, and past what fails, to an end', async () => {
    const { world, runner, note, handle, shown } = await setUp();
    world.broken.add('fold-4');
    for (const id of ['a', 'b', 'c', 'd', 'e']) await note(id, 4, 1);
    await runner.settled();
    const first = await runner.replay({ ...all, eventsMax: 4 });
    expect(first).toMatchObject({ sequences: 2, isEnd: false, next: { id: 'b' } });
    expect(await replayAll(runner, { eventsMax: 4 })).toMatchObject({ sequences: 5, events: 10, stillParked: 10 });
    world.broken.clear();
    expect(await replayAll(runner, { eventsMax: 1 })).toMatchObject({
      sequences: 5,
      events: 10,
      released: 5,
      applied: 10,
    });
    expect((await handle.parked(0)).total).toBe(0);
    expect(await shown('e')).toEqual([4, 1]);
  });

  test('in the middle of a long sequence leaves the rest parked for the reason it was parked for', async () => {
    const { world, runner, note, handle, shown } = await setUp();
    world.broken.add('fold-4');
    await note('a', 4, 1, 2, 3, 5);
    await runner.settled();
    const [cause] = await handle.parkedCauses();
    world.broken.clear();
    expect(await runner.replay({ ...all, eventsMax: 2 })).toMatchObject({ applied: 2, released: 0, isEnd: false });
    expect(await shown('a')).toEqual([4, 1]);
    expect(await handle.parkedCauses()).toEqual([{ ...cause, events: 3 }]);
    expect(await runner.replay({ ...all, isDryRun: true, eventsMax: 2 })).toMatchObject({ untried: 1, isEnd: true });
    await note('a', 1);
    await runner.settled();
    expect(await replayAll(runner, { eventsMax: 2, select: { cause: cause?.code ?? '' } })).toMatchObject({
      released: 1,
    });
    expect(await shown('a')).toEqual([4, 1, 2, 3, 5, 1]);
  });

  test('finds the place of an event that could not be read, though later ones of its household were applied', async () => {
    for (const what of ['view', 'tally'] as const) {
      const { world, runner, handle, rows, fresh } = await setUp(what);
      await world.note('a', 1);
      world.broken.add('upcast-4');
      await world.note('a', 4, 'visit');
      await world.note('a', 2);
      await world.note('a', 3, 'visit');
      await world.note('a', 5);
      await runner.settled();
      const { events } = await handle.parked(9);
      expect(events.map(({ id, cause }) => [id, cause])).toEqual([
        ['visit-a', 'poison'],
        ['a', 'behind'],
        ['a', 'behind'],
      ]);
      world.broken.clear();
      expect(await runner.replay({ ...all, select: { household: 'a' } })).toMatchObject({ applied: 3, stillParked: 0 });
      expect(await rows()).toEqual(await fresh());
    }
  });

  test('lets every household go that waited behind an event that could not be read', async () => {
    const { world, runner, handle, rows, fresh } = await setUp();
    world.broken.add('identify-4');
    const neighbours = Array.from({ length: 40 }, (_, index) => `n${index}`).filter(
      (id) => partitionOfKey(id, 2) === partitionOfKey('a', 2),
    );
    const [b = '', c = ''] = neighbours;
    const append = (householdId: string, value: number) => world.record('round-1', 'a', { householdId, value });
    await append('a', 4);
    await append(b, 1);
    await append(c, 2);
    await runner.settled();
    expect((await handle.parkedSequences({ limit: 9 })).map(({ id }) => id)).toEqual([b, c, 'round-1'].sort());
    world.broken.clear();
    expect(await replayAll(runner, { select: { cause: 'poison' } })).toMatchObject({ applied: 3, stillParked: 0 });
    expect(await rows()).toEqual(await fresh());
  });

  test('does not guess what a tally had counted by a programme that is no more', async () => {
    const { world, runner, handle, rows } = await setUp('tally');
    await world.note('a', 2);
    world.broken.add('upcast-4');
    await world.note('a', 4, 'visit');
    await runner.settled();
    world.broken.clear();
    world.broken.add('fold-2');
    const before = await rows();
    const outcome = await runner.replay(all);
    expect(outcome).toMatchObject({ applied: 0, stillParked: 1 });
    expect(outcome.failures).toMatchObject([
      { code: 'needs-rebuild', message: expect.stringContaining('rebuild note-figures') as string },
    ]);
    expect({ ...(await rows()) }).toEqual(before);
    expect((await handle.parkedCauses()).map(({ code }) => code)).toEqual(['needs-rebuild']);
  });
});

describe('a replay by a programme that cannot read what another had applied', () => {
  test('folds nothing anew without it, and does so when it can', async () => {
    const { world, runner, rows, fresh } = await setUp();
    world.broken.add('upcast-1');
    await world.note('a', 1, 'visit');
    await world.note('a', 0);
    await world.note('a', 2);
    await runner.settled();
    world.broken.clear();
    world.broken.add('upcast-0');
    expect((await runner.replay(all)).failures).toMatchObject([{ code: 'needs-rebuild' }]);
    world.broken.clear();
    expect(await runner.replay(all)).toMatchObject({ stillParked: 0, applied: 1 });
    expect(await rows()).toEqual(await fresh());
  });
});

describe('a replay and those who write', () => {
  test('is for the writer of a partition: one that was overtaken takes it again, and nothing is doubled', async () => {
    const { world, runner, start, note, shown } = await setUp();
    world.broken.add('fold-4');
    await note('a', 4, 1);
    await runner.settled();
    const second = await start();
    world.broken.clear();
    const outcomes = await Promise.all([runner.replay(all), second.replay(all), runner.replay(all)]);
    expect(outcomes.reduce((sum, { applied }) => sum + applied, 0)).toBe(2);
    expect(await shown('a')).toEqual([4, 1]);
  });

  test('waits until the store is well again, and is refused by a runner that does not run', async () => {
    let failures = 2;
    const { world, runner, note, shown } = await setUp('view', {
      handle: (real) => ({
        replay: async (step) => {
          failures -= 1;
          if (failures >= 0) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
          await real.replay(step);
        },
      }),
    });
    world.broken.add('fold-4');
    await note('a', 4);
    await runner.settled();
    world.broken.clear();
    expect(await runner.replay(all)).toMatchObject({ applied: 1 });
    expect(await shown('a')).toEqual([4]);
    await runner.stop();
    await expect(runner.replay(all)).rejects.toThrow('note-list is not running.');
  });

  test('gives up what never heals, and the view goes on', async () => {
    const { world, runner, note, shown, handle } = await setUp('view', {
      handle: () => ({ replay: () => Promise.reject(new CheckpointFenced('always overtaken')) }),
    });
    world.broken.add('fold-4');
    await note('a', 4);
    await runner.settled();
    world.broken.clear();
    await expect(runner.replay(all)).rejects.toThrow('always overtaken');
    await note('b', 1);
    await runner.settled();
    expect(await shown('b')).toEqual([1]);
    expect((await handle.parked(0)).total).toBe(1);
  });

  test('stops where another event stands in the log than was parked', async () => {
    let isForged = false;
    const { world, runner, note, handle } = await setUp();
    const real = world.platform.log;
    const forged: Partial<EventLog> = {
      read: async (...place) =>
        (await real.read(...place)).map((event) => (isForged ? { ...event, id: 'another' } : event)),
    };
    await runner.stop();
    const second = await world.runner('view', { open: async () => handle } as never, undefined, { ...real, ...forged });
    started.push(second);
    world.broken.add('fold-4');
    await note('a', 4);
    await second.start();
    await second.settled();
    isForged = true;
    await expect(second.replay(all)).rejects.toThrow('does not stand here');
    expect((await handle.parked(0)).total).toBe(1);
  });
});
