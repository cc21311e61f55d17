import { createHash } from 'node:crypto';
import {
  createSharedControl,
  createViewRunner,
  createWholeLog,
  defineView,
  LocalRebuildEngine,
  obeying,
} from '@faemban/event-sourcing';
import { createMemoryViews } from '@faemban/event-sourcing/testing';
import { describeOnKafka } from '@faemban/native-servers';
import { KafkaWorld, partitionCount, until } from './testing/on-kafka';

jest.setTimeout(120_000);

const context = 'ingestion';

/** One row a stream: how many events it had, and a hash over them in order, so that any other order is another row. */
const streams = defineView<{ count: number; digest: string }>({
  name: 'streams',
  version: 1,
  idOf: ({ stream }) => stream.replace('household-', ''),
  slices: {
    ingestion: (slice: { count: number; digest: string } | undefined, event) => ({
      count: (slice?.count ?? 0) + 1,
      digest: createHash('sha256')
        .update(`${slice?.digest}${JSON.stringify(event.data)}`)
        .digest('hex'),
    }),
  },
  show: ({ ingestion }: { ingestion: { count: number; digest: string } }) => ingestion,
  indexes: { byCount: ['count'] },
});

describeOnKafka('a view', (cluster) => {
  let world: KafkaWorld;
  beforeAll(async () => {
    world = new KafkaWorld(cluster().brokers, context);
    await world.freshTopics();
  });
  afterAll(() => world.close());

  test('is kept by two members, rebuilt from Kafka while events flow, and equals the live one', async () => {
    const publisher = world.publisher();
    publisher.start();
    const store = createMemoryViews();
    const members = [await world.member('faemban.views'), await world.member('faemban.views')];
    await until('they share', () => members.every((member) => member.assigned().size === partitionCount / 2));
    const clock = () => Date.now();
    const runners = members.map((log) => createViewRunner({ view: streams, store, log, clock }));
    await Promise.all(runners.map((runner) => runner.start()));
    await world.append(300);
    const applied = () => runners.reduce((sum, runner) => sum + runner.status().applied, 0);
    await until('the view is live', () => applied() === 600);
    await until('it is published', () => publisher.status().lagEvents === 0);

    let readsOfOwner = 0;
    const owner = {
      ...world.events.log,
      read: async (...asked: Parameters<typeof world.events.log.read>) => {
        readsOfOwner += 1;
        return world.events.log.read(...asked);
      },
    };
    const history = world.open().history([context]);
    const whole = createWholeLog({ owners: () => owner, partitionCount, history });
    const engine = new LocalRebuildEngine({ log: whole, store, clock, readModels: [streams] });
    const heads = await whole.heads(context);
    const target = Object.fromEntries(heads.map(({ partition, seq }) => [`${context}/${partition}`, seq]));
    const shape = { ...streams, contexts: [context] as const };
    const generations = await store.generations(shape);
    const before = (await generations.list()).find(({ isInService }) => isInService)?.generation ?? 0;
    const job = { view: 'streams', before, generation: await generations.begin(), target };
    const control = obeying(createSharedControl());
    let events = 0;
    await engine.fill(job, control, (told) => (events += 'events' in told ? told.events : 0));
    expect(events).toBe(600);
    expect(readsOfOwner).toBe(0);

    let isOver = false;
    const flowing = (async () => {
      for (; !isOver; await new Promise((resolve) => setTimeout(resolve, 10))) await world.append(2);
    })();
    const comparison = await engine.compare(job, control);
    expect(comparison.differences).toEqual([]);
    const switched = await engine.switch(job);
    isOver = true;
    await flowing;
    const recorded = async () => (await whole.heads(context)).reduce((sum, { seq }) => sum + seq, 0);
    await until('the view is live again', async () => applied() === (await recorded()));
    const total = (vector: Readonly<Record<string, number>>) =>
      Object.values(vector).reduce((sum, seq) => sum + seq, 0);
    expect(total(switched)).toBeGreaterThanOrEqual(600);
    expect(total(await (await generations.open(job.generation)).checkpoint())).toBe(await recorded());
    await Promise.all(runners.map((runner) => runner.stop()));
  });
});
