import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, services } from '@faemban/cluster';
import { seeded } from '@faemban/event-sourcing/testing';
import { describeWhere } from '@faemban/fixtures';
import { sourceOf } from '@faemban/native-servers';
import { makeSmallSurvey, type SmallSurvey } from '../small-survey';
import { Load } from './load';
import { expectWhole } from './whole';

/** How often every fault happens; `npm run faults` has more rounds. */
const rounds = Number(process.env['FAEMBAN_FAULT_ROUNDS'] ?? 1);
const seed = Number(process.env['FAEMBAN_SEED'] ?? 2561);
const households = 60;
/** Work before a fault, and how long what was ended stays away. Milliseconds. */
const workMsMax = 2_000;
const awayMs = 1_500;
/** Longer than a consumer may be silent before its partitions go to others. */
const asleepMs = 15_000;
const roundMsMax = 480_000;

/** A fault by name: what is done to the system, after which all of it runs again. */
const faults: readonly (readonly [name: string, fault: (cluster: Cluster) => Promise<void>])[] = [
  ...services.map(
    (service) =>
      [
        `kill -9 of a process of ${service}`,
        async ({ members }: Cluster) => {
          const [member] = members[service];
          await member?.kill();
          await delay(awayMs);
          member?.start();
        },
      ] as const,
  ),
  [
    'the broker is killed',
    async ({ kafka: { nodes } }) => {
      await nodes[0]?.kill();
      await delay(awayMs);
      await nodes[0]?.start();
    },
  ],
  [
    'the broker stands still',
    async ({ kafka: { nodes } }) => {
      await nodes[0]?.pause();
      await delay(3 * awayMs);
      await nodes[0]?.resume();
    },
  ],
  [
    'a process that keeps views sleeps, others take over, and it wakes up late',
    async ({ members }) => {
      members.reporting[0]?.pause();
      await delay(asleepMs);
      members.reporting[0]?.resume();
    },
  ],
  [
    'a process with policies sleeps, others take over, and it wakes up late',
    async ({ members }) => {
      members['mpi-scoring'][1]?.pause();
      await delay(asleepMs);
      members['mpi-scoring'][1]?.resume();
    },
  ],
  [
    'a rebalance in mid-batch: a process leaves in order and comes back',
    async ({ members }) => {
      await members.reporting[1]?.stop();
      members.reporting[1]?.start();
    },
  ],
];

const { lack } = sourceOf('kafka');
const isThere = lack === undefined && sourceOf('mongo-java-server').lack === undefined;

describeWhere(isThere, lack ?? 'mongo-java-server')(`two processes of each service under load (seed ${seed})`, () => {
  let survey: SmallSurvey;
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    survey = await makeSmallSurvey();
    cluster = await Cluster.start({ instances: Object.fromEntries(services.map((service) => [service, 2])) });
  }, 300_000);
  afterAll(async () => {
    await cluster?.remove();
    survey.remove();
  });

  test(
    'lose and double nothing, whatever of them ends, stands still or wakes up late',
    async () => {
      const system = cluster as Cluster;
      const random = seeded(seed);
      let surveys = 0;
      for (let round = 0; round < rounds; round += 1) {
        const load = new Load(system.url, () => survey.firstRevised(households, (surveys += 1)));
        for (const [name, fault] of shuffled(faults, random)) {
          process.stderr.write(`  · ${name}\n`);
          await delay(random(workMsMax));
          await fault(system);
          await system.ready();
        }
        await delay(workMsMax);
        await load.end();
        expect(load.acknowledged.size).toBeGreaterThan(faults.length);
        await expectWhole(system, load);
      }
    },
    60_000 + rounds * roundMsMax,
  );
});

function shuffled<Item>(items: readonly Item[], random: (below: number) => number): readonly Item[] {
  const left = [...items];
  return items.map(() => left.splice(random(left.length), 1)[0] as Item);
}
