import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  asViewShape,
  LocalRebuildEngine,
  type RebuildControl,
  type Runner,
  type ViewStore,
} from '@faemban/event-sourcing';
import { ParkingWorld, replayAll } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoViews, type MongoViews } from './mongo-views';

jest.setTimeout(120_000);

const unhindered: RebuildControl = {
  shared: new Int32Array(new SharedArrayBuffer(8)),
  betweenSteps: () => nextTurn(),
};

describeOnMongo(
  'a runner',
  (server) => {
    let databases: string[];
    let opened: MongoViews[];
    let started: Runner[];
    beforeEach(() => {
      [databases, opened, started] = [[], [], []];
    });
    afterEach(async () => {
      await Promise.all(started.map((runner) => runner.stop()));
      await Promise.all(opened.map((views) => views.close()));
      for (const database of databases) await dropDatabase(server().url, database);
    });
    const settledOn = async (runner: Runner): Promise<Runner> => {
      started.push(runner);
      await runner.start();
      await runner.settled();
      return runner;
    };
    const open = async (database: string): Promise<ViewStore> => {
      const views = await openMongoViews({ url: server().url, database, times: { followMs: 100 } });
      opened.push(views);
      if (!databases.includes(database)) databases.push(database);
      return views.views;
    };

    test.each(['view', 'tally'] as const)(
      'of a %s has, after replaying what was parked, the rows of a fold of the whole log',
      async (what) => {
        const world = new ParkingWorld();
        const live = await open(freshDatabase());
        const runner = await settledOn(await world.runner(what, live));
        world.broken.add('fold-4');
        for (let value = 1; value <= 6; value += 1) {
          for (const id of ['a', 'b']) {
            await world.note(id, value, value % 2 === 0 ? 'visit' : 'household');
            if (value === 5 && id === 'b') await world.note(id, 0);
          }
        }
        await runner.settled();
        expect(runner.status().parkedTotal).toBeGreaterThan(0);
        world.broken.clear();
        expect(await replayAll(runner, { eventsMax: 4 })).toMatchObject({ stillParked: 0 });
        expect(runner.status().parkedTotal).toBe(0);
        await runner.stop();
        const fresh = await open(freshDatabase());
        await (await settledOn(await world.runner(what, fresh))).stop();
        expect(await world.rows(what, live)).toEqual(await world.rows(what, fresh));
      },
    );

    test.each(['view', 'tally'] as const)(
      'of a %s goes on while another process rebuilds it, compares it equal, and puts the new one into service',
      async (what) => {
        const world = new ParkingWorld();
        const database = freshDatabase();
        const live = await open(database);
        const runner = await settledOn(await world.runner(what, live));
        const ids = ['a', 'b', 'c', 'd', 'e'];
        for (const id of ids) await world.note(id, 1);
        await runner.settled();

        const store = await open(database);
        const readModel = what === 'view' ? world.view : world.tally;
        const { log, clock } = world.platform;
        const engine = new LocalRebuildEngine({ log, store, clock, readModels: [readModel] });
        const generations = await store.generations(asViewShape(readModel));
        const generation = await generations.begin();
        const [before] = await generations.list();
        const target = before?.vector ?? {};
        const job = { view: readModel.name, before: 0, generation, target };
        let isOver = false;
        const notes = (async () => {
          for (let value = 2; !isOver; value += 1) {
            for (const id of ids) await world.note(id, value);
            await nextTurn();
            if (value > 40) break;
          }
        })();
        await engine.fill(job, unhindered, () => undefined);
        const comparison = await engine.compare(job, unhindered);
        expect(comparison).toMatchObject({ differencesTotal: 0, differences: [] });
        await engine.switch(job);
        await engine.drop(readModel.name, 0);
        isOver = true;
        await notes;
        await runner.settled();
        expect((await generations.list()).map((one) => [one.generation, one.isInService])).toEqual([
          [generation, true],
        ]);
        const rows = await rowsOfGeneration(store, generation);
        await runner.stop();
        const fresh = await open(freshDatabase());
        await (await settledOn(await world.runner(what, fresh))).stop();
        expect(rows).toEqual(await world.rows(what, fresh));

        async function rowsOfGeneration(of: ViewStore, number: number) {
          const pinned = await (await of.generations(asViewShape(readModel))).pin();
          const parts = ['documents', 'counters', 'parked'] as const;
          const all = await Promise.all(
            parts.map(async (part) => [part, await pinned.rows(number, part, '', 10_000)] as const),
          );
          await pinned.close();
          return Object.fromEntries(all);
        }
      },
    );
  },
  ['mongodb', 'mongo-java-server'],
);
