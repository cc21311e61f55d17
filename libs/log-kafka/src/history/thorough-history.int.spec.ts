import type { LoggedEvent, PublishedPage, PublishedPlace } from '@faemban/event-sourcing';
import { describeOnKafka } from '@faemban/native-servers';
import { recordOf, sourceOf } from '../format/cloud-events';
import { topicOf } from '../connection/topics';
import { KafkaUnavailable } from '../failures';
import type { KafkaHistory } from './kafka-history';
import { KafkaWorld, partitionCount } from '../testing/on-kafka';

jest.setTimeout(120_000);

const context = 'ingestion';
/** A broker has this long to answer, in milliseconds. */
const readyMsMax = 40_000;

describeOnKafka('a topic that is read thoroughly', (cluster) => {
  let world: KafkaWorld;
  let partition: number;
  let events: readonly LoggedEvent[];
  beforeEach(async () => {
    world = new KafkaWorld(cluster().brokers, context);
    await world.freshTopics();
    await world.append(8 * partitionCount);
    const heads = await world.events.log.heads(context);
    partition = heads.reduce((one, other) => (other.seq > one.seq ? other : one)).partition;
    events = await world.events.log.read(context, partition, 0, 8);
    expect(events).toHaveLength(8);
  });
  afterEach(() => world.close());

  /** A page, as soon as the broker can give one: it and the topic may have been made just now. */
  const pageOf = async (history: KafkaHistory, place: PublishedPlace): Promise<PublishedPage> => {
    for (const begun = performance.now(); ;) {
      try {
        return await history.page(context, partition, place);
      } catch (error) {
        if (!(error instanceof KafkaUnavailable) || performance.now() - begun > readyMsMax) throw error;
      }
    }
  };
  const some = (...seqs: number[]) => seqs.map((seq) => events[seq - 1] as LoggedEvent);

  test('says where it ends, and that something is missing that later events follow on', async () => {
    await world.send(some(1, 2, 3, 2, 3));
    const history = world.open().history([context]);
    const whole = await pageOf(history, { afterSeq: 1, limit: 1, fromOffset: 0 });
    expect(whole).toMatchObject({ is: 'events', events: [{ seq: 2 }], offset: 1 });
    const rest = await pageOf(history, { afterSeq: 2, limit: 9, fromOffset: 0 });
    expect(rest).toMatchObject({ is: 'events', events: [{ seq: 3 }], offset: 2 });
    const end = await pageOf(history, { afterSeq: 3, limit: 9, fromOffset: 0 });
    expect(end).toEqual({ is: 'end', endOffset: 5 });
    await world.send(some(5, 6));
    const place = { afterSeq: 3, limit: 9, fromOffset: 3 };
    expect(await pageOf(history, place)).toEqual({ is: 'hole', lastSeq: 6 });
    await world.send(some(4, 5, 6));
    const found = await pageOf(history, { ...place, fromOffset: 4 });
    expect(found).toMatchObject({ is: 'events', events: [{ seq: 4 }, { seq: 5 }, { seq: 6 }], offset: 7 });
  });

  test('is read to its end, however much of it was sent twice', async () => {
    const producer = await world.producer();
    const [first, second] = some(1, 2).map((event) => {
      const record = recordOf(event, sourceOf('i', context));
      return { ...record, headers: { ...record.headers }, partition };
    });
    const [topic, twice] = [topicOf(context), 20_000];
    for (let sent = 0; sent < twice; sent += 1_000) {
      const messages = Array.from({ length: 1_000 }, () => first as NonNullable<typeof first>);
      await producer.send({ topic, acks: 1, messages });
    }
    await producer.send({ topic, acks: -1, messages: [second as NonNullable<typeof second>] });
    const history = world.open().history([context]);
    const found = await pageOf(history, { afterSeq: 1, limit: 1, fromOffset: 0 });
    expect(found).toMatchObject({ is: 'events', events: [{ seq: 2 }], offset: twice });
    const end = await pageOf(history, { afterSeq: 2, limit: 1, fromOffset: 0 });
    expect(end).toEqual({ is: 'end', endOffset: twice + 1 });
  });

  test('is not available where its client has been closed', async () => {
    await world.send(some(1));
    const history = world.open().history([context]);
    await pageOf(history, { afterSeq: 0, limit: 1, fromOffset: 0 });
    await history.close();
    const read = () => history.read(context, partition, 0, 1);
    const page = () => history.page(context, partition, { afterSeq: 0, limit: 1, fromOffset: 0 });
    for (const late of [read, page]) await expect(late()).rejects.toMatchObject({ name: 'KafkaUnavailable' });
  });
});
