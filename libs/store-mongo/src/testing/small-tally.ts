import {
  indexedValues,
  type GenerationRow,
  type ParkedEvent,
  type Put,
  type ReplayStep,
  type TallyDifference,
  type ViewBatch,
  type ViewHandle,
  type ViewShape,
  type ViewStore,
} from '@faemban/event-sourcing';

const context = 'ingestion';

/** A view that also counts, named by the test that uses it. */
export const shapeOf = (name: string): ViewShape => ({
  name,
  version: 1,
  contexts: [context],
  indexes: { byArea: ['area'] },
  measures: ['households', 'poor'],
  show: (states, id) => ({ id, ...(states[context] as object) }),
});

export const put = (id: string, area: string, lastSeq: number): Put => ({
  id,
  slices: { [context]: { lastSeq, state: { area } } },
  indexed: indexedValues(shapeOf('any'), { id, area }),
});

export const difference = (area: string, households: number, poor = 0): TallyDifference => ({
  level: 'village',
  area,
  round: '2561',
  ruleset: 'tpmap-2561',
  validDay: '2018-02-14',
  knownDay: '2018-03-01',
  add: new Map([
    [0, households],
    [1, poor],
  ]),
});

export const parked = (id: string, seq: number, partition = 0): ParkedEvent => ({
  view: 'any',
  context,
  partition,
  seq,
  id,
  eventId: `event-${seq}`,
  cause: 'poison',
  code: 'type-error-00000000',
  message: 'TypeError: …',
  attempts: 1,
  parkedAt: '2021-03-01T02:00:00.000Z',
});

/** What one step of a partition's life does, and whether it has been done: by where the partition stands and what is parked. */
export interface LifeStep {
  isDone(handle: ViewHandle): Promise<boolean>;
  do(handle: ViewHandle, epoch: number): Promise<void>;
}

type Changes = Partial<Pick<ViewBatch, 'puts' | 'removals' | 'tallies' | 'parked'>>;
const nothing = { puts: [], removals: [], tallies: [], parked: [] } as const;

const batch = (partition: number, fromSeq: number, toSeq: number, changes: Changes): LifeStep => ({
  isDone: async (handle) => ((await handle.checkpoint())[`${context}/${partition}`] ?? 0) >= toSeq,
  do: (handle, epoch) => handle.apply({ context, partition, fromSeq, toSeq, epoch, ...nothing, ...changes }),
});

const replay = (
  partition: number,
  atSeq: number,
  { taken, ...changes }: Changes & Pick<ReplayStep, 'taken'>,
): LifeStep => ({
  isDone: async (handle) =>
    (
      await handle.parkedIds(
        context,
        taken.map(({ id }) => id),
      )
    ).size === 0,
  do: (handle, epoch) => handle.replay({ context, partition, atSeq, epoch, taken, ...nothing, ...changes }),
});

/** A life in which rows are put, changed, removed and put again, counters go up and down to nothing, and parked events come in. */
export function lifeOf(partition: number): readonly LifeStep[] {
  const id = (name: string): string => `${name}-${partition}`;
  return [
    batch(partition, 1, 3, {
      puts: [put(id('a'), '8401', 1), put(id('b'), '8402', 2)],
      tallies: [difference('8401', 1, 1), difference('8402', 1)],
      parked: [parked(id('c'), 3, partition)],
    }),
    batch(partition, 4, 5, {
      puts: [put(id('a'), '8417', 4)],
      removals: [id('b')],
      tallies: [difference('8401', -1, -1), difference('8402', -1), difference('8417', 1, 1)],
    }),
    replay(partition, 5, {
      taken: [{ id: id('c'), seq: 3 }],
      puts: [put(id('c'), '8417', 3)],
      tallies: [difference('8417', 1)],
    }),
    batch(partition, 6, 6, { puts: [put(id('b'), '8417', 6)], tallies: [difference('8417', 1, 1)] }),
  ];
}

/** Lives on from wherever the partition stands, as a runner would. */
export async function liveOn(handle: ViewHandle, partition: number, steps = lifeOf(partition)): Promise<void> {
  const epoch = await handle.take(partition);
  for (const step of steps) if (!(await step.isDone(handle))) await step.do(handle, epoch);
}

/** Everything that a store has of a view: documents, counters, parked events. */
export async function rowsOf(store: ViewStore, shape: ViewShape): Promise<readonly (readonly GenerationRow[])[]> {
  const pinned = await (await store.generations(shape)).pin();
  try {
    const parts = ['documents', 'counters', 'parked'] as const;
    return await Promise.all(parts.map((part) => pinned.rows(0, part, '', 1_000)));
  } finally {
    await pinned.close();
  }
}
