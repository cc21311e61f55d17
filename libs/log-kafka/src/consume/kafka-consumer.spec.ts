import type { Admin, EachBatchPayload, Kafka } from 'kafkajs';
import { IntegrityViolation, type LogConsumer } from '@faemban/event-sourcing';
import { anAppend, createMemoryEvents } from '@faemban/event-sourcing/testing';
import { topicOf } from '../connection/topics';
import { recordOf } from '../format/cloud-events';
import { createKafkaConsumer } from './kafka-consumer';

const context = 'ingestion';
const topic = topicOf(context);
const patienceMs = 20_000;

type Places = readonly { readonly topic: string; readonly partitions: readonly number[] }[];

/** A client of Kafka in the hands of a test: which partitions it has paused, and what happens to it. */
class FakeClient {
  readonly events = { CRASH: 'crash', GROUP_JOIN: 'join' };
  readonly paused = new Set<number>();
  private readonly handlers = new Map<string, (event: { readonly payload: unknown }) => void>();
  private eachBatch: (payload: EachBatchPayload) => Promise<void> = async () => undefined;

  on(name: string, handler: (event: { readonly payload: unknown }) => void): void {
    this.handlers.set(name, handler);
  }
  readonly connect = async (): Promise<void> => undefined;
  readonly disconnect = async (): Promise<void> => undefined;
  readonly subscribe = async (): Promise<void> => undefined;
  readonly commitOffsets = async (): Promise<void> => undefined;
  readonly seek = (): void => undefined;
  async run({ eachBatch }: { readonly eachBatch: FakeClient['eachBatch'] }): Promise<void> {
    this.eachBatch = eachBatch;
    this.join(0, 1);
  }
  join(...partitions: number[]): void {
    this.handlers.get('join')?.({ payload: { memberAssignment: { [topic]: partitions } } });
  }
  crash(): void {
    this.handlers.get('crash')?.({ payload: { error: new Error('session over') } });
  }
  pause(places: Places): void {
    for (const { partitions } of places) for (const partition of partitions) this.paused.add(partition);
  }
  resume(places: Places): void {
    for (const { partitions } of places) for (const partition of partitions) this.paused.delete(partition);
  }
  async bring(partition: number, record: { readonly offset: string; readonly value: Buffer }): Promise<void> {
    const batch = { topic, partition, messages: [record], lastOffset: () => record.offset };
    const rest = { resolveOffset: () => undefined, isStale: () => false, isRunning: () => true };
    await this.eachBatch({ batch, ...rest } as unknown as EachBatchPayload);
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const begun = performance.now(); !holds();) {
    if (performance.now() - begun > patienceMs) throw new Error(`After ${patienceMs} ms it still does not hold.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

let consumer: LogConsumer;
afterEach(() => consumer.stop());

/** A member of a group with two partitions, whose deliveries end as the test says, by partition. */
async function member(deliver: (partition: number) => Promise<void>) {
  const clients: FakeClient[] = [];
  const makes = () => {
    clients.push(new FakeClient());
    return clients.at(-1);
  };
  const ends = [0, 1].map((partition) => ({ partition, high: '10', low: '0', offset: '10' }));
  const admin = { fetchTopicOffsets: async () => ends } as unknown as Admin;
  consumer = createKafkaConsumer({
    ...{ kafka: { consumer: makes } as unknown as Kafka, admin: async () => admin },
    ...{ group: 'g', contexts: [context], partitionCount: 2 },
  });
  let assignments = 0;
  await consumer.start({
    assign: async (partitions) => {
      assignments += 1;
      return [...partitions].map((partition) => ({ context, partition, afterSeq: 0 }));
    },
    deliver: ({ partition }) => deliver(partition),
  });
  const begun = (client: number) => until(() => clients[client]?.paused.size === 0 && assignments > 0);
  await begun(0);
  const { store, log } = createMemoryEvents({ clock: Date.now, partitionCount: 1 });
  await store(context).append(anAppend({ values: [1] }));
  const [event] = await log.read(context, 0, 0, 1);
  const record = (partition: number) => {
    const { value, headers } = recordOf({ ...(event as NonNullable<typeof event>), partition }, '/x');
    return { offset: '0', value: Buffer.from(value), headers };
  };
  const bring = (client: number, partition: number) => clients[client]?.bring(partition, record(partition));
  return { clients, bring };
}

describe('a partition that is held back', () => {
  test('goes on with the client that came meanwhile, once it was taken', async () => {
    let take: () => void = () => undefined;
    const taking = new Promise<void>((resolve) => (take = resolve));
    const { clients, bring } = await member((partition) => (partition === 0 ? taking : Promise.resolve()));
    await bring(0, 0);
    expect([...(clients[0]?.paused ?? [])]).toEqual([0]);
    clients[0]?.crash();
    await until(() => clients[1]?.paused.size === 1);
    expect([...(clients[1]?.paused ?? [])]).toEqual([0]);
    take();
    await until(() => clients[1]?.paused.size === 0);
    expect(consumer.status().trouble).toBeUndefined();
  });

  test('goes on with the client that came meanwhile, though it could not be taken', async () => {
    let refuse: (error: Error) => void = () => undefined;
    const taking = new Promise<void>((_, reject) => (refuse = reject));
    const { clients, bring } = await member(() => taking);
    await bring(0, 0);
    clients[0]?.crash();
    await until(() => clients[1]?.paused.size === 1);
    refuse(new IntegrityViolation(context, 0, 1, 'it was of the assignment before'));
    await until(() => clients[1]?.paused.size === 0);
  });

  test('stands still where it can never be taken, says so whatever others do, and goes on when it is assigned anew', async () => {
    let isRefused = true;
    const { clients, bring } = await member(async (partition) => {
      if (partition === 0 && isRefused) throw new IntegrityViolation(context, 0, 1, 'it came with another hash before');
    });
    await bring(0, 0);
    await until(() => consumer.status().trouble !== undefined);
    await bring(0, 1);
    expect([...(clients[0]?.paused ?? [])]).toEqual([0]);
    expect(consumer.status().trouble).toContain(`${topic}/0 stands still until it is assigned anew`);
    isRefused = false;
    clients[0]?.join();
    clients[0]?.join(0, 1);
    await until(() => clients[0]?.paused.size === 0);
    await bring(0, 0);
    expect(consumer.status().trouble).toBeUndefined();
  });
});
