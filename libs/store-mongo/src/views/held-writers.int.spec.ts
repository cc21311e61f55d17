import { CheckpointFenced, type ViewGenerations, type ViewHandle } from '@faemban/event-sourcing';
import { describeOnMongo } from '@faemban/native-servers';
import { mongo } from 'mongoose';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { difference, lifeOf, liveOn, parked, put, rowsOf, shapeOf } from '../testing/small-tally';
import { MongoGeneration } from './mongo-generation';
import { openMongoViews, type MongoViews } from './mongo-views';

jest.setTimeout(120_000);

const shape = shapeOf('held');
/** A lease long enough that a process on a busy machine, which beats late, does not lose what it holds. */
const times = { beatMs: 100, leaseMs: 2_000, waitMs: 20_000, followMs: 200 };
const nothing = async (): Promise<void> => undefined;

/** A process's writers and somebody who rebuilds, each with a connection of its own. */
describeOnMongo(
  'a view that another process',
  (server) => {
    let database: string;
    let one: MongoViews;
    let other: MongoViews;
    let live: ViewHandle;
    beforeEach(async () => {
      database = freshDatabase();
      [one, other] = [
        await openMongoViews({ url: server().url, database, times }),
        await openMongoViews({ url: server().url, database, times }),
      ];
      live = await one.views.open(shape);
    });
    afterEach(async () => {
      await Promise.all([one.close(), other.close()]);
      await dropDatabase(server().url, database);
    });

    const next = (epoch: number, fromSeq: number) => ({
      context: 'ingestion' as const,
      partition: 0,
      fromSeq,
      toSeq: fromSeq,
      epoch,
      puts: [put('late-0', '8499', fromSeq)],
      removals: [],
      tallies: [],
      parked: [],
    });

    test('switches has its writer fenced and its readers follow', async () => {
      await liveOn(live, 0);
      const epoch = await live.take(0);
      const generations = await other.views.generations(shape);
      const generation = await generations.begin();
      const filled = await generations.open(generation);
      const step = { puts: [put('a-0', '8411', 4)], counters: [difference('8411', 1)], parked: [parked('z-0', 5)] };
      await filled.fill({ partition: 0, ...step, vector: { 'ingestion/0': 6 } });
      await filled.finishFilling();
      await generations.switchTo(generation, nothing);
      await expect(live.apply(next(epoch, 7))).rejects.toBeInstanceOf(CheckpointFenced);
      await new Promise((resolve) => setTimeout(resolve, times.followMs));
      expect((await live.find({ index: 'byArea', limit: 9 })).items).toEqual([{ id: 'a-0', area: '8411' }]);
      await generations.drop(0);
      await live.apply(next(await live.take(0), 7));
      expect(await live.count({ index: 'byArea' })).toBe(2);
      expect(await live.checkpoint()).toEqual({ 'ingestion/0': 7 });
    });

    /** A generation that is filled, with so many rows of one area, and not in service. */
    const filledWith = async (generations: ViewGenerations, rows: number): Promise<number> => {
      const generation = await generations.begin();
      const filled = await generations.open(generation);
      const puts = Array.from({ length: rows }, (_, n) => put(`row-${n}`, '8411', n + 1));
      await filled.fill({ partition: 0, puts, counters: [], parked: [], vector: { 'ingestion/0': 6 } });
      await filled.finishFilling();
      return generation;
    };

    test('drops is not read as empty by somebody who had waited too long to read it', async () => {
      await liveOn(live, 0);
      const generations = await other.views.generations(shape);
      const generation = await filledWith(generations, 2);
      const reading = jest.spyOn(mongo.Collection.prototype, 'countDocuments');
      try {
        reading.mockImplementationOnce(async function (this: mongo.Collection, ...question) {
          await generations.switchTo(generation, nothing);
          await generations.drop(0);
          return mongo.Collection.prototype.countDocuments.apply(this, question);
        });
        expect(await live.count({ index: 'byArea', equals: ['8411'] })).toBe(2);
      } finally {
        reading.mockRestore();
      }
    });

    test('drops while somebody begins to follow it is left for the one in service', async () => {
      await liveOn(live, 0);
      const generations = await other.views.generations(shape);
      const [second, third] = [await filledWith(generations, 2), await filledWith(generations, 3)];
      await generations.switchTo(second, nothing);
      await new Promise((resolve) => setTimeout(resolve, times.followMs));
      const beginning = jest.spyOn(MongoGeneration.prototype, 'prepare');
      try {
        beginning.mockImplementationOnce(async function (this: MongoGeneration<object>) {
          await generations.switchTo(third, nothing);
          await generations.drop(second);
          return this.prepare();
        });
        expect(await live.count({ index: 'byArea', equals: ['8411'] })).toBe(3);
      } finally {
        beginning.mockRestore();
      }
    });

    test('pins is read as it was, whatever is changed, removed, counted and replayed meanwhile', async () => {
      await liveOn(live, 0, lifeOf(0).slice(0, 1));
      await liveOn(live, 1, lifeOf(1).slice(0, 2));
      const before = await rowsOf(one.views, shape);
      const generations = await other.views.generations(shape);
      const pinned = await generations.pin(nothing);
      await Promise.all([0, 1, 2].map((partition) => liveOn(live, partition)));
      const parts = ['documents', 'counters', 'parked'] as const;
      const then = await Promise.all(parts.map((part) => pinned.rows(0, part, '', 1_000)));
      expect(then).toEqual(before);
      // Page by page it is the same.
      const byTwo = [];
      for (let after = ''; ;) {
        const page = await pinned.rows(0, 'documents', after, 2);
        byTwo.push(...page);
        if (page.length < 2) break;
        after = page.at(-1)?.key ?? '';
      }
      expect(byTwo).toEqual(before[0]);
      expect(await pinned.vector(0)).toEqual({ 'ingestion/0': 3, 'ingestion/1': 5 });
      await pinned.close();
      await expect(pinned.rows(0, 'documents', '', 1)).rejects.toThrow('over');
      expect(await rowsOf(one.views, shape)).not.toEqual(before);
    });

    test('holds is written again as soon as that is over, and not before', async () => {
      await liveOn(live, 0);
      const generations = await other.views.generations(shape);
      const order: string[] = [];
      let taken: Promise<unknown> | undefined;
      await (
        await generations.pin(async () => {
          taken = live.take(0).then(() => order.push('taken'));
          // Twice the lease: as long as it beats, a hold is believed.
          await new Promise((resolve) => setTimeout(resolve, 2 * times.leaseMs));
          order.push('caught up');
        })
      ).close();
      await taken;
      expect(order).toEqual(['caught up', 'taken']);
    });

    test('holds when it dies is written again after the lease; should it wake up, nothing goes into service', async () => {
      await liveOn(live, 0);
      const generations = await other.views.generations(shape);
      const generation = await generations.begin();
      const filled = await generations.open(generation);
      await filled.fill({ partition: 0, puts: [], counters: [], parked: [], vector: { 'ingestion/0': 6 } });
      await filled.finishFilling();
      let wake: () => void = () => undefined;
      const asleep = new Promise<void>((resolve) => (wake = resolve));
      let holds: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (holds = resolve));
      // A process that stands still does not beat either.
      const beats = jest.spyOn(globalThis, 'setInterval').mockImplementation(() => {
        return { unref: () => undefined } as unknown as NodeJS.Timeout;
      });
      const switched = generations.switchTo(generation, async () => {
        holds();
        await asleep;
      });
      await held;
      beats.mockRestore();
      const began = performance.now();
      const epoch = await live.take(0);
      expect(performance.now() - began).toBeGreaterThan(times.leaseMs / 2);
      await live.apply(next(epoch, 7));
      wake();
      await expect(switched).rejects.toBeInstanceOf(CheckpointFenced);
      expect((await generations.list()).find(({ isInService }) => isInService)?.generation).toBe(0);
      await live.apply(next(epoch, 8));
    });
  },
  ['mongodb', 'mongo-java-server'],
);
