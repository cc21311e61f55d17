import { CheckpointFenced } from '../errors';
import type { ParkedEvent, Put, ReplayStep, TallyDifference, ViewShape } from '../ports';
import { indexedValues } from '../views/view-shape';
import type { ViewsUnderTest } from './view-store.suite';
import { emptyBatch as batch } from './view-store.tally';

const shape: ViewShape = {
  name: 'parking-list',
  version: 1,
  contexts: ['ingestion', 'mpi-scoring'],
  indexes: { byArea: ['area'] },
  measures: ['households'],
  show: (states, id) => ({ id, ...(states['ingestion'] as object) }),
};
const put = (id: string, area: string, lastSeq: number): Put => {
  return { id, slices: { ingestion: { lastSeq, state: { area } } }, indexed: indexedValues(shape, { id, area }) };
};
const difference: TallyDifference = {
  level: 'village',
  area: '8417010101',
  round: '2561',
  ruleset: 'tpmap-2561',
  validDay: '2018-02-14',
  knownDay: '2018-03-01',
  add: new Map([[0, 1]]),
};
const question = { under: '84', level: 'village', round: '2561', ruleset: 'tpmap-2561' };

/** An event as a suite has it parked: of household `a`, the first of partition 0, unless told otherwise. */
export const parkedEvent = (overrides: Partial<ParkedEvent> = {}): ParkedEvent => ({
  view: shape.name,
  context: 'ingestion',
  partition: 0,
  seq: 1,
  id: 'a',
  eventId: `event-${overrides.seq ?? 1}`,
  cause: 'poison',
  code: 'type-error-00000000',
  message: 'TypeError: …',
  attempts: 1,
  parkedAt: '2021-03-01T02:00:00.000Z',
  ...overrides,
});
const waiting = { cause: 'behind', code: 'behind', attempts: 0, parkedAt: '2021-03-01T03:00:00.000Z' } as const;

