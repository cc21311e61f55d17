import { CheckpointFenced, InvalidCursor, StoreRefused } from '../errors';
import type { FillStep, PinnedGenerations, TallyDifference, ViewShape } from '../ports';
import { indexedValues } from '../views/view-shape';
import { emptyBatch as batch } from './view-store.tally';
import type { ViewsUnderTest } from './view-store.suite';

const shape: ViewShape = {
  name: 'rebuilt-list',
  version: 1,
  contexts: ['ingestion'],
  indexes: { byArea: ['area'] },
  measures: ['households'],
  show: (states, id) => ({ id, ...(states['ingestion'] as object) }),
};
const put = (id: string, area: string) => {
  const slices = { ingestion: { lastSeq: 1, state: { area } } };
  return { id, slices, indexed: indexedValues(shape, { id, area }) };
};
const counter = (amount: number): TallyDifference => ({
  level: 'village',
  area: '8417010101',
  round: '2561',
  ruleset: 'tpmap-2561',
  validDay: '2018-02-14',
  knownDay: '2018-03-01',
  add: new Map([[0, amount]]),
});
const parked = {
  view: shape.name,
  context: 'ingestion',
  partition: 0,
  seq: 1,
  id: 'h9',
  eventId: 'e9',
  cause: 'poison',
  code: 'type-error-00000000',
  attempts: 1,
  message: 'no',
  parkedAt: '2026-01-01T00:00:00.000Z',
} as const;
const fill: FillStep = {
  partition: 0,
  puts: [put('h1', '8417'), put('h2', '8401')],
  counters: [counter(2)],
  parked: [parked],
  vector: { 'ingestion/0': 1 },
};
const nothing = async (): Promise<void> => undefined;

/** How generations of a view are made beside the one in service, compared and switched. */
export function generationTests(under: () => ViewsUnderTest): void {
  const setUp = async () => {
    const { views } = under();
    const live = await views.open<{ id: string; area: string }>(shape);
    await live.apply(
      batch({ epoch: await live.take(0), puts: [put('h1', '8417')], tallies: [counter(1)], parked: [parked] }),
    );
    const generations = await views.generations(shape);
    const second = await generations.begin();
    return { views, live, generations, second, handle: await generations.open(second) };
  };
  const rowsOf = async (pinned: PinnedGenerations, generation: number) =>
    Promise.all(
      (['documents', 'counters', 'parked'] as const).map(async (part) => pinned.rows(generation, part, '', 100)),
    );

  describe('a generation beside the one in service', () => {
    test('is filled without being seen, and filling it again changes nothing', async () => {
      const { live, generations, second, handle } = await setUp();
      await handle.fill(fill);
      await handle.fill(fill);
      await handle.finishFilling();
      await handle.finishFilling();
      expect((await live.find({ index: 'byArea', limit: 9 })).items).toEqual([{ id: 'h1', area: '8417' }]);
      expect(await handle.count({ index: 'byArea' })).toBe(2);
      expect(await handle.parked(9)).toMatchObject({ total: 1 });
      const question = { under: '84', level: 'village', round: '2561', ruleset: 'tpmap-2561' };
      expect((await handle.sum(question)).map(({ sums }) => [...sums])).toEqual([[2]]);
      expect(await generations.list()).toEqual([
        { generation: 0, isInService: true, vector: { 'ingestion/0': 1 } },
        { generation: second, isInService: false, vector: { 'ingestion/0': 1 } },
      ]);
    });

    test('goes into service where it stands where the other does; who wrote that one is fenced, and its cursors are refused', async () => {
      const { live, generations, second, handle } = await setUp();
      const epoch = await live.take(0);
      const page = { index: 'byArea', limit: 1 } as const;
      await live.apply(batch({ epoch, fromSeq: 2, toSeq: 2, puts: [put('h3', '8402')] }));
      const { next } = await live.find(page);
      await handle.fill(fill);
      await handle.finishFilling();
      await expect(generations.switchTo(second, nothing)).rejects.toThrow(CheckpointFenced);
      await generations.switchTo(second, async () => {
        await handle.apply(batch({ epoch: await handle.take(0), fromSeq: 2, toSeq: 2, puts: [put('h3', '8402')] }));
      });
      expect((await live.find({ ...page, limit: 9 })).items.map(({ id }) => id)).toEqual(['h2', 'h3', 'h1']);
      expect(await live.checkpoint()).toEqual({ 'ingestion/0': 2 });
      await expect(live.apply(batch({ epoch, fromSeq: 3, toSeq: 3 }))).rejects.toThrow(CheckpointFenced);
      expect(next).toBeDefined();
      await expect(live.find({ ...page, after: next ?? '' })).rejects.toThrow(InvalidCursor);
      await live.apply(batch({ epoch: await live.take(0), fromSeq: 3, toSeq: 3 }));
    });

    test('is dropped half filled as well', async () => {
      const { generations, second, handle } = await setUp();
      await handle.fill(fill);
      await generations.drop(second);
      expect((await generations.list()).map(({ generation }) => generation)).toEqual([0]);
    });

    test('cannot be dropped while it serves; the others can', async () => {
      const { live, generations, second, handle } = await setUp();
      await handle.fill(fill);
      await handle.finishFilling();
      await expect(generations.drop(0)).rejects.toThrow(StoreRefused);
      await generations.switchTo(second, nothing);
      await generations.drop(0);
      expect((await generations.list()).map(({ generation }) => generation)).toEqual([second]);
      expect(await live.count({ index: 'byArea' })).toBe(2);
      await expect(generations.open(0)).rejects.toThrow(StoreRefused);
      expect(await generations.begin()).toBe(second + 1);
    });

    test('is read at one moment, row by row in the order of keys, while others write on', async () => {
      const { live, generations, second, handle } = await setUp();
      await handle.fill(fill);
      await handle.finishFilling();
      const pinned = await generations.pin(nothing);
      await live.apply(batch({ epoch: await live.take(0), fromSeq: 2, toSeq: 2, puts: [put('h0', '8401')] }));
      expect(await pinned.vector(0)).toEqual({ 'ingestion/0': 1 });
      const [documents, counters, waiting] = await rowsOf(pinned, second);
      expect(documents?.map(({ key }) => key)).toEqual(['h1', 'h2']);
      expect(counters).toMatchObject([{ partition: 0 }]);
      expect(waiting).toMatchObject([{ partition: 0, content: 'e9' }]);
      const [ofLive, countersOfLive, waitingOfLive] = await rowsOf(pinned, 0);
      expect(ofLive).toEqual(documents?.slice(0, 1));
      expect(countersOfLive?.[0]?.key).toBe(counters?.[0]?.key);
      expect(countersOfLive?.[0]?.content).not.toBe(counters?.[0]?.content);
      expect(waitingOfLive).toEqual(waiting);
      expect(await pinned.rows(second, 'documents', 'h1', 1)).toEqual(documents?.slice(1));
      expect(await pinned.rows(second, 'counters', counters?.[0]?.key ?? '', 9)).toEqual([]);
      await pinned.close();
    });

    test('has its rebuilds written down beside it, in the order they were begun', async () => {
      const { views } = await setUp();
      await views.saveRebuild('b', '{"n":1}');
      await views.saveRebuild('a', '{"n":2}');
      await views.saveRebuild('b', '{"n":3}');
      expect(await views.rebuilds()).toEqual(['{"n":3}', '{"n":2}']);
    });
  });
}
