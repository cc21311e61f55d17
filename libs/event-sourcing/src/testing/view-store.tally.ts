import { CheckpointFenced } from '../errors';
import type { TallyDifference, ViewBatch, ViewHandle, ViewShape, ViewStore } from '../ports';

const tallyShape: ViewShape = {
  name: 'area-figures',
  version: 1,
  contexts: ['mpi-scoring'],
  indexes: {},
  measures: ['households', 'poor'],
  show: () => undefined,
};

/** A step of one event at the beginning of a partition that changes nothing, unless told otherwise. */
export const emptyBatch = (overrides: Partial<ViewBatch> = {}): ViewBatch => ({
  context: 'ingestion',
  partition: 0,
  fromSeq: 1,
  toSeq: 1,
  epoch: 1,
  puts: [],
  removals: [],
  tallies: [],
  parked: [],
  ...overrides,
});

/** The part of the view store's suite that is about counting. Registers jest tests. */
export function tallyTests(views: () => ViewStore): void {
  const difference = (overrides: Partial<TallyDifference> & { sums?: [number, number][] } = {}): TallyDifference => {
    const { sums = [[0, 1]], ...rest } = overrides;
    return {
      level: 'village',
      area: '8417010101',
      round: '2561',
      ruleset: 'tpmap-2561',
      validDay: '2018-02-14',
      knownDay: '2018-03-01',
      add: new Map(sums),
      ...rest,
    };
  };
  const question = { under: '84', level: 'village', round: '2561', ruleset: 'tpmap-2561' };
  const openTally = async () => {
    const handle = await views().open(tallyShape);
    await handle.take(0);
    await handle.take(1);
    return handle;
  };
  const booked = (handle: ViewHandle, partition: number, tallies: readonly TallyDifference[], fromSeq = 1) =>
    handle.apply(emptyBatch({ context: 'mpi-scoring', partition, fromSeq, toSeq: fromSeq, tallies }));
  const answer = async (handle: ViewHandle, asked: Partial<Parameters<ViewHandle['sum']>[0]> = {}) =>
    Object.fromEntries((await handle.sum({ ...question, ...asked })).map(({ area, sums }) => [area, [...sums]]));

  test('sum over partitions and batches, one row for each area, sparse measures as 0', async () => {
    const handle = await openTally();
    await booked(handle, 0, [
      difference({
        sums: [
          [0, 2],
          [1, 1],
        ],
      }),
      difference({ area: '8417010102' }),
    ]);
    await booked(handle, 1, [difference({ sums: [[0, 3]] })]);
    await booked(handle, 0, [difference({ sums: [[1, 4]] })], 2);
    expect(await answer(handle)).toEqual({ '8417010101': [5, 5], '8417010102': [1, 0] });
    expect((await handle.sum(question)).map(({ area }) => area)).toEqual(['8417010101', '8417010102']);
  });

  test('name level, round and ruleset, and stay under the area asked for', async () => {
    const handle = await openTally();
    await booked(handle, 0, [
      difference(),
      difference({ level: 'district', area: '8417' }),
      difference({ round: 'current' }),
      difference({ ruleset: 'any-two' }),
      difference({ area: '9001010101' }),
    ]);
    expect(await answer(handle)).toEqual({ '8417010101': [1, 0] });
    expect(await answer(handle, { level: 'district' })).toEqual({ '8417': [1, 0] });
    expect(await answer(handle, { under: '' })).toEqual({ '8417010101': [1, 0], '9001010101': [1, 0] });
    expect(await answer(handle, { under: '85' })).toEqual({});
  });

  test('answer for a valid day and a known day, both inclusive', async () => {
    const handle = await openTally();
    await booked(handle, 0, [
      difference({ sums: [[0, 1]] }),
      difference({
        validDay: '2018-02-20',
        knownDay: '2018-03-05',
        sums: [
          [0, -1],
          [1, 2],
        ],
      }),
    ]);
    expect(await answer(handle, { asOf: '2018-02-13' })).toEqual({});
    expect(await answer(handle, { asOf: '2018-02-14' })).toEqual({ '8417010101': [1, 0] });
    expect(await answer(handle, { asOf: '2018-02-20' })).toEqual({ '8417010101': [0, 2] });
    expect(await answer(handle, { asOf: '2018-02-20', asKnownAt: '2018-03-04' })).toEqual({ '8417010101': [1, 0] });
    expect(await answer(handle, { asKnownAt: '2018-02-28' })).toEqual({});
  });

  test('leave out an area where everything sums to nothing', async () => {
    const handle = await openTally();
    await booked(handle, 0, [difference()]);
    await booked(handle, 0, [difference({ validDay: '2018-02-15', sums: [[0, -1]] })], 2);
    expect(await answer(handle)).toEqual({});
    expect(await answer(handle, { asOf: '2018-02-14' })).toEqual({ '8417010101': [1, 0] });
  });

  test('keep amounts beyond 32 bits exactly', async () => {
    const handle = await openTally();
    await booked(handle, 0, [difference({ sums: [[1, 2 ** 40 + 1]] })]);
    await booked(handle, 1, [difference({ sums: [[1, 2 ** 40]] })]);
    expect(await answer(handle)).toEqual({ '8417010101': [0, 2 ** 41 + 1] });
  });

  test('book nothing of a batch that is fenced', async () => {
    const handle = await openTally();
    await expect(booked(handle, 0, [difference()], 5)).rejects.toBeInstanceOf(CheckpointFenced);
    expect(await answer(handle)).toEqual({});
  });
}