/** How a view store keeps parked events, answers for them, and lets them go. Registers jest tests. */
export function parkingTests(under: () => ViewsUnderTest): void {
  const open = () => under().views.open(shape);
  /** Household a is parked with three events, b with one, c of another context, d of another partition. */
  const setUp = async () => {
    const handle = await open();
    const epoch = await handle.take(0);
    await handle.take(1);
    await handle.apply(
      batch({
        toSeq: 4,
        parked: [
          parkedEvent({ seq: 3, ...waiting }),
          parkedEvent({ seq: 2, ...waiting }),
          parkedEvent(),
          parkedEvent({ seq: 4, id: 'b', cause: 'invalid', code: 'zod-error-00000000', parkedAt: waiting.parkedAt }),
        ],
      }),
    );
    const other = { context: 'mpi-scoring', id: 'household-c' } as const;
    await handle.apply(batch({ context: 'mpi-scoring', parked: [parkedEvent(other)] }));
    await handle.apply(batch({ partition: 1, parked: [parkedEvent({ partition: 1, id: 'd' })] }));
    const step = (overrides: Partial<ReplayStep> = {}): ReplayStep => ({
      context: 'ingestion',
      partition: 0,
      atSeq: 4,
      epoch,
      taken: [
        { id: 'a', seq: 1 },
        { id: 'a', seq: 2 },
      ],
      puts: [put('a', '8417', 2)],
      removals: [],
      tallies: [difference],
      parked: [],
      ...overrides,
    });
    return { handle, step, epoch };
  };

  test('are kept with the batch, listed oldest first, and known by document and context', async () => {
    const { handle } = await setUp();
    const { total, oldestAt, events } = await handle.parked(10);
    expect({ total, oldestAt }).toEqual({ total: 6, oldestAt: '2021-03-01T02:00:00.000Z' });
    expect(events.map(({ id, seq }) => `${id}${seq}`)).toEqual(['a1', 'd1', 'household-c1', 'a2', 'a3', 'b4']);
    expect((await handle.parked(2)).events).toEqual([parkedEvent(), parkedEvent({ partition: 1, id: 'd' })]);
    expect(await handle.parked(0)).toEqual({ total: 6, oldestAt: '2021-03-01T02:00:00.000Z', events: [] });
    expect(await handle.parkedIds('ingestion', ['a', 'b', 'x'])).toEqual(new Set(['a', 'b']));
    expect(await handle.parkedIds('mpi-scoring', ['a', 'b'])).toEqual(new Set());
    const many = Array.from({ length: 3000 }, (_, index) => `id-${index}`);
    expect(await handle.parkedIds('ingestion', [...many, 'b'])).toEqual(new Set(['b']));
  });

  test('are found as sequences, page after page, and by household, cause and age', async () => {
    const { handle } = await setUp();
    const ids = async (find: Parameters<typeof handle.parkedSequences>[0]) =>
      (await handle.parkedSequences(find)).map(({ id, events }) => `${id}:${events}`);
    expect(await ids({ limit: 10 })).toEqual(['a:3', 'b:1', 'd:1', 'household-c:1']);
    const [first, second] = await handle.parkedSequences({ limit: 2 });
    expect(first).toEqual({ context: 'ingestion', id: 'a', partition: 0, events: 3, first: parkedEvent() });
    expect(await ids({ limit: 10, ...(second === undefined ? {} : { after: second }) })).toEqual([
      'd:1',
      'household-c:1',
    ]);
    expect(await ids({ household: 'a', limit: 10 })).toEqual(['a:3']);
    expect(await ids({ household: 'c', limit: 10 })).toEqual(['household-c:1']);
    expect(await ids({ household: 'old-c', limit: 10 })).toEqual([]);
    expect(await ids({ cause: 'invalid', limit: 10 })).toEqual(['b:1']);
    expect(await ids({ cause: 'type-error-00000000', limit: 1 })).toEqual(['a:3']);
    expect(await ids({ cause: 'behind', limit: 10 })).toEqual([]);
    expect(await ids({ parkedBefore: '2021-03-01T02:30:00.000Z', limit: 10 })).toEqual(['a:3', 'd:1', 'household-c:1']);
    const a = await handle.parkedOf({ context: 'ingestion', id: 'a', partition: 0 }, 2);
    expect(a).toEqual([parkedEvent(), parkedEvent({ seq: 2, ...waiting })]);
    expect(await handle.parkedOf({ context: 'mpi-scoring', id: 'a', partition: 0 }, 2)).toEqual([]);
  });

  test('are summed up by the cause of what each sequence failed at', async () => {
    const { handle } = await setUp();
    expect(await handle.parkedCauses()).toEqual([
      {
        cause: 'invalid',
        code: 'zod-error-00000000',
        sequences: 1,
        events: 1,
        oldestAt: waiting.parkedAt,
        message: 'TypeError: …',
      },
      {
        cause: 'poison',
        code: 'type-error-00000000',
        sequences: 3,
        events: 5,
        oldestAt: '2021-03-01T02:00:00.000Z',
        message: 'TypeError: …',
      },
    ]);
  });

  test('go with what they change: rows, counters, and what stays parked', async () => {
    const { handle, step } = await setUp();
    const again = parkedEvent({ seq: 3, attempts: 2, code: 'range-error-00000000', message: 'RangeError: …' });
    const taken = [1, 2, 3].map((seq) => ({ id: 'a', seq }));
    await handle.replay(step({ taken, parked: [again] }));
    expect(await handle.parkedOf({ context: 'ingestion', id: 'a', partition: 0 }, 9)).toEqual([again]);
    expect((await handle.parked(0)).total).toBe(4);
    expect((await handle.find({ index: 'byArea', limit: 9 })).items).toEqual([{ id: 'a', area: '8417' }]);
    expect((await handle.sum(question)).map(({ sums }) => [...sums])).toEqual([[1]]);
    expect(await handle.checkpoint()).toEqual({ 'ingestion/0': 4, 'ingestion/1': 1, 'mpi-scoring/0': 1 });
    await handle.replay(step({ taken: [{ id: 'a', seq: 3 }], puts: [], removals: ['a'], tallies: [] }));
    expect(await handle.parkedIds('ingestion', ['a'])).toEqual(new Set());
    expect((await handle.slices(['a'])).size).toBe(0);
  });

  test('stay, with nothing changed, when the writer was overtaken, the checkpoint moved, or another released them', async () => {
    const { handle, step, epoch } = await setUp();
    const nothing = async () => {
      expect((await handle.parked(0)).total).toBe(6);
      expect((await handle.slices(['a'])).size).toBe(0);
      expect(await handle.sum(question)).toEqual([]);
    };
    for (const wrong of [
      { epoch: epoch - 1 },
      { atSeq: 3 },
      { atSeq: 5 },
      { taken: [...step().taken, { id: 'a', seq: 9 }] },
      { taken: [...step().taken, { id: 'b', seq: 3 }] },
    ]) {
      await expect(handle.replay(step(wrong))).rejects.toBeInstanceOf(CheckpointFenced);
      await nothing();
    }
    await handle.replay(step());
    await expect(handle.replay(step())).rejects.toBeInstanceOf(CheckpointFenced);
    expect((await handle.sum(question)).map(({ sums }) => [...sums])).toEqual([[1]]);
    await handle.take(0);
    const rest = step({ taken: [{ id: 'a', seq: 3 }], tallies: [] });
    await expect(handle.replay(rest)).rejects.toBeInstanceOf(CheckpointFenced);
    expect(await handle.parkedIds('ingestion', ['a'])).toEqual(new Set(['a']));
  });

  test('are as they were left when the store was closed in between', async () => {
    const { handle, step } = await setUp();
    await handle.replay(step());
    const left = await handle.parked(10);
    const reopened = await under().reopen?.();
    if (reopened === undefined) return;
    const again = await reopened.views.open(shape);
    expect(await again.parked(10)).toEqual(left);
    expect((await again.slices(['a'])).get('a')).toEqual(put('a', '8417', 2).slices);
    await reopened.close();
  });
}
