import { IntegrityViolation } from '../errors';
import type { EventLog, LoggedEvent } from '../ports';
import { appendsOfOnePartition } from '../testing/event-suite';
import { createMemoryPlatform } from '../testing/memory-platform';
import { verifyPartition } from './verify-log';

async function aLog(count = 6) {
  const { store, log } = createMemoryPlatform();
  const appends = appendsOfOnePartition(count);
  const [first] = await store('ingestion').appendMany(appends);
  const partition = first?.ok ? first.appended.partition : -1;
  const events = await log.read('ingestion', partition, 0, 100);
  const tampered = (change: (events: LoggedEvent[]) => LoggedEvent[]): EventLog => ({
    ...log,
    read: async (_, __, after, limit) => change(events.map((event) => ({ ...event }))).slice(after, after + limit),
  });
  return { log, partition, events, tampered };
}

describe('verifying a partition', () => {
  test('confirms a log as it was written', async () => {
    const { log, partition } = await aLog();
    const [head] = (await log.heads('ingestion')).filter((one) => one.partition === partition);
    expect(await verifyPartition(log, 'ingestion', partition)).toEqual({ context: 'ingestion', ...head });
    expect(await verifyPartition(log, 'ingestion', (partition + 1) % 4)).toMatchObject({ seq: 0 });
  });

  const third = (change: Partial<LoggedEvent>) => (events: LoggedEvent[]) =>
    events.map((event, index) => (index === 2 ? { ...event, ...change } : event));
  test.each<[string, number, (events: LoggedEvent[]) => LoggedEvent[]]>([
    ['its data was altered', 3, third({ data: { value: 99 } })],
    ['its actor was altered', 3, third({ actor: { accountId: 'x', office: 'x', role: 'x', channel: 'cli' } })],
    ['its time of recording was altered', 3, third({ recordedAt: '2021-03-01T02:00:01.000Z' })],
    ['its time of recording goes back', 3, third({ recordedAt: '2020-01-01T00:00:00.000Z' })],
    ['its hash was altered', 3, third({ contentHash: 'f'.repeat(64) })],
    ['its chain hash was altered', 3, third({ chainHash: 'f'.repeat(64) })],
    ['it is missing', 3, (events) => events.filter((_, index) => index !== 2)],
    ['it stands twice', 3, (events) => [...events.slice(0, 2), ...events.slice(1)]],
    ['it changed places with the next', 3, ([a, b, c, d, ...rest]) => [a, b, d, c, ...rest] as LoggedEvent[]],
    ['the end was cut off', 5, (events) => events.slice(0, 4)],
  ])('names the first event where %s', async (_, seq, change) => {
    const { partition, tampered } = await aLog();
    const verified = verifyPartition(tampered(change), 'ingestion', partition);
    await expect(verified).rejects.toBeInstanceOf(IntegrityViolation);
    await expect(verified).rejects.toMatchObject({ partition, seq });
  });

  test('finds that a whole log was replaced or shortened, by a head kept elsewhere', async () => {
    const { log, partition, events } = await aLog();
    const last = events.at(-1) as LoggedEvent;
    await verifyPartition(log, 'ingestion', partition, [last]);
    const beyond = { seq: last.seq + 1, chainHash: last.chainHash };
    await expect(verifyPartition(log, 'ingestion', partition, [beyond])).rejects.toMatchObject({ seq: last.seq + 1 });
    const other = { seq: 2, chainHash: 'f'.repeat(64) };
    await expect(verifyPartition(log, 'ingestion', partition, [other])).rejects.toMatchObject({ seq: 2 });
  });
});
