import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { CloudEvent, Kafka as CloudEventsKafka, type KafkaMessage } from 'cloudevents';
import type { KafkaMessage as Brought } from 'kafkajs';
import type { LoggedEvent } from '@faemban/event-sourcing';
import { createMemoryProgress } from '@faemban/event-sourcing/testing';
import { describeOnKafka, describeWithKcat } from '@faemban/native-servers';
import { topicOf } from './connection/topics';
import { KafkaWorld, partitionCount, until } from './testing/on-kafka';

jest.setTimeout(120_000);

const context = 'ingestion';
const topic = topicOf(context);
const eventsPerAppend = 2;

/** What somebody knows who knows only CloudEvents. */
interface Seen {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  readonly partition: number;
  readonly data: unknown;
}

/** The first of each (source, id), as CloudEvents tells duplicates. */
function distinct(all: readonly Seen[]): Seen[] {
  const seen = new Set<string>();
  return all.filter(({ source, id }) => {
    const key = JSON.stringify([source, id]);
    return !seen.has(key) && seen.add(key);
  });
}

const factsOf = ({ id, type, seq, partition, data }: Seen) => ({ id, type, seq, partition, data });
const inOrder = <Fact extends { readonly partition: number; readonly seq: number }>(facts: readonly Fact[]): Fact[] =>
  [...facts].sort((one, other) => one.partition - other.partition || one.seq - other.seq);

