import { anAppend, readAll } from '@faemban/event-sourcing/testing';
import type { LoggedEvent, StoredEvent } from '@faemban/event-sourcing';
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

/** The topics of a source: the seqs of each partition's records, in their order. */
const recordsOf = ({ partitions }: TestForeignLog): number[][] =>
  partitions.map((events) => events.map(({ seq }) => seq));

/** The published log of a source, whose topics hold what a test puts there; unless told otherwise, the last two events twice. */
function publishedOf(
  source: TestForeignLog,
  topics = recordsOf(source).map((seqs) => [...seqs, ...seqs.slice(-2)]),
): PublishedLog & { readonly offsets: number[] } {
  const offsets: number[] = [];
  const eventOf = (partition: number, wanted: number): LoggedEvent => {
    const { body, ...event } = source.partitions[partition]?.[wanted - 1] as StoredEvent;
    return { ...event, context, data: JSON.parse(body) as never } as unknown as LoggedEvent;
  };
  return {
    offsets,
    records: async () => new Map(topics.map((seqs, at) => [at, seqs.length])),
    async page(_, partition, { afterSeq, limit, fromOffset }) {
      offsets.push(fromOffset);
      const seqs = topics[partition] ?? [];
      const events: LoggedEvent[] = [];
      let [offset, lastSeq] = [0, afterSeq];
      for (let at = fromOffset; at < seqs.length; at += 1) {
        const seq = seqs[at] as number;
        lastSeq = Math.max(lastSeq, seq);
        if (seq !== afterSeq + 1 + events.length || events.length === limit) continue;
        if (events.length === 0) offset = at;
        events.push(eventOf(partition, seq));
      }
      if (events.length > 0) return { is: 'events', events, offset };
      return lastSeq > afterSeq ? { is: 'hole', lastSeq } : { is: 'end', endOffset: seqs.length };
    },
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

  /** A partition of which the database has something and the source some more, and where the database's ends. */
  const tornPartition = async (source: TestForeignLog) => {
    const bare = await openMongoEvents({ ...options(), contexts: [context] });
    const heads = new Map((await bare.log.heads(context)).map(({ partition, seq }) => [partition, seq]));
    await bare.close();
    const partition = source.partitions.findIndex((events, at) => events.length >= (heads.get(at) ?? 0) + 4);
    return { partition, seq: heads.get(partition) ?? 0, published: source.partitions[partition]?.length ?? 0 };
  };

  test('does not start where later events were published and the next one is not there', async () => {
    const source = await restored();
    const { partition, seq, published } = await tornPartition(source);
    for (const missing of [seq + 1, seq + 2]) {
      const topics = recordsOf(source);
      topics[partition] = (topics[partition] ?? []).map((one) => (one === missing ? 1 : one));
      const refused = expect.stringContaining(`up to ${published}, but not ${missing}`) as string;
      await expect(opened(publishedOf(source, topics))).rejects.toMatchObject({
        sentence: { en: refused, th: expect.stringContaining('โปรดกู้คืน') as string },
      });
    }
  });

  test('takes back what stands behind something that was sent too early', async () => {
    const source = await restored();
    const { partition, published } = await tornPartition(source);
    const topics = recordsOf(source);
    topics[partition] = [published - 1, published, ...(topics[partition] ?? [])];
    const events = await opened(publishedOf(source, topics));
    expect(await events.log.heads(context)).toEqual(await source.heads(context));
    await events.close();
  });

  test('waits where it was not told in time, and takes nothing for the end', async () => {
    const source = await restored();
    const page = () => Promise.reject(Object.assign(new Error('not in time'), { code: 'EAGAIN' }));
    await expect(opened({ ...publishedOf(source), page })).rejects.toMatchObject({ code: 'EAGAIN' });
  });

  test('reads from where it was acknowledged last, if the topic still is that one', async () => {
    const source = await restored();
    const { partition } = await tornPartition(source);
    const all = recordsOf(source);
    const topics = all.map((seqs) => [...seqs, ...seqs]);
    const [seq, endOffset] = [all[partition]?.length ?? 0, topics[partition]?.length ?? 0];
    const first = await opened(publishedOf(source, topics));
    await first.progress(context).advance(partition, { seq, endOffset, resends: 0 });
    await first.close();
    const begun = (of: readonly number[][]) => {
      const others = of.map((seqs, at) => (at === partition ? seqs : []));
      const published = publishedOf(source, others);
      return opened(published).then(async (events) => {
        await events.close();
        return new Set(published.offsets);
      });
    };
    expect(await begun(topics)).toEqual(new Set([endOffset - 1]));
    const anew = topics.map((seqs, at) => (at === partition ? [...seqs.slice(0, -1), 1] : seqs));
    expect(await begun(anew)).toEqual(new Set([endOffset - 1, seq - 1]));
  });
});
