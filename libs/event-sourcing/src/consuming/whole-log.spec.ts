import type { LoggedEvent } from '../ports';
import { anAppend } from '../testing/event-suite';
import { createMemoryEvents } from '../testing/memory-events';
import { createTestClock } from '../testing/test-clock';
import { createWholeLog } from './whole-log';

const context = 'ingestion';

/** The log of one partition at its owner, and of another installation that has other events in their place. */
async function twoLogs() {
  const logOf = async (values: readonly number[]) => {
    const { store, log } = createMemoryEvents({ clock: createTestClock(), partitionCount: 1 });
    for (const value of values) await store(context).append(anAppend({ values: [value] }));
    return log;
  };
  return [await logOf([1, 2, 3, 4]), await logOf([5, 6, 7, 8])] as const;
}

describe('a whole log', () => {
  test('goes on from the page before, whoever that came from', async () => {
    const [owned, other] = await twoLogs();
    let published: readonly LoggedEvent[] = await owned.read(context, 0, 0, 2);
    const history = { read: async () => published };
    const log = createWholeLog({ owners: () => owned, partitionCount: 1, history });
    expect((await log.read(context, 0, 0, 2)).map(({ seq }) => seq)).toEqual([1, 2]);
    published = [];
    expect((await log.read(context, 0, 2, 1)).map(({ seq }) => seq)).toEqual([3]);
    published = await other.read(context, 0, 3, 1);
    await expect(log.read(context, 0, 3, 1)).rejects.toThrow('the chain is broken before this event');
    published = [];
    expect((await log.read(context, 0, 3, 1)).map(({ seq }) => seq)).toEqual([4]);
  });

  test('gives what stands behind a place it has not read to', async () => {
    const [owned] = await twoLogs();
    const log = createWholeLog({ owners: () => owned, partitionCount: 1 });
    expect((await log.read(context, 0, 2, 9)).map(({ seq }) => seq)).toEqual([3, 4]);
  });
});
