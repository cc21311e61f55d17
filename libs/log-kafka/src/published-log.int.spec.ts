import { ConfigResourceTypes, type Admin } from 'kafkajs';
import type { ConsumedLog, LoggedEvent } from '@faemban/event-sourcing';
import { createMemoryProgress } from '@faemban/event-sourcing/testing';
import { describeOnKafka } from '@faemban/native-servers';
import { topicOf } from './connection/topics';
import { createKafkaHistory } from './history/kafka-history';
import { KafkaWorld, partitionCount, until } from './testing/on-kafka';

jest.setTimeout(120_000);

const context = 'ingestion';
const everything = Array.from({ length: partitionCount }, (_, partition) => partition);
type Some = readonly [LoggedEvent, LoggedEvent, LoggedEvent, LoggedEvent, LoggedEvent, LoggedEvent, ...LoggedEvent[]];
let groups = 0;
const aGroup = () => `faemban.test-${(groups += 1)}`;

const total = async (log: Pick<ConsumedLog, 'heads'>) =>
  (await log.heads(context)).reduce((sum, { seq }) => sum + seq, 0);

/** Everything a member can read, partition after partition. */
async function readThrough(log: Pick<ConsumedLog, 'read'>, limit = 100): Promise<LoggedEvent[]> {
  const all: LoggedEvent[] = [];
  for (const partition of everything) {
    for (let seq = 0; ;) {
      const page = await log.read(context, partition, seq, limit);
      if (page.length === 0) break;
      all.push(...page);
      seq = page.at(-1)?.seq ?? seq;
    }
  }
  return all;
}