describeOnKafka('somebody outside', (cluster) => {
  let world: KafkaWorld;
  let recorded: LoggedEvent[];
  beforeAll(async () => {
    world = new KafkaWorld(cluster().brokers, context);
    await world.freshTopics();
    await world.append(150);
    // Sent, partly sent again: what happens where a publisher dies before it has recorded what it sent.
    const first = world.publisher();
    first.start();
    await until('it is published', () => first.status().published === 150 * eventsPerAppend);
    await first.stop();
    const again = world.publisher({
      progress: { ...createMemoryProgress(), published: async () => new Map([[0, { seq: 3, resends: 0 }]]) },
      held: () => [0, 1],
    });
    again.start();
    await until('some is published again', () => again.status().published > 20 && again.status().lagEvents === 0);
    await again.stop();
    recorded = [];
    for (let partition = 0; partition < partitionCount; partition += 1) {
      recorded.push(...(await world.events.log.read(context, partition, 0, 10_000)));
    }
  });
  afterAll(() => world.close());

  const expected = () =>
    recorded.map(({ id, type, schemaVersion, seq, partition, data }) => ({
      id,
      type: `faemban.${context}.${type}.v${schemaVersion}`,
      seq,
      partition,
      data,
    }));
  /** How many records the topic has, some of them twice. */
  const recordsIn = async () => {
    const ends = await (await world.admin()).fetchTopicOffsets(topic);
    return ends.reduce((sum, { high }) => sum + Number(high), 0);
  };

  test('finds every event once per source and id with the CloudEvents SDK', async () => {
    const records = await recordsIn();
    const consumer = world.client.consumer({ groupId: 'an-agency', maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const messages: KafkaMessage<unknown>[] = [];
    await consumer.run({ eachMessage: async ({ message }) => void messages.push(asTexts(message)) });
    await until('every record was read', () => messages.length >= records);
    await consumer.disconnect();
    const all = messages.map((message): Seen => {
      const event = CloudEventsKafka.toEvent(message) as CloudEvent<unknown>;
      expect(event.validate()).toBe(true);
      const { source, id, type, data } = event;
      return { source, id, type, data, seq: Number(event['seq']), partition: Number(event['partition']) };
    });
    expect(all.length).toBeGreaterThan(recorded.length);
    expect(inOrder(distinct(all).map(factsOf))).toEqual(inOrder(expected()));
    expect(new Set(all.map(({ source }) => source)).size).toBe(1);
  });

  test('finds the hashes and the chain as the page for agencies says to compute them', async () => {
    const consumer = world.client.consumer({ groupId: 'an-auditor', maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const records = await recordsIn();
    const byPlace = new Map<string, Brought>();
    let read = 0;
    await consumer.run({
      eachMessage: async ({ message }) => {
        read += 1;
        byPlace.set(`${message.headers?.['ce_partition']} ${message.headers?.['ce_seq']}`, message);
      },
    });
    await until('every record was read', () => read >= records);
    await consumer.disconnect();
    expect(byPlace.size).toBe(recorded.length);
    for (let partition = 0; partition < partitionCount; partition += 1) {
      let previous = '0'.repeat(64);
      for (let seq = 1, record; (record = byPlace.get(`${partition} ${seq}`)) !== undefined; seq += 1) {
        const { content, chain } = hashesOf(record, previous);
        expect(content).toBe(String(record.headers?.['ce_contenthash']));
        expect(chain).toBe(String(record.headers?.['ce_chainhash']));
        previous = chain;
      }
      const head = (await world.events.log.heads(context)).find((one) => one.partition === partition);
      expect(previous).toBe(head?.chainHash);
    }
  });

  describeWithKcat('with kcat', () => {
    test('finds every event once per source and id', async () => {
      const args = ['-C', '-b', cluster().brokers.join(','), '-t', topic, '-o', 'beginning', '-e', '-q', '-J'];
      const lines = (await outputOf('kcat', args)).split('\n').filter((line) => line !== '');
      const all = lines.map((line): Seen => {
        const { headers, payload, partition } = JSON.parse(line) as KcatLine;
        const attribute = (name: string) => headers[headers.indexOf(`ce_${name}`) + 1] ?? '';
        expect(attribute('specversion')).toBe('1.0');
        expect(partition).toBe(Number(attribute('partition')));
        return {
          source: attribute('source'),
          id: attribute('id'),
          type: attribute('type'),
          seq: Number(attribute('seq')),
          partition,
          data: JSON.parse(payload) as unknown,
        };
      });
      expect(all).toHaveLength(await recordsIn());
      expect(inOrder(distinct(all).map(factsOf))).toEqual(inOrder(expected()));
    });
  });
});

/** The hashes of a record by the words of docs/concepts/published-log.md, with nothing of ours. */
function hashesOf({ value, headers = {} }: Brought, previous: string): { content: string; chain: string } {
  const text = (name: string): string | undefined => headers[`ce_${name}`]?.toString();
  const orNull = (name: string): string | null => text(name) ?? null;
  const [, , type, version] = (text('type') ?? '').split('.');
  const envelope = [
    text('id'),
    type,
    context,
    Number(version?.slice(1)),
    text('stream'),
    Number(text('streamversion')),
    text('time'),
    text('area') ?? '',
    [text('actoraccount'), text('actoroffice'), text('actorrole'), orNull('actoronbehalfof'), text('actorchannel')],
    text('commandid'),
    text('correlationid'),
    orNull('causationid'),
    orNull('traceparent'),
    JSON.parse(text('subjects') ?? '') as unknown,
    orNull('corrects'),
  ];
  const sha256 = (...parts: (string | Buffer)[]): string =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
  const content = sha256(JSON.stringify(envelope), '\n', value ?? '');
  const chain = sha256([previous, text('partition'), text('seq'), text('recordedat'), content].join('\n'));
  return { content, chain };
}

/** A record as the SDK wants it, whose headers are texts. */
function asTexts({ key, value, headers = {} }: Brought): KafkaMessage<unknown> {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]));
  return { key: String(key), value: String(value), body: value, headers: texts, timestamp: '' };
}

/** One line of `kcat -J`: headers are names and values in turn. */
interface KcatLine {
  readonly headers: readonly string[];
  readonly payload: string;
  readonly partition: number;
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  expect(code).toBe(0);
  return Buffer.concat(chunks).toString();
}
