import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runner, ViewStore } from '@faemban/event-sourcing';
import { ParkingWorld, replayAll } from '@faemban/event-sourcing/testing';
import { openSqliteViews, type SqliteViews } from './sqlite-views';

const breakages = ['upcast', 'identify', 'fold', 'show'];
let folder: string;
let opened: SqliteViews[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-replay-'));
  opened = [];
});
afterEach(async () => {
  for (const { close } of opened) await close();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (name: string): Promise<ViewStore> => {
  const made = await openSqliteViews({ file: join(folder, name) });
  opened.push(made);
  return made.views;
};
const settledOn = async (runner: Runner): Promise<Runner> => {
  await runner.start();
  await runner.settled();
  return runner;
};

describe.each(['view', 'tally'] as const)('parked events of a %s on a real file', (what) => {
  test.each(breakages)(
    'that it could not %s come in, in order, piece by piece, as a fold of the whole log has them',
    async (where) => {
      const world = new ParkingWorld();
      const live = await open('live.sqlite');
      const runner = await settledOn(await world.runner(what, live));
      world.broken.add(`${where}-4`);
      for (let value = 1; value <= 9; value += 1) {
        for (const id of ['a', 'b', 'c']) {
          await world.note(id, value, value % 2 === 0 ? 'visit' : 'household');
          if (value === 6 && id === 'b') await world.note(id, 0);
        }
      }
      await runner.settled();
      expect(runner.status().parkedTotal).toBeGreaterThan(0);
      world.broken.clear();
      const told = await replayAll(runner, { isDryRun: true });
      const done = await replayAll(runner, { eventsMax: 4 });
      expect(done).toMatchObject({ stillParked: 0 });
      expect(told.stillParked).toBe(0);
      expect(runner.status().parkedTotal).toBe(0);
      await runner.stop();

      const fresh = await open('fresh.sqlite');
      await (await settledOn(await world.runner(what, fresh))).stop();
      expect(await world.rows(what, live)).toEqual(await world.rows(what, fresh));
    },
  );
});
