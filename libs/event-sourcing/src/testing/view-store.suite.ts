import { CheckpointFenced, InvalidCursor, StoreRefused } from '../errors';
import type { Find, Put, ViewHandle, ViewShape, ViewStore } from '../ports';
import { indexedValues } from '../views/view-shape';
import { generationTests } from './view-store.generations';
import { parkingTests } from './view-store.parking';
import { emptyBatch as batch, tallyTests } from './view-store.tally';

/** What a view suite runs on: an empty store, opened anew for every test. */
export interface ViewsUnderTest {
  readonly views: ViewStore;
  close(): Promise<void>;
  /** Closes and opens the same data again; absent where nothing outlives closing. */
  reopen?(): Promise<ViewsUnderTest>;
}

interface Shown {
  readonly id: string;
  readonly area: string;
  readonly score: number | null;
  readonly note?: string;
}

const shape: ViewShape = {
  name: 'household-list',
  version: 1,
  contexts: ['ingestion', 'mpi-scoring'],
  indexes: { byArea: ['area', 'score'], byScore: ['score'] },
  show: (states, id) => {
    const listed = states['ingestion'] as { area: string; hidden?: boolean } | undefined;
    const scored = states['mpi-scoring'] as { score: number } | undefined;
    return listed === undefined || listed.hidden ? undefined : { id, area: listed.area, score: scored?.score ?? null };
  },
};
/** The behaviour of every {@link ViewStore}: run it on each adapter. Registers jest tests. */
export function viewStoreSuite(factory: () => Promise<ViewsUnderTest>): void {
  let under: ViewsUnderTest;
  beforeEach(async () => {
    under = await factory();
  });
  afterEach(async () => {
    await under.close();
  });

  const put = (id: string, area: string, score?: number, seq = 1): Put => {
    const slices = {
      ingestion: { lastSeq: seq, state: { area } },
      ...(score === undefined ? undefined : { 'mpi-scoring': { lastSeq: seq, state: { score } } }),
    };
    const doc: Shown = { id, area, score: score ?? null };
    return { id, slices, indexed: indexedValues(shape, doc) };
  };
  const open = () => under.views.open<Shown>(shape);
  const opened = async (puts: readonly Put[] = []): Promise<ViewHandle<Shown>> => {
    const handle = await open();
    const epoch = await handle.take(0);
    if (puts.length > 0) await handle.apply(batch({ epoch, puts }));
    return handle;
  };

  describe('applying a batch', () => {
    test('stores slices, shows documents and moves the checkpoint of its partition', async () => {
      const handle = await opened();
      expect(await handle.checkpoint()).toEqual({});
      await handle.apply(batch({ toSeq: 5, puts: [put('a', '8401', 3), put('b', '8402')] }));
      expect(await handle.checkpoint()).toEqual({ 'ingestion/0': 5 });
      expect(await handle.slices(['a', 'c'])).toEqual(new Map([['a', put('a', '8401', 3).slices]]));
      expect(await handle.get(['b', 'a', 'c'])).toEqual(
        new Map([
          ['b', { id: 'b', area: '8402', score: null }],
          ['a', { id: 'a', area: '8401', score: 3 }],
        ]),
      );
      await handle.apply(batch({ context: 'mpi-scoring', toSeq: 2 }));
      expect(await handle.checkpoint()).toEqual({ 'ingestion/0': 5, 'mpi-scoring/0': 2 });
    });

    test('replaces and removes rows, in slices, documents and indexes', async () => {
      const handle = await opened([put('a', '8401', 3), put('b', '8402')]);
      await handle.apply(batch({ fromSeq: 2, toSeq: 2, puts: [put('a', '8409', 4, 2)], removals: ['b'] }));
      expect(await handle.count({ index: 'byArea' })).toBe(1);
      expect(await handle.count({ index: 'byArea', equals: ['8401'] })).toBe(0);
      expect((await handle.find({ index: 'byArea', limit: 10 })).items).toEqual([{ id: 'a', area: '8409', score: 4 }]);
      expect([...(await handle.slices(['a', 'b'])).keys()]).toEqual(['a']);
      await handle.apply(batch({ fromSeq: 3, toSeq: 3, puts: [put('b', '8407', 1, 3)] }));
      expect(await handle.count({ index: 'byArea' })).toBe(2);
    });

    test('keeps the slices of a row that shows nothing, outside every index', async () => {
      const handle = await opened();
      const hidden = { id: 'h', slices: { ingestion: { lastSeq: 1, state: { area: '84', hidden: true } } } };
      await handle.apply(batch({ puts: [{ ...hidden, indexed: undefined }] }));
      expect(await handle.get(['h'])).toEqual(new Map());
      expect(await handle.count({ index: 'byArea' })).toBe(0);
      expect((await handle.slices(['h'])).get('h')).toEqual(hidden.slices);
    });

    test('takes thousands of rows and ids at once', async () => {
      const ids = Array.from({ length: 3000 }, (_, index) => `household-${index}`);
      const handle = await opened(ids.map((id, index) => put(id, '8417', index)));
      expect((await handle.slices(ids)).size).toBe(3000);
      expect((await handle.get(ids)).size).toBe(3000);
      expect(await handle.count({ index: 'byArea', equals: ['8417'] })).toBe(3000);
    });
  });

  describe('the checkpoint', () => {
    test('refuses what does not continue it, and applies nothing of that', async () => {
      const handle = await opened([put('a', '8401')]);
      for (const [fromSeq, toSeq] of [
        [1, 1],
        [3, 3],
      ] as const) {
        const wrong = batch({ fromSeq, toSeq, puts: [put('x', '8499')] });
        await expect(handle.apply(wrong)).rejects.toBeInstanceOf(CheckpointFenced);
      }
      expect(await handle.slices(['x'])).toEqual(new Map());
      expect(await handle.checkpoint()).toEqual({ 'ingestion/0': 1 });
    });

    test('fences a writer whose partition was taken by another', async () => {
      const handle = await open();
      const first = await handle.take(0);
      const other = await handle.take(1);
      const second = await handle.take(0);
      expect(second).toBeGreaterThan(first);
      await expect(handle.apply(batch({ epoch: first }))).rejects.toBeInstanceOf(CheckpointFenced);
      await handle.apply(batch({ epoch: second }));
      await handle.apply(batch({ epoch: other, partition: 1 }));
      expect(await handle.checkpoint()).toEqual({ 'ingestion/0': 1, 'ingestion/1': 1 });
    });
  });

  describe('opening', () => {
    test('again gives the same data', async () => {
      await opened([put('a', '8401')]);
      expect(await (await open()).checkpoint()).toEqual({ 'ingestion/0': 1 });
    });

    test('refuses another shape under the same version', async () => {
      await open();
      for (const changed of [
        { ...shape, indexes: { byArea: ['area'] } },
        { ...shape, contexts: ['ingestion' as const] },
        { ...shape, measures: ['one'] },
      ]) {
        await expect(under.views.open(changed)).rejects.toBeInstanceOf(StoreRefused);
      }
    });

    test('a new version begins empty beside the old one', async () => {
      await opened([put('a', '8401')]);
      const next = await under.views.open({ ...shape, version: 2, indexes: { byArea: ['area'] } });
      expect(await next.checkpoint()).toEqual({});
      expect(await (await open()).count({ index: 'byScore' })).toBe(1);
    });

    test('keeps everything, and the epochs, when the store was closed in between', async () => {
      const handle = await opened([put('a', '8401', 7)]);
      const epoch = await handle.take(0);
      if (under.reopen === undefined) return;
      under = await under.reopen();
      const again = await open();
      expect(await again.checkpoint()).toEqual({ 'ingestion/0': 1 });
      expect((await again.find({ index: 'byScore', limit: 5 })).items).toEqual([{ id: 'a', area: '8401', score: 7 }]);
      expect(await again.take(0)).toBeGreaterThan(epoch);
    });
  });

  describe('finding', () => {
    const rows = [
      put('a', '8401', 3),
      put('b', '8401', 1),
      put('c', '8401'),
      put('d', '8402', 10),
      put('e', '8401', 1),
      put('f', '8410', -2.5),
    ];
    const ids = async (handle: ViewHandle<Shown>, find: Omit<Find, 'limit'>) =>
      (await handle.find({ ...find, limit: 100 })).items.map(({ id }) => id).join('');

    test('orders by the index, nothing before numbers, ties by id, and the other way round', async () => {
      const handle = await opened(rows);
      expect(await ids(handle, { index: 'byArea' })).toBe('cbeadf');
      expect(await ids(handle, { index: 'byArea', order: 'descending' })).toBe('fdaebc');
      expect(await ids(handle, { index: 'byScore' })).toBe('cfbead');
    });

    test('binds the first fields, then a prefix or a range of the next', async () => {
      const handle = await opened(rows);
      expect(await ids(handle, { index: 'byArea', equals: ['8401'] })).toBe('cbea');
      expect(await ids(handle, { index: 'byArea', equals: ['8401', 1] })).toBe('be');
      expect(await ids(handle, { index: 'byArea', equals: ['8401', null] })).toBe('c');
      expect(await ids(handle, { index: 'byArea', equals: ['8401'], range: { from: 1, to: 2 } })).toBe('be');
      expect(await ids(handle, { index: 'byArea', equals: ['8401'], range: { to: 3 } })).toBe('bea');
      expect(await ids(handle, { index: 'byScore', range: { from: 1 }, order: 'descending' })).toBe('daeb');
      expect(await ids(handle, { index: 'byArea', prefix: '840' })).toBe('cbead');
      expect(await ids(handle, { index: 'byArea', prefix: '841' })).toBe('f');
      expect(await ids(handle, { index: 'byArea', prefix: '8401%' })).toBe('');
      expect(await handle.count({ index: 'byArea', equals: ['8401'] })).toBe(4);
      expect(await handle.count({ index: 'byArea', prefix: '84' })).toBe(6);
    });

    test('goes through every row once, page after page, in both orders', async () => {
      const handle = await opened(rows);
      for (const order of ['ascending', 'descending'] as const) {
        const seen: string[] = [];
        for (let after: string | undefined, pages = 0; ; pages += 1) {
          expect(pages).toBeLessThan(4);
          const page = await handle.find({ index: 'byArea', order, limit: 2, after });
          seen.push(...page.items.map(({ id }) => id));
          after = page.next;
          if (after === undefined) break;
        }
        expect(seen.join('')).toBe(order === 'ascending' ? 'cbeadf' : 'fdaebc');
      }
      expect((await handle.find({ index: 'byArea', limit: 6 })).next).toBeUndefined();
    });

    test('keeps its place in a list that changes underneath', async () => {
      const handle = await opened(rows);
      const page = await handle.find({ index: 'byArea', limit: 2 });
      await handle.apply(batch({ fromSeq: 2, toSeq: 2, puts: [put('0', '8400', 1, 2)], removals: ['b'] }));
      const rest = await handle.find({ index: 'byArea', limit: 10, after: page.next });
      expect(rest.items.map(({ id }) => id).join('')).toBe('eadf');
    });

    test('refuses a cursor of another index, of another version, or none at all', async () => {
      const handle = await opened(rows);
      const { next } = await handle.find({ index: 'byArea', limit: 1 });
      for (const [index, after] of [
        ['byScore', next],
        ['byArea', 'garbage'],
        ['byArea', ''],
        ['byArea', 'bnVsbA'],
      ]) {
        const find = handle.find({ index: index ?? '', limit: 1, after });
        await expect(find).rejects.toBeInstanceOf(InvalidCursor);
      }
      const newer = await under.views.open({ ...shape, version: 2 });
      await expect(newer.find({ index: 'byArea', limit: 1, after: next })).rejects.toBeInstanceOf(InvalidCursor);
    });

    test('refuses an index that is not declared', async () => {
      const handle = await opened(rows);
      await expect(handle.find({ index: 'byNothing', limit: 1 })).rejects.toThrow('byNothing');
      await expect(handle.count({ index: 'byNothing' })).rejects.toThrow('byNothing');
    });

    test('treats texts as data', async () => {
      const odd = ["8' OR 1=1 --", '100%', '_x', 'บ้าน'];
      const handle = await opened(odd.map((area, index) => put(`id${index}`, area, index)));
      for (const [index, area] of odd.entries()) {
        expect(await ids(handle, { index: 'byArea', equals: [area] })).toBe(`id${index}`);
        expect(await ids(handle, { index: 'byArea', prefix: area })).toBe(`id${index}`);
      }
    });
  });

  describe('tallies', () => tallyTests(() => under.views));
  describe('generations', () => generationTests(() => under));

  describe('parked events', () => parkingTests(() => under));
}
