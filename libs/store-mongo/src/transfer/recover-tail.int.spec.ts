import { createConnection, type mongo } from 'mongoose';
import { anAppend, readAll } from '@faemban/event-sourcing/testing';
import type { LoggedEvent, StoredEvent } from '@faemban/event-sourcing';
import { describeOnMongo } from '@faemban/native-servers';
import { collectionsOf, type ContextCollections } from '../events/context-collections';
import { openMongoEvents, type MongoEvents } from '../events/mongo-events';
import { dyingAt, overWrites } from '../testing/driver-writes';
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
/** Quick enough for a test: nobody in it is slower than this by mistake. */
const recoveryTimes = { beatMs: 50, leaseMs: 600 };

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
  const opened = (published: PublishedLog, times = recoveryTimes) =>
    openMongoEvents({ ...options(), contexts: [context], published, recoveryTimes: times });
  const expectSame = async (events: MongoEvents, source: TestForeignLog) => {
    const stored = source.partitions
      .flat()
      .map(({ body, ...event }) => ({ ...event, data: JSON.parse(body) as unknown }));
    expect(await readAll(events.log, context)).toEqual(stored);
  };
  /** Commands of new streams, all answered. */
  const answered = (events: MongoEvents, count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => events.store(context).append(anAppend({ values: [n] }))));
  /** Everything of the source and what was answered since is there, once, read by a process of its own. */
  const expectKept = async (source: TestForeignLog, kept: readonly { readonly commandId: string }[]) => {
    const fresh = await openMongoEvents({ ...options(), contexts: [context] });
    try {
      const read = await readAll(fresh.log, context);
      const commands = read.map(({ commandId }) => commandId);
      expect(read.length).toBe(source.partitions.flat().length + kept.length);
      for (const { commandId } of kept) {
        expect(commands.filter((one) => one === commandId)).toHaveLength(1);
        expect(await fresh.store(context).outcomeOf(commandId)).toMatchObject({ commandId });
      }
      for (const commandId of source.remembered.keys()) {
        expect(await fresh.store(context).outcomeOf(commandId)).toMatchObject({ commandId });
      }
    } finally {
      await fresh.close();
    }
  };
  const inCollections = async <Result>(work: (collections: ContextCollections) => Promise<Result>): Promise<Result> => {
    const connection = await createConnection(server().url, { dbName: database }).asPromise();
    try {
      return await work(collectionsOf(connection.db as mongo.Db, context));
    } finally {
      await connection.close();
    }
  };
  /** A published log that does something before it brings events of the first partition that has any, once. */
  const doingFirst = (
    source: TestForeignLog,
    is: (asked: { readonly pages: number; readonly isCopied: boolean }) => boolean,
    work: () => Promise<void>,
  ) => {
    const published = publishedOf(source);
    const victim = source.partitions.findIndex((events) => events.length > 0);
    // Where the tail ends is looked for page by page; then, under the claim, the next event is asked for alone, and the tail is copied.
    let [pages, isNextAsked, isDone] = [0, false, false];
    return {
      ...published,
      async page(...asked: Parameters<PublishedLog['page']>) {
        const [, partition, { limit }] = asked;
        if (partition === victim && !isDone) {
          pages += 1;
          isDone = is({ pages, isCopied: isNextAsked && limit > 1 });
          isNextAsked ||= limit === 1;
          if (isDone) await work();
        }
        return published.page(...asked);
      },
    };
  };

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
      await expectSame(events, source);
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

  test('is taken back by one of two processes that start at once, and both go on', async () => {
    const source = await restored();
    const lacking = source.partitions.flat().length - (await inCollections(storedEvents));
    const both = await Promise.all([opened(publishedOf(source)), opened(publishedOf(source))]);
    const recovered = both.map((events) => events.recovered(context).events);
    expect([...recovered].sort((one, other) => one - other)).toEqual([0, lacking]);
    const kept = (await Promise.all(both.map((events) => answered(events, 5)))).flat();
    await Promise.all(both.map((events) => events.close()));
    await expectKept(source, kept);
  });

  test.each([
    ['before it says that it does', false],
    ['while it slept through its lease', true],
  ])(
    'is left alone by a process that is late, where another took it back and answered commands %s',
    async (_, whileCopied) => {
      const source = await restored();
      let kept: readonly { readonly commandId: string }[] = [];
      const first: MongoEvents[] = [];
      const isThen = (asked: { pages: number; isCopied: boolean }) =>
        whileCopied ? asked.isCopied : asked.pages === 2;
      const late = doingFirst(source, isThen, async () => {
        const events = await opened(publishedOf(source));
        first.push(events);
        kept = await answered(events, 40);
      });
      // Its beat never goes up: whoever waits for it believes it gone.
      const second = await opened(late, { ...recoveryTimes, beatMs: 60_000 }).catch((error: unknown) => error as Error);
      if (second instanceof Error) expect(second).toMatchObject({ code: 'EAGAIN' });
      else await second.close();
      await Promise.all(first.map((events) => events.close()));
      expect(kept).toHaveLength(40);
      await expectKept(source, kept);
    },
  );

  test('keeps a process that comes meanwhile waiting, and tells it for whom', async () => {
    const source = await restored();
    let refusal: unknown;
    const slow = doingFirst(
      source,
      ({ isCopied }) => isCopied,
      async () => {
        refusal = await opened(publishedOf(source)).catch((error: unknown) => error);
      },
    );
    const events = await opened(slow);
    expect(refusal).toMatchObject({
      code: 'EAGAIN',
      sentence: { en: expect.stringContaining('Another process takes back') },
    });
    await expectSame(events, source);
    await events.close();
  });

  test('is not taken back while a process is at work on it', async () => {
    const source = await restored();
    const atWork = await openMongoEvents({ ...options(), contexts: [context] });
    while (atWork.sequencing(context).held === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(opened(publishedOf(source))).rejects.toMatchObject({
      ...{ code: 'EAGAIN', sentence: { en: expect.stringContaining('Stop every process') } },
    });
    await atWork.close();
    const events = await opened(publishedOf(source));
    await expectSame(events, source);
    await events.close();
  });

  test('keeps what waited without a place when it was backed up, with all that is known of it', async () => {
    const source = await restored();
    const backup = await inCollections(lastSeqs);
    await (await opened(publishedOf(source))).close();
    const waiting = await inCollections((collections) => older(collections, backup));
    const events = await opened(publishedOf(source));
    await expectSame(events, source);
    expect(await events.store(context).outcomeOf(waiting)).toMatchObject({ commandDigest: 'known here' });
    await events.close();
    await expectKept(source, []);
  });

  test.each(['before', 'after'] as const)(
    'is taken back anew where the process died %s any of its writes',
    async (when) => {
      let isOver = false;
      for (let n = 1; !isOver; n += 1) {
        const source = await restored();
        const backup = await inCollections(lastSeqs);
        await (await opened(publishedOf(source))).close();
        await inCollections((collections) => older(collections, backup));
        const quick = { beatMs: 60_000, leaseMs: 150 };
        let writes = 0;
        await overWrites(
          (at, write, collection) => {
            // Not those of a process that sequences, which has no tail to take back any more.
            if (!/installation|commits|segments/.test(collection)) return write();
            writes += 1;
            return dyingAt(n, when)(writes, write, collection);
          },
          async () => {
            await opened(publishedOf(source), quick).then(
              async (events) => {
                isOver = true;
                await events.close();
              },
              () => undefined,
            );
          },
        );
        const events = await opened(publishedOf(source), quick);
        await expectSame(events, source);
        await events.close();
        await dropDatabase(server().url, database);
      }
    },
  );

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

const storedEvents = async ({ segments }: ContextCollections): Promise<number> => {
  const all = await segments.find().toArray();
  return all.reduce((sum, { firstSeq, lastSeq }) => sum + Number(lastSeq) - Number(firstSeq) + 1, 0);
};

/** Where each partition ends. */
const lastSeqs = async ({ segments }: ContextCollections): Promise<ReadonlyMap<number, number>> => {
  const ends = new Map<number, number>();
  for (const { partition, lastSeq } of await segments.find().toArray()) {
    ends.set(partition, Math.max(ends.get(partition) ?? 0, Number(lastSeq)));
  }
  return ends;
};

/** As a backup of an earlier moment: some of what is sequenced later waits for its place, the rest is not there yet. Answers one that waits. */
async function older({ commits, segments }: ContextCollections, ends: ReadonlyMap<number, number>): Promise<string> {
  const later = (await segments.find().toArray()).filter(
    ({ partition, lastSeq }) => Number(lastSeq) > (ends.get(partition) ?? 0),
  );
  const ids = later.flatMap(({ commandIds }) => commandIds);
  const waiting = ids.filter((_, at) => at % 2 === 0);
  await segments.deleteMany({ _id: { $in: later.map(({ _id }) => _id) } });
  await commits.deleteMany({ _id: { $in: ids.filter((id) => !waiting.includes(id)) } });
  const place = { $set: { isSequenced: false, digest: 'known here' }, $unset: { segment: '' } } as const;
  await commits.updateMany({ _id: { $in: waiting } }, place);
  return waiting[0] ?? '';
}
