import { CheckpointFenced, type ViewHandle } from '@faemban/event-sourcing';
import { describeWhere } from '@faemban/fixtures';
import { describeOnMongo } from '@faemban/native-servers';
import { dyingAt, overWrites, PauseAt } from '../testing/driver-writes';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { lifeOf, liveOn, put, rowsOf, shapeOf } from '../testing/small-tally';
import { openMongoViews, type MongoViews } from './mongo-views';

jest.setTimeout(180_000);

describeOnMongo('a view', (server, { name }) => {
  const replacesAtomically = name !== 'ferretdb';
  let database: string;
  const opened: MongoViews[] = [];
  const open = async (): Promise<MongoViews> => {
    const views = await openMongoViews({ url: server().url, database, capabilities: { replacesAtomically } });
    opened.push(views);
    return views;
  };
  beforeEach(() => {
    database = freshDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((views) => views.close()));
    await dropDatabase(server().url, database);
  });

  /** What a life without any accident leaves behind. */
  const undisturbed = async ({ views }: MongoViews) => {
    const shape = shapeOf('undisturbed');
    await liveOn(await views.open(shape), 0);
    return rowsOf(views, shape);
  };

  // On FerretDB every write takes long: there it dies behind each of them only.
  const deaths = name === 'ferretdb' ? (['after'] as const) : (['before', 'after'] as const);
  describe.each(deaths)('whose writer dies %s a write', (when) => {
    test('is, whichever write that was, what an undisturbed one is once another goes on', async () => {
      const [first, { views }] = [await open(), await open()];
      const expected = await undisturbed(first);
      for (let at = 1; ; at += 1) {
        const shape = shapeOf(`dies-at-${at}`);
        const dying = await first.views.open(shape);
        const isDead = { value: true };
        await overWrites(dyingAt(at, when), async () => {
          await liveOn(dying, 0).then(
            () => (isDead.value = false),
            () => undefined,
          );
        });
        if (!isDead.value) {
          // Four steps of several writes each: all were interrupted once.
          expect(at).toBeGreaterThan(20);
          return;
        }
        await liveOn(await views.open(shape), 0);
        expect([at, await rowsOf(views, shape)]).toEqual([at, expected]);
      }
    });
  });

  describeWhere(name !== 'ferretdb', 'a server that takes megabytes in a moment')('', () => {
    test('takes a batch that is larger than one document, in parts, each write of which may be the last', async () => {
      // Three rows of two MiB: 6 MiB of content, where 4 stand in one part.
      const large = [1, 2, 3]
        .map((n) => put(`h${n}`, `84${n}`.repeat(600_000), n))
        .map((row) => ({ ...row, indexed: undefined }));
      const batch = {
        context: 'ingestion',
        partition: 0,
        fromSeq: 1,
        toSeq: 3,
        puts: large,
        removals: [],
        tallies: [],
        parked: [],
      } as const;
      const [first, second] = [await open(), await open()];
      for (let at = 1; ; at += 1) {
        const shape = shapeOf(`large-${at}`);
        const dying = await first.views.open(shape);
        const epoch = await dying.take(0);
        const isDead = { value: true };
        await overWrites(dyingAt(at, 'after'), async () => {
          await dying.apply({ ...batch, epoch }).then(
            () => (isDead.value = false),
            () => undefined,
          );
        });
        const after = await second.views.open(shape);
        const next = await after.take(0);
        const stands = (await after.checkpoint())['ingestion/0'] ?? 0;
        // Two parts, then the intent: only with that it was decided.
        expect([at, stands]).toEqual([at, at < 3 ? 0 : 3]);
        if (stands === 0) await after.apply({ ...batch, epoch: next });
        expect(await after.slices(['h1', 'h2', 'h3'])).toEqual(new Map(large.map(({ id, slices }) => [id, slices])));
        if (!isDead.value) return expect(at).toBeGreaterThan(4);
      }
    });
  });

  describeWhere(replacesAtomically, 'a server that replaces a document atomically under a condition')(
    'whose writer is paused and wakes up late',
    () => {
      test('is, at whichever write that was, what an undisturbed one is', async () => {
        const stores = [await open(), await open()] as const;
        const expected = await undisturbed(stores[0]);
        const steps = lifeOf(0);
        for (let stepAt = 0; stepAt < steps.length; stepAt += 1) {
          for (let at = 1, wasPaused = true; wasPaused; at += 1) {
            wasPaused = await pausedLife(stores, stepAt, at, expected);
          }
        }
      });

      /** One writer is paused at a write of a step, another lives the life to its end, the first wakes up. */
      const pausedLife = async (
        [first, second]: readonly [MongoViews, MongoViews],
        stepAt: number,
        at: number,
        expected: unknown,
      ): Promise<boolean> => {
        const shape = shapeOf(`paused-${stepAt}-${at}`);
        const sleeper: ViewHandle = await first.views.open(shape);
        const other = await second.views.open(shape);
        const steps = lifeOf(0);
        await liveOn(sleeper, 0, steps.slice(0, stepAt));
        const epoch = await sleeper.take(0);
        const pause = new PauseAt(at);
        let wasPaused = false;
        await overWrites(pause.over, async () => {
          const outcome = steps[stepAt]?.do(sleeper, epoch).then(
            () => 'done',
            (error: unknown) => error,
          );
          wasPaused = await Promise.race([pause.paused.then(() => true), Promise.resolve(outcome).then(() => false)]);
          pause.others();
          if (wasPaused) await liveOn(other, 0);
          pause.wake();
          const told = await outcome;
          // Overtaken before its intent stood, it was refused; behind that, what it meant to do has been done, once.
          if (told !== 'done') expect(told).toBeInstanceOf(CheckpointFenced);
          if (wasPaused) await expect(steps[3]?.do(sleeper, epoch)).rejects.toBeInstanceOf(CheckpointFenced);
        });
        if (wasPaused) expect([stepAt, at, await rowsOf(second.views, shape)]).toEqual([stepAt, at, expected]);
        return wasPaused;
      };
    },
  );

  describeWhere(replacesAtomically, 'a server that replaces a document atomically under a condition')(
    'that two processes write',
    () => {
      test('has of every partition what its writer gave it', async () => {
        const shape = shapeOf('shared');
        const stores = [await open(), await open()];
        const handles = await Promise.all(stores.map(({ views }) => views.open(shape)));
        await Promise.all([0, 1, 2, 3].map((partition) => liveOn(handles[partition % 2] as ViewHandle, partition)));
        const alone = shapeOf('alone');
        const single = await (stores[0] as MongoViews).views.open(alone);
        for (const partition of [0, 1, 2, 3]) await liveOn(single, partition);
        expect(await rowsOf((stores[1] as MongoViews).views, shape)).toEqual(
          await rowsOf((stores[0] as MongoViews).views, alone),
        );
      });
    },
  );

  describeWhere(!replacesAtomically, 'a server that is declared not to replace atomically')('', () => {
    test('has one writing process for all its partitions, the last that took any', async () => {
      const shape = shapeOf('one-writer');
      const [one, other] = await Promise.all([await open(), await open()].map(({ views }) => views.open(shape)));
      const epoch = (await one?.take(0)) ?? 0;
      await other?.take(1);
      await expect(lifeOf(0)[0]?.do(one as ViewHandle, epoch)).rejects.toBeInstanceOf(CheckpointFenced);
      await liveOn(one as ViewHandle, 0);
    });
  });
});