describeOnKafka('the published log', (cluster) => {
  let world: KafkaWorld;
  beforeEach(async () => {
    world = new KafkaWorld(cluster().brokers, context);
    await world.freshTopics();
  });
  afterEach(() => world.close());

  test('comes to a member as it stands at its owner, though it joins before anything is there', async () => {
    const log = await world.member(aGroup());
    await until('all partitions are assigned', () => log.assigned().size === partitionCount);
    const publisher = world.publisher();
    publisher.start();
    await world.append(300);
    await until('everything was brought', async () => (await total(log)) === 600);
    expect(await readThrough(log)).toEqual(await readThrough(world.events.log));
    expect(log.status()).toMatchObject({ contexts: [{ context, lagEvents: 0 }], notes: [] });
    await until('the publisher knows', () => publisher.status().published === 600);
    await until('nothing waits', () => publisher.status().lagSeconds === 0);
    expect(publisher.status().lagEvents).toBe(0);
    expect(publisher.status().trouble).toBeUndefined();
  });

  test('is sent again after a crash from what was recorded, and shows every event once', async () => {
    const log = await world.member(aGroup());
    await until('all partitions are assigned', () => log.assigned().size === partitionCount);
    const recordsNothing = { ...world.progress, advance: async () => true };
    const first = world.publisher({ progress: recordsNothing });
    first.start();
    await world.append(50);
    await until('it was sent', () => first.status().published === 100);
    await first.stop();
    const second = world.publisher();
    second.start();
    await world.append(50);
    await until('everything was brought', async () => (await total(log)) === 200);
    await until('all of it was sent again', () => second.status().published >= 200);
    expect(await readThrough(log)).toEqual(await readThrough(world.events.log));
  });

  test('two that publish the same partitions at once make duplicates and nothing else', async () => {
    const log = await world.member(aGroup());
    await until('all partitions are assigned', () => log.assigned().size === partitionCount);
    const publishers = [world.publisher(), world.publisher()];
    for (const publisher of publishers) publisher.start();
    for (let round = 0; round < 10; round += 1) await world.append(20);
    await until('everything was brought', async () => (await total(log)) === 400);
    expect(await readThrough(log)).toEqual(await readThrough(world.events.log));
    expect(log.status().contexts[0]?.trouble).toBeUndefined();
  });

  test('is kept for ever, and its topics are checked at every start', async () => {
    await world.open().ensureTopics([context]);
    const other = world.open({ partitionCount: 16 });
    await expect(other.ensureTopics([context])).rejects.toMatchObject({
      name: 'StoreRefused',
      sentence: { en: expect.stringContaining('has 8 partitions, and this installation has 16') },
    });
    const configEntries = [{ name: 'retention.ms', value: '60000' }];
    await (
      await world.admin()
    ).alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topicOf(context), configEntries }],
    });
    const checked = () => world.open().ensureTopics([context]);
    // The broker that is asked hears of the change a moment after the controller has taken it.
    await until('the change is known', () =>
      checked().then(
        () => false,
        () => true,
      ),
    );
    await expect(checked()).rejects.toMatchObject({
      sentence: { en: expect.stringContaining('retention.ms=60000'), th: expect.stringContaining('โปรด') },
    });
  });

  test('records that come twice, swapped, with a hole, foreign or altered do no harm', async () => {
    await world.append(40);
    const publisher = world.publisher();
    publisher.start();
    await until('it is published', () => publisher.status().published === 80);
    await publisher.stop();
    const log = await world.member(aGroup());
    await until('all partitions are assigned', () => log.assigned().size === partitionCount);
    const head = (await world.events.log.heads(context)).reduce((one, other) => (one.seq > other.seq ? one : other));
    const { partition } = head;
    for (let more = 0; more < 30; more += 1) await world.append(3);
    const events = await world.events.log.read(context, partition, head.seq, 100);
    const [one, two, three, four, five, ...rest] = events as readonly LoggedEvent[] as Some;
    await world.send([two, one, one, three]);
    await world.send([five, four, two], [{ value: 'not ours' }, { value: '{}', headers: { ce_type: 'x' } }]);
    await world.send([{ ...rest[0], area: '99' }, ...rest]);
    const reached = async () => (await log.heads(context)).find((each) => each.partition === partition)?.seq;
    const expected = events.at(-1)?.seq;
    await until('the partition was brought', async () => (await reached()) === expected);
    expect(await log.read(context, partition, head.seq, 100)).toEqual(events);
    expect(log.status().notes[0]).toMatch(/3 records were left out, the last: offset \d+ of ingestion/);
  });

  test.each([3, 5])('is shared among %i members by numbers, and taken over from one that leaves', async (count) => {
    const group = aGroup();
    const contexts = [context, 'mpi-scoring'] as const;
    await world.open().ensureTopics(contexts);
    const members = await Promise.all(Array.from({ length: count }, () => world.member(group, { contexts })));
    const sizes = () => members.map((member) => member.assigned().size).sort((one, other) => one - other);
    const isShared = (among: readonly ConsumedLog[]) => {
      const numbers = among.flatMap((member) => [...member.assigned()]).sort((one, other) => one - other);
      return JSON.stringify(numbers) === JSON.stringify(everything);
    };
    await until('the members share', () => isShared(members) && (sizes().at(-1) ?? 0) - (sizes()[0] ?? 0) <= 1);
    const publisher = world.publisher();
    publisher.start();
    await world.append(60);
    const sum = async () => (await Promise.all(members.map(total))).reduce((one, other) => one + other, 0);
    await until('together they have everything', async () => isShared(members) && (await sum()) === 120);
    const [gone, ...others] = members as [ConsumedLog, ...ConsumedLog[]];
    await gone.stop();
    await until('the others share what it had', () => isShared(others));
    await world.append(60);
    const rest = async () => (await Promise.all(others.map(total))).reduce((one, other) => one + other, 0);
    await until('the others have everything', async () => isShared(others) && (await rest()) === 240);
  });

  test('is read from its beginning by offset, whatever was sent twice before', async () => {
    await world.append(400);
    const publisher = world.publisher();
    publisher.start();
    await until('it is published', () => publisher.status().lagEvents === 0 && publisher.status().published === 800);
    await publisher.stop();
    const again = world.publisher({ progress: createMemoryProgress() });
    again.start();
    await until('it is published again', () => again.status().published >= 800);
    await again.stop();
    const history = world.open().history([context]);
    const [partition] = everything as [number];
    const expected = await world.events.log.read(context, partition, 0, 10_000);
    const all: LoggedEvent[] = [];
    while (all.length < expected.length) {
      const page = await history.read(context, partition, all.length, 7);
      expect(page.length).toBeGreaterThan(0);
      all.push(...page);
    }
    expect(all).toEqual(expected);
    expect(await history.read(context, partition, expected.length, 10)).toEqual([]);
    expect((await history.read(context, partition, 5, 2)).map(({ seq }) => seq)).toEqual([6, 7]);
  });

  test('is sought once by whoever reads on, however many fetches that takes', async () => {
    await world.append(120, context, 'ก'.repeat(30_000));
    const publisher = world.publisher();
    publisher.start();
    await until('it is published', () => publisher.status().published === 240);
    const admin = await world.admin();
    let seeks = 0;
    const counting = {
      fetchTopicOffsets: (topic: string) => {
        seeks += 1;
        return admin.fetchTopicOffsets(topic);
      },
    } as Admin;
    const options = {
      kafka: world.client,
      admin: async () => counting,
      clientId: 'test',
      contexts: [context] as const,
    };
    const history = createKafkaHistory(options);
    try {
      // 90 kB an event, so that a fetch has about a dozen.
      const { partition, seq } = (await world.events.log.heads(context)).reduce((one, other) =>
        one.seq > other.seq ? one : other,
      );
      let fetches = 0;
      for (let after = 0; after < seq; fetches += 1) {
        const page = await history.read(context, partition, after, 1_000);
        expect(page[0]?.seq).toBe(after + 1);
        after += page.length;
      }
      expect(fetches).toBeGreaterThan(1);
      expect(seeks).toBe(1);
    } finally {
      await history.close();
    }
  });

  test('serves a reader far behind from Kafka, not from the owner', async () => {
    await world.append(300);
    const publisher = world.publisher();
    publisher.start();
    await until('it is published', () => publisher.status().published === 600);
    let reads = 0;
    const owner = {
      ...world.events.log,
      read: async (...asked: Parameters<typeof world.events.log.read>) => {
        reads += 1;
        return world.events.log.read(...asked);
      },
    };
    const history = world.open().history([context]);
    const log = await world.member(aGroup(), { owners: () => owner, history });
    await until('all partitions are assigned', () => log.assigned().size === partitionCount);
    for (const partition of everything) {
      const { seq: end } = (await log.heads(context)).find((head) => head.partition === partition) ?? { seq: 0 };
      for (let seq = 0; seq < end;) {
        const page = await log.read(context, partition, seq, 50);
        expect(page[0]?.seq).toBe(seq + 1);
        seq += page.length;
      }
    }
    expect(reads).toBe(0);
  });

  test('is filled again where its topic was made anew', async () => {
    const publisher = world.publisher();
    publisher.start();
    await world.append(20);
    await until('it is published', () => publisher.status().published === 40);
    await world.freshTopics();
    await world.append(20);
    const admin = await world.admin();
    // A topic made just now is not led everywhere yet.
    const ends = async () => {
      const found = await admin.fetchTopicOffsets(topicOf(context)).catch(() => []);
      return found.reduce((sum, { high }) => sum + Number(high), 0);
    };
    await until('everything is there again', async () => (await ends()) >= 80);
  });
});
