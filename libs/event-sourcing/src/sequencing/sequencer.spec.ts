import { createIds } from '../ids';
import { anAppend } from '../testing/event-suite';
import { SimulatedConnection } from '../testing/simulation/simulated-connection';
import { SimulatedDatabase } from '../testing/simulation/simulated-database';
import { commitAppend } from './commit-append';
import { takePartition } from './sequencer';

const clock = () => 1_000;

/** A database of one partition that counts how often it is asked for the last segment. */
function world() {
  const database = new SimulatedDatabase('ingestion', 1, (below) => below - 1, clock);
  const { commitStore, segmentStore } = new SimulatedConnection(database);
  const asked = { lastSegment: 0 };
  const store = {
    ...segmentStore,
    lastSegment: (partition: number) => {
      asked.lastSegment += 1;
      return segmentStore.lastSegment(partition);
    },
  };
  const append = () =>
    commitAppend(commitStore, anAppend({ values: [1] }), {
      context: 'ingestion',
      partitionCount: 1,
      ids: createIds({ clock }),
    });
  return { database, store, asked, append };
}

describe('a sequencer of a partition', () => {
  test('asks for the last segment once, as long as nobody else inserts', async () => {
    const { database, store, asked, append } = world();
    const sequencer = await takePartition(store, 0, { clock });
    for (let round = 0; round < 3; round += 1) {
      await append();
      expect([await sequencer.pass(), await sequencer.pass()]).toEqual(['sequenced', 'idle']);
    }
    expect(database.segments[0]?.map(({ firstSeq }) => firstSeq)).toEqual([1, 2, 3]);
    expect(asked.lastSegment).toBe(1);
  });

  test('gives no commit a second place where another primary, which knows of no mark yet, answers in silence', async () => {
    const { database, store, append } = world();
    const sequencer = await takePartition(store, 0, { clock });
    await append();
    expect(await sequencer.pass()).toBe('sequenced');
    await append();
    expect(await sequencer.pass()).toBe('sequenced');
    // All that it does not know yet: the second commit’s segment, and its mark.
    database.failover(2);
    expect([await sequencer.pass(), await sequencer.pass()]).toEqual(['idle', 'idle']);
    expect(database.segments[0]?.flatMap(({ commandIds }) => commandIds)).toHaveLength(2);
  });

  test('looks again where somebody else inserted behind what it believed, and goes on behind that', async () => {
    const { database, store, asked, append } = world();
    const other = await takePartition(new SimulatedConnection(database).segmentStore, 0, { clock });
    const sequencer = await takePartition(store, 0, { clock });
    await append();
    expect(await sequencer.pass()).toBe('sequenced');
    await append();
    expect(await other.pass()).toBe('sequenced');
    await append();
    expect([await sequencer.pass(), await sequencer.pass()]).toEqual(['again', 'sequenced']);
    expect(asked.lastSegment).toBe(2);
    expect(database.segments[0]?.map(({ firstSeq, epoch }) => [firstSeq, epoch])).toEqual([
      [1, 2],
      [2, 1],
      [3, 2],
    ]);
  });
});
