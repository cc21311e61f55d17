import type { LoggedEvent } from '@faemban/event-sourcing';
import { anAppend, createMemoryEvents } from '@faemban/event-sourcing/testing';
import { recordOf } from '../format/cloud-events';
import { PartitionReading } from './partition-reading';

const context = 'ingestion';
const topic = 'faemban.ingestion.events.v1';

type Brought = Awaited<ReturnType<typeof records>>[number];

/** Events of one partition as its topic has them, each at the offset before its seq. */
async function records(count: number) {
  const events = createMemoryEvents({ clock: Date.now, partitionCount: 1 });
  await events.store(context).append(anAppend({ values: Array.from({ length: count }, (_, value) => value) }));
  const logged: readonly LoggedEvent[] = await events.log.read(context, 0, 0, count);
  return logged.map((event, at) => {
    const { value, headers } = recordOf(event, '/faemban/x/ingestion');
    return { offset: String(at), value: Buffer.from(String(value)), headers: { ...headers } };
  });
}

describe('one partition that is read from its topic', () => {
  test('is sought once: what follows on what was given is under way until the end', async () => {
    const [all, reading] = [await records(6), new PartitionReading(context, topic, 0)];
    expect(reading.isComing(0)).toBe(false);
    reading.begin(0, 6);
    expect([reading.isComing(0), reading.isComing(1)]).toEqual([true, false]);
    reading.bring(all.slice(0, 4));
    expect([reading.has(0), reading.isComing(4)]).toEqual([true, true]);
    expect(reading.take(0, 4).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(reading.isComing(4)).toBe(true);
    reading.bring(all.slice(4));
    expect(reading.take(4, 9).map(({ seq }) => seq)).toEqual([5, 6]);
    expect(reading.isComing(6)).toBe(false);
  });

  test('is sought anew behind a hole, and where nothing came', async () => {
    const [all, reading] = [await records(6), new PartitionReading(context, topic, 0)];
    reading.begin(0, 6);
    reading.bring([...all.slice(0, 2), ...all.slice(3, 4)]);
    expect(reading.take(0, 9).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(reading.isComing(2)).toBe(false);
    reading.begin(2, 6);
    reading.stop();
    expect(reading.isComing(2)).toBe(false);
  });

  test('tells the end from a hole, where it is read thoroughly', async () => {
    const [all, reading] = [await records(6), new PartitionReading(context, topic, 0)];
    const [one, , three, four] = all as [Brought, Brought, Brought, Brought];
    reading.beginThoroughly(0, 0, 4);
    expect(reading.isThorough(0, 0)).toBe(true);
    // The third and fourth were sent too early, and again later; the last was not.
    const at = (record: Brought, offset: number) => ({ ...record, offset: String(offset) });
    reading.bring([at(three, 0), at(four, 1), at(one, 2)]);
    expect(reading.page(0, 9)).toMatchObject({ is: 'events', events: [{ seq: 1 }], offset: 2 });
    expect(() => reading.page(1, 9)).toThrow('not read to its end in time');
    reading.bring([at(one, 3)]);
    expect(reading.page(1, 9)).toEqual({ is: 'hole', lastSeq: 4 });

    reading.beginThoroughly(2, 1, 5);
    reading.bring([at(four, 1), at(one, 2), at(three, 3), at(four, 4)]);
    expect(reading.page(2, 9)).toMatchObject({ is: 'events', events: [{ seq: 3 }, { seq: 4 }], offset: 3 });
    expect(reading.isThorough(4, 1)).toBe(true);
    expect(reading.page(4, 9)).toEqual({ is: 'end', endOffset: 5 });
    expect([reading.isThorough(4, 2), reading.isThorough(2, 1)]).toEqual([false, false]);
  });

  test('that was stopped is at no end', async () => {
    const reading = new PartitionReading(context, topic, 0);
    reading.beginThoroughly(0, 0, 4);
    reading.stop();
    expect(() => reading.page(0, 1)).toThrow('not read to its end in time');
    expect(reading.isThorough(0, 0)).toBe(false);
  });
});
