import { CheckpointFenced, type PolicyHandle } from '@faemban/event-sourcing';
import { describeOnMongo } from '@faemban/native-servers';
import { DatabaseUnavailable } from '../failures';
import { dyingAt, failingOnceAt, overWrites } from '../testing/driver-writes';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { parked } from '../testing/small-tally';
import { openMongoViews, type MongoViews } from '../views/mongo-views';

jest.setTimeout(120_000);

const context = 'ingestion' as const;
const refusal = (eventId: string) => ({ eventId, rule: 'case-must-be-open', at: '2021-03-01T02:00:00.000Z' });

/** Works a policy from wherever it stands, as its runner would: one step, and a release of what that parked. */
async function workOn(policy: PolicyHandle): Promise<void> {
  if (((await policy.checkpoint())[`${context}/0`] ?? 0) < 3) {
    await policy.advance({ partition: 0, toSeq: 3, refusals: [refusal('event-2')], parked: [parked('a', 3)] });
  }
  if ((await policy.parked(0)).total === 0) return;
  const taken = [{ id: 'a', seq: 3 }];
  await policy.release({ partition: 0, taken, refusals: [refusal('event-3')], parked: [] });
}

describeOnMongo('a policy', (server, { name }) => {
  let database: string;
  let stores: readonly MongoViews[];
  beforeEach(async () => {
    database = freshDatabase();
    const capabilities = { replacesAtomically: name !== 'ferretdb' };
    const open = () => openMongoViews({ url: server().url, database, capabilities });
    stores = [await open(), await open()];
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await dropDatabase(server().url, database);
  });
  const openBoth = (key: string): Promise<readonly PolicyHandle[]> =>
    Promise.all(stores.map(({ policies }) => policies.open({ key, context })));

  test('whose process dies at any write has, once another goes on, each refusal and nothing parked', async () => {
    for (let at = 1; ; at += 1) {
      const [dying, other] = (await openBoth(`dies-at-${at}`)) as [PolicyHandle, PolicyHandle];
      let isDead = true;
      await overWrites(dyingAt(at, 'after'), () =>
        workOn(dying).then(
          () => void (isDead = false),
          () => undefined,
        ),
      );
      await workOn(other);
      expect([at, await other.checkpoint()]).toEqual([at, { 'ingestion/0': 3 }]);
      const { total, latest } = await other.refusals(9);
      expect([at, total, latest.map(({ eventId }) => eventId)]).toEqual([at, 2, ['event-2', 'event-3']]);
      expect((await other.parked(9)).total).toBe(0);
      if (!isDead) return expect(at).toBeGreaterThan(6);
    }
  });

  test('whose release failed takes no step before its checkpoint is read, so that nothing is parked behind what is free', async () => {
    const [policy] = (await openBoth('failed-release')) as [PolicyHandle];
    const refusals: never[] = [];
    await policy.advance({ partition: 0, toSeq: 3, refusals, parked: [parked('a', 3)] });
    await overWrites(failingOnceAt('.parked'), async () => {
      const release = policy.release({ partition: 0, taken: [{ id: 'a', seq: 3 }], refusals, parked: [] });
      await expect(release).rejects.toBeInstanceOf(DatabaseUnavailable);
    });
    // As it is read now, the next event of the stream would be parked behind this one.
    expect(await policy.parkedIds(['a'])).toEqual(new Set(['a']));
    const behind = policy.advance({ partition: 0, toSeq: 4, refusals, parked: [parked('a', 4)] });
    await expect(behind).rejects.toBeInstanceOf(CheckpointFenced);
    expect(await policy.checkpoint()).toEqual({ 'ingestion/0': 3 });
    expect(await policy.parkedIds(['a'])).toEqual(new Set());
    await policy.advance({ partition: 0, toSeq: 4, refusals, parked: [] });
    expect(await policy.checkpoint()).toEqual({ 'ingestion/0': 4 });
    expect((await policy.parked(0)).total).toBe(0);
  });

  test('that two processes work at once stands where the further one is, with the refusals of both', async () => {
    const policies = await openBoth('shared');
    const steps = Array.from({ length: 10 }, (_, index) => index + 1);
    await Promise.all(
      policies.map(async (policy) => {
        for (const toSeq of steps) {
          const { [`${context}/0`]: stands = 0 } = await policy.checkpoint();
          if (stands >= toSeq) continue;
          // Overtaken in between, it is told so, and goes on behind.
          await policy
            .advance({ partition: 0, toSeq, refusals: [refusal(`event-${toSeq}`)], parked: [] })
            .catch((error: unknown) => expect((error as Error).name).toBe('CheckpointFenced'));
        }
      }),
    );
    expect(await policies[0]?.checkpoint()).toEqual({ 'ingestion/0': 10 });
    expect((await policies[1]?.refusals(20))?.total).toBe(10);
  });
});
