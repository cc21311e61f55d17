import { anAppend, readAll } from '@faemban/event-sourcing/testing';
import type { LoggedEvent } from '@faemban/event-sourcing';
import { describeOnMongo } from '@faemban/native-servers';
import { openMongoEvents } from '../events/mongo-events';
import { aForeignLog, type ForeignRecord, type TestForeignLog } from '../testing/foreign-log';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoTransfer } from './mongo-transfer';
import type { PublishedLog } from './recover-tail';

jest.setTimeout(180_000);

const records: readonly ForeignRecord[] = Array.from({ length: 30 }, (_, n) => ({
  ...{ stream: n % 5, events: 1 + (n % 3), laterMs: n % 2 },
}));
const backedUp = 12;
const context = 'ingestion';

/** The published log of a source; records that were sent twice make it longer than its events. */
function publishedOf({ partitions }: TestForeignLog, sentTwice = 2): PublishedLog {
  return {
    records: async () =>
      new Map(partitions.map((events, at) => [at, events.length === 0 ? 0 : events.length + sentTwice])),
    read: async (_, partition, afterSeq, limit) =>
      (partitions[partition] ?? [])
        .slice(afterSeq, afterSeq + limit)
        .map(
          ({ body, ...event }) => ({ ...event, context, data: JSON.parse(body) as never }) as unknown as LoggedEvent,
        ),
  };
}

describeOnMongo('a database that is behind what was published', (server, { name }) => {
  const capabilities = { replacesAtomically: name !== 'ferretdb' };
  let database: string;
  beforeEach(() => {
    database = freshDatabase();
  });
  afterEach(() => dropDatabase(server().url, database));

  const options = () => ({ url: server().url, database, capabilities, clock: Date.now });
  const opened = (published: PublishedLog) => openMongoEvents({ ...options(), contexts: [context], published });

  /** A database as an older backup has it, and the source that has gone on. */
  const restored = async (): Promise<TestForeignLog> => {
    const source = aForeignLog(records.slice(0, backedUp));
    const transfer = await openMongoTransfer(source, { ...options(), context });
    await transfer.begin();
    await transfer.copy();
    await transfer.finish();
    await transfer.close();
    for (const record of records.slice(backedUp)) source.record(record);
    return source;
  };

  test('takes back what others already hold, before it takes anything new', async () => {
    const source = await restored();
    const before = source.partitions.flat().length;
    const events = await opened(publishedOf(source));
    try {
      expect(events.recovered(context).events).toBeGreaterThan(0);
      expect(await events.log.heads(context)).toEqual(await source.heads(context));
      const stored = source.partitions
        .flat()
        .map(({ body, ...event }) => ({ ...event, data: JSON.parse(body) as unknown }));
      expect(await readAll(events.log, context)).toEqual(stored);
      const [last] = [...source.remembered.values()].slice(-1);
      expect(await events.store(context).outcomeOf(last?.commandId ?? '')).toMatchObject({ lastSeq: last?.lastSeq });
      await events.store(context).append(anAppend({ stream: 'household-new', partitionOf: 'new', values: [1] }));
      expect((await readAll(events.log, context)).length).toBe(before + 1);
    } finally {
      await events.close();
    }
    const again = await opened(publishedOf(source));
    expect(again.recovered(context)).toEqual({ events: 0, partitions: 0 });
    await again.close();
  });

  test('does not start where what was published does not go on from it', async () => {
    const source = await restored();
    for (const events of source.partitions)
      events.forEach((event, at) => (events[at] = { ...event, chainHash: 'f'.repeat(64) }));
    await expect(opened(publishedOf(source))).rejects.toThrow(/history would fork/);
  });

  test('does not take over the events of another installation', async () => {
    await expect(opened(publishedOf(aForeignLog(records)))).rejects.toThrow(/Restore the database from its backup/);
  });
});
