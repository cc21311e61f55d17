import { chainHash, contentHashOf, genesisHash, serializeData } from '../integrity/hashing';
import type { LoggedEvent, LogPlace } from '../ports';
import {
  anAppend,
  appendsOfOnePartition,
  openedForEachTest,
  readAll,
  suitePartitionCount,
  type EventsFactory,
} from './event-suite';

/** The behaviour of every {@link EventLog}: run it on each adapter. `streams` are appended at once. Registers jest tests. */
export function eventLogSuite(factory: EventsFactory, { streams = 200 }: { readonly streams?: number } = {}): void {
  const opened = openedForEachTest(factory);
  const log = () => opened.events().log;
  const store = () => opened.events().store('ingestion');

  const partitionsOf = (events: readonly LoggedEvent[]): Map<number, LoggedEvent[]> => {
    const partitions = new Map<number, LoggedEvent[]>();
    for (const event of events) partitions.set(event.partition, [...(partitions.get(event.partition) ?? []), event]);
    return partitions;
  };

  test('has the partitions it was set up with, all at the beginning', async () => {
    expect(log().partitionCount).toBe(suitePartitionCount);
    expect(await log().heads('ingestion')).toEqual(
      Array.from({ length: suitePartitionCount }, (_, partition) => {
        return { partition, seq: 0, chainHash: genesisHash, recordedAt: null };
      }),
    );
    expect(await log().read('ingestion', 0, 0, 10)).toEqual([]);
  });

  test('numbers every partition densely from 1, in the order of commits and of versions', async () => {
    const appends = Array.from({ length: streams }, (_, index) => anAppend({ values: [index, 'second'] }));
    await Promise.all(appends.map((append) => store().append(append)));
    await store().appendMany(
      appends.map(({ stream, partitionOf }) =>
        anAppend({ stream, partitionOf, expectedVersion: 2, values: ['third'] }),
      ),
    );
    const partitions = partitionsOf(await readAll(log(), 'ingestion', 7));
    expect(partitions.size).toBe(suitePartitionCount);
    for (const events of partitions.values()) {
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      const versions = new Map<string, number>();
      for (const { stream, version } of events) {
        expect(version).toBe((versions.get(stream) ?? 0) + 1);
        versions.set(stream, version);
      }
    }
    expect([...partitions.values()].flat()).toHaveLength(3 * streams);
  });

  test('leaves no hole where an append is refused', async () => {
    const [first, second, third] = appendsOfOnePartition(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error('three appends');
    await store().appendMany([first, { ...second, expectedVersion: 9 }, third]);
    const events = await readAll(log(), 'ingestion');
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('has a recorded time that never goes back, though the clock does', async () => {
    const appends = appendsOfOnePartition(4);
    for (const [index, append] of appends.entries()) {
      await store().append(append);
      opened.clock().advance(index === 1 ? -60_000 : 1_000);
    }
    const recordedAt = (await readAll(log(), 'ingestion')).map((event) => event.recordedAt);
    expect(recordedAt).toEqual([
      '2021-03-01T02:00:00.000Z',
      '2021-03-01T02:00:01.000Z',
      '2021-03-01T02:00:01.000Z',
      '2021-03-01T02:00:01.000Z',
    ]);
  });

  test('chains every event to the one before it, and the head is the end of the chain', async () => {
    await store().appendMany(Array.from({ length: 40 }, (_, index) => anAppend({ values: [index, { th: 'น้ำ' }] })));
    const heads = await log().heads('ingestion');
    for (const [partition, events] of partitionsOf(await readAll(log(), 'ingestion'))) {
      let previous = genesisHash;
      for (const event of events) {
        const contentHash = contentHashOf(event, serializeData(event.data));
        expect(event.contentHash).toBe(contentHash);
        previous = chainHash(previous, partition, event.seq, event.recordedAt, contentHash);
        expect(event.chainHash).toBe(previous);
      }
      const last = events.at(-1);
      expect(heads[partition]).toEqual({
        partition,
        seq: last?.seq,
        chainHash: previous,
        recordedAt: last?.recordedAt,
      });
    }
  });

  test('reads what stands behind a seq, at most as much as asked', async () => {
    const appends = appendsOfOnePartition(10);
    await store().appendMany(appends);
    const { partition } = (await readAll(log(), 'ingestion'))[0] as LoggedEvent;
    const seqs = async (after: number, limit: number) =>
      (await log().read('ingestion', partition, after, limit)).map(({ seq }) => seq);
    expect(await seqs(0, 3)).toEqual([1, 2, 3]);
    expect(await seqs(3, 4)).toEqual([4, 5, 6, 7]);
    expect(await seqs(8, 100)).toEqual([9, 10]);
    expect(await seqs(10, 100)).toEqual([]);
  });

  test('tells where events stand and what they hash to, without their contents', async () => {
    await store().appendMany(appendsOfOnePartition(5));
    const events = await readAll(log(), 'ingestion');
    const places = await log().places('ingestion', events[0]?.partition ?? 0, 1, 3);
    const facts = ({ type, partition, seq, recordedAt, contentHash, chainHash }: LogPlace) => [
      type,
      partition,
      seq,
      recordedAt,
      contentHash,
      chainHash,
    ];
    expect(places.map(facts)).toEqual(events.slice(1, 4).map(facts));
    expect(await log().places('reporting', 0, 0, 10)).toEqual([]);
  });

  test('gives the same events as the streams', async () => {
    const append = anAppend({ values: [1, { two: [2] }] });
    await store().append(append);
    const fromLog = (await readAll(log(), 'ingestion')).map(({ chainHash: _, ...event }) => event);
    const fromStream = (await store().load(append.stream)).map((event) => {
      const { chainHash: _, ...rest } = event as LoggedEvent;
      return rest;
    });
    expect(fromLog).toEqual(fromStream);
  });

  test('keeps a sequence of its own for every context', async () => {
    const append = anAppend();
    await store().append(append);
    await opened.events().store('mpi-scoring').append(append);
    expect((await readAll(log(), 'ingestion')).map(({ seq }) => seq)).toEqual([1]);
    expect((await readAll(log(), 'mpi-scoring')).map(({ seq }) => seq)).toEqual([1]);
    expect(await readAll(log(), 'case-management')).toEqual([]);
  });

  test('wakes those who wait, until they leave, and the events are there then', async () => {
    let seen = 0;
    const woken = new Promise<void>((resolve) => {
      const leave = log().onAppended(() => {
        leave();
        seen += 1;
        resolve();
      });
    });
    await store().append(anAppend());
    await woken;
    expect(await readAll(log(), 'ingestion')).toHaveLength(1);
    await store().append(anAppend());
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toBe(1);
  });
}
