import {
  createSigner,
  createSigningKey,
  faultInSeals,
  makeSeal,
  WrongExpectedVersion,
  type Seal,
  type SignedDocument,
} from '@faemban/event-sourcing';
import { describeOnMongo } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoSeals, type MongoSeals } from './mongo-seals';

jest.setTimeout(120_000);

const at = '2026-01-01T00:00:00.000Z';
const context = 'ingestion' as const;
const installation = 'installation-1';
const signer = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] });
const sealBehind = (last: SignedDocument<Seal> | undefined, size: number): SignedDocument<Seal> => {
  const partitions = [{ partition: 0, size, root: 'ab'.repeat(32), chainHash: 'cd'.repeat(32) }];
  return makeSeal(signer, last, { installation, context, sealedAt: at, partitions });
};

describeOnMongo('seals', (server, { name }) => {
  let database: string;
  const opened: MongoSeals[] = [];
  const open = async (): Promise<MongoSeals> => {
    const capabilities = { replacesAtomically: name !== 'ferretdb' };
    const seals = await openMongoSeals({ url: server().url, database, capabilities });
    opened.push(seals);
    return seals;
  };
  beforeEach(() => {
    database = freshDatabase();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((seals) => seals.close()));
    await dropDatabase(server().url, database);
  });

  test('come back in their order, context by context, as they were signed', async () => {
    const seals = await open();
    expect(await seals.seals(context)).toEqual([]);
    const first = sealBehind(undefined, 5);
    const second = sealBehind(first, 9);
    await seals.append(first);
    await seals.append(second);
    const again = await (await open()).seals(context);
    expect(again).toEqual([first, second]);
    expect(faultInSeals(again, { installation, context, trusted: signer.keys })).toBeUndefined();
    expect(await seals.seals('mpi-scoring')).toEqual([]);
  });

  test('of two processes that seal at once: one stands, the other is told and seals behind it', async () => {
    const [one, other] = [await open(), await open()];
    const outcomes = await Promise.allSettled([
      one.append(sealBehind(undefined, 5)),
      other.append(sealBehind(undefined, 6)),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toBeInstanceOf(WrongExpectedVersion);
    const [standing] = await other.seals(context);
    await other.append(sealBehind(standing, 9));
    expect((await one.seals(context)).map(({ document }) => document.number)).toEqual([1, 2]);
  });

  test('appended again, since the answer was lost, stand once', async () => {
    const seals = await open();
    const seal = sealBehind(undefined, 5);
    await seals.append(seal);
    await seals.append(seal);
    expect(await seals.seals(context)).toEqual([seal]);
  });

  test('have the public keys beside them, as they were published last', async () => {
    const seals = await open();
    expect(await seals.publishedKeys()).toBeUndefined();
    await seals.publishKeys(signer);
    const changed = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] });
    changed.rotate(at);
    await seals.publishKeys(changed);
    expect(await seals.publishedKeys()).toEqual({ keys: changed.keys, changes: changed.changes });
  });
});
