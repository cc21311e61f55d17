import { indexedValues, type Find, type IndexValue, type ViewShape } from '@faemban/event-sourcing';
import { describeWhere } from '@faemban/fixtures';
import { describeOnMongo } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoViews, type MongoViews } from './mongo-views';

jest.setTimeout(120_000);

const shape: ViewShape = {
  name: 'order-of-keys',
  version: 1,
  contexts: ['ingestion'],
  indexes: { byValue: ['value'] },
  show: (states, id) => ({ id, ...(states['ingestion'] as object) }),
};

/** In the order every profile promises. */
const values: readonly IndexValue[] = [
  null,
  -(2 ** 53),
  -1.5,
  0,
  1e-9,
  2,
  10,
  '',
  '\u0000',
  '\u0001',
  '\u0001a',
  '\u0002',
  '10',
  '2',
  'A',
  'a',
  'a b',
  'ab',
  'ก',
  'เ',
  '\uFFFD',
];
/** Behind all of them by code point; by UTF-16 units, as mongo-java-server sorts, before the last. */
const beyondUtf16 = '😀';

describeOnMongo('the order of an index', (server, { name }) => {
  let database: string;
  let opened: MongoViews;
  beforeEach(async () => {
    database = freshDatabase();
    const capabilities = { replacesAtomically: name !== 'ferretdb' };
    opened = await openMongoViews({ url: server().url, database, capabilities });
  });
  afterEach(async () => {
    await opened.close();
    await dropDatabase(server().url, database);
  });

  const viewOf = async (inOrder: readonly IndexValue[]) => {
    const view = await opened.views.open<{ value: IndexValue }>(shape);
    const puts = inOrder.map((value, place) => {
      const id = `h${String((place * 5) % inOrder.length).padStart(2, '0')}`;
      const doc = { id, value };
      return { id, slices: { ingestion: { lastSeq: 1, state: { value } } }, indexed: indexedValues(shape, doc) };
    });
    const epoch = await view.take(0);
    const batch = { context: 'ingestion', partition: 0, fromSeq: 1, toSeq: 1, epoch } as const;
    await view.apply({ ...batch, puts, removals: [], tallies: [], parked: [] });
    return async (find: Omit<Find, 'index' | 'limit'>) =>
      (await view.find({ index: 'byValue', limit: 100, ...find })).items.map(({ value }) => value);
  };

  test('is that of the values on the server as well, both ways and in ranges over types', async () => {
    const found = await viewOf(values);
    expect(await found({})).toEqual(values);
    expect(await found({ order: 'descending' })).toEqual([...values].reverse());
    const within = values.slice(values.indexOf(2), values.indexOf('a') + 1);
    expect(await found({ range: { from: 2, to: 'a' } })).toEqual(within);
  });

  describeWhere(name !== 'mongo-java-server', 'a server that sorts by code point, not by UTF-16 unit')('', () => {
    test('is by code point beyond the first 65,536 characters too', async () => {
      const found = await viewOf([...values, beyondUtf16]);
      expect(await found({ range: { from: 'ก' } })).toEqual(['ก', 'เ', '\uFFFD', beyondUtf16]);
    });
  });
});
