import type { LoggedEvent } from '@faemban/event-sourcing';
import { anAppend, createMemoryEvents } from '@faemban/event-sourcing/testing';
import { recordOf } from '../format/cloud-events';
import { PartitionReading } from './partition-reading';

const context = 'ingestion';
const topic = 'faemban.ingestion.events.v1';

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
});
