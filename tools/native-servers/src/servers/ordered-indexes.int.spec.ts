import fc from 'fast-check';
import { createConnection, type Connection, type mongo } from 'mongoose';
import { describeOnMongo } from '../describe-on';

jest.setTimeout(120_000);

/** Few values, so that they meet: of several types, none at all, and a list, of which an index of one entry a document cannot know. */
const scalar = fc.constantFrom(null, 0, 1, 2, 2.5, -1, 'a', 'aa', 'b', '', true);
const value = fc.oneof({ weight: 12, arbitrary: scalar }, { weight: 1, arbitrary: fc.constant([1, 'a']) });
const fields = ['a', 'b', 'c'] as const;
/** Lists in one field only: no server makes an index over two of them. */
const document = fc.record({ a: value, b: scalar, c: scalar }, { requiredKeys: [] });

const condition = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }).map(($in) => ({ $in })),
  fc.record({ $gt: scalar, $lte: scalar }, { requiredKeys: [] }).filter((range) => Object.keys(range).length > 0),
  fc.record({ $gte: scalar, $lt: scalar }, { requiredKeys: [] }).filter((range) => Object.keys(range).length > 0),
  scalar.map(($ne) => ({ $ne })),
);
const filter = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...fields), condition, { maxKeys: 3 }),
    fc.option(fc.dictionary(fc.constantFrom(...fields), condition, { minKeys: 1, maxKeys: 2 }), { nil: undefined }),
  )
  .map(([all, and]) => (and === undefined ? all : { ...all, $and: [and] }) as mongo.Filter<mongo.Document>);
type Order = Readonly<Record<string, 1 | -1>>;
const direction = fc.constantFrom<1 | -1>(1, -1);
/** With the id at the end, so that there is one order. */
const sort = fc
  .tuple(fc.dictionary(fc.constantFrom('a', 'b', 'c'), direction, { maxKeys: 3 }), direction)
  .map(([order, last]): Order => ({ ...order, _id: last }));
const keys = fc.uniqueArray(fc.constantFrom(...fields), { minLength: 1, maxLength: 3 });
/** Half of them end with the id, so that they give a whole order. */
const index = fc
  .tuple(keys, fc.tuple(direction, direction, direction, fc.option(direction, { nil: undefined })))
  .map(([names, [first, second, third, last]]): Order => {
    const order = Object.fromEntries(names.map((name, place) => [name, [first, second, third][place] ?? 1]));
    return last === undefined ? order : { ...order, _id: last };
  });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), id: fc.nat(20), document }),
  fc.record({ kind: fc.constant('remove' as const), id: fc.nat(20) }),
);

type Collection = ReturnType<Connection['collection']>;
type Pair = [Collection, Collection];
type Change =
  | { readonly kind: 'put'; readonly id: number; readonly document: Readonly<Record<string, unknown>> }
  | { readonly kind: 'remove'; readonly id: number };

const turned = (order: Order, turn: 1 | -1): Order =>
  Object.fromEntries(Object.entries(order).map(([key, way]) => [key, (way * turn) as 1 | -1]));

async function make(collection: Collection, one: Change): Promise<void> {
  const at = { _id: one.id } as unknown as mongo.Filter<mongo.Document>;
  if (one.kind === 'remove') await collection.deleteOne(at);
  else await collection.replaceOne(at, { ...one.document }, { upsert: true });
}

// The indexes are our own there: what they answer must be what a server answers that reads every document.
describeOnMongo(
  'ordered indexes',
  (server) => {
    let connection: Connection;
    beforeAll(async () => {
      connection = await createConnection(server().url, { directConnection: true, dbName: 'ordered' }).asPromise();
    });
    afterAll(() => connection.close());

    /** Makes the changes in both, and the indexes of one half way: over documents that are there, and before others come. */
    async function fill(indexes: readonly mongo.IndexSpecification[], changes: readonly Change[]) {
      const [indexed, plain] = ['indexed', 'plain'].map((name) => connection.collection(name)) as Pair;
      for (const collection of [indexed, plain]) await collection.drop().catch(() => undefined);
      for (const [place, one] of [...changes, undefined].entries()) {
        if (place === Math.floor(changes.length / 2)) {
          for (const keys of indexes) await indexed.createIndex(keys, { name: JSON.stringify(keys) });
        }
        if (one === undefined) continue;
        for (const collection of [indexed, plain]) await make(collection, one);
      }
      return [indexed, plain] as const;
    }

    test('give the order of ids', async () => {
      const [indexed] = await fill(
        [],
        [3, 1, 2].map((id) => ({ kind: 'put', id, document: {} })),
      );
      const ids = async (way: 1 | -1) => (await indexed.find().sort({ _id: way }).toArray()).map(({ _id }) => _id);
      expect([await ids(1), await ids(-1)]).toEqual([
        [1, 2, 3],
        [3, 2, 1],
      ]);
    });

    test('answer what reading everything answers', async () => {
      const question = fc.record({
        ...{ where: filter, order: sort, limit: fc.nat(4), skip: fc.nat(2) },
        // Of an index instead, forward or backward: the order it has itself.
        byIndex: fc.option(fc.record({ at: fc.nat(2), turn: direction }), { nil: undefined }),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(index, { minLength: 1, maxLength: 3 }),
          fc.array(change, { maxLength: 40 }),
          fc.array(question, { minLength: 1, maxLength: 12 }),
          async (indexes, changes, questions) => {
            const [indexed, plain] = await fill(indexes, changes);
            for (const { where, order, limit, skip, byIndex } of questions) {
              const ofIndex = byIndex && indexes[byIndex.at];
              const by: Order = { _id: 1, ...(ofIndex === undefined ? order : turned(ofIndex, byIndex?.turn ?? 1)) };
              // The id last, wherever it was said.
              const { _id = 1, ...others } = by;
              const inOrder = { ...others, _id };
              const answer = (of: Collection) => of.find(where).sort(inOrder).skip(skip).limit(limit).toArray();
              expect(await answer(indexed)).toEqual(await answer(plain));
              expect(await indexed.countDocuments(where)).toBe(await plain.countDocuments(where));
            }
          },
        ),
        { numRuns: 150 },
      );
    });
  },
  ['mongo-java-server'],
);
