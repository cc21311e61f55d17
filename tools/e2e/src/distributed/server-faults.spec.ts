import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, services } from '@faemban/cluster';
import type { Head } from '@faemban/event-sourcing';
import { describeWhere } from '@faemban/fixtures';
import { sourceOf } from '@faemban/native-servers';
import { makeSmallSurvey, type SmallSurvey } from '../small-survey';
import { copyDatabases } from './copied-databases';
import { Load } from './load';
import { expectWhole } from './whole';

/** How often a server is killed; of three brokers one after the other. `npm run faults` kills ten times. */
const kills = Number(process.env['FAEMBAN_SERVER_KILLS'] ?? 1);
const households = 40;
const workMs = 2_000;
const awayMs = 1_500;
/** A process that cannot reach its database has noticed by then. */
const startingMs = 9_000;
const killMsMax = 90_000;

const lackOf = (...names: readonly Parameters<typeof sourceOf>[0][]): string | undefined =>
  names.map((name) => sourceOf(name).lack).find((lack) => lack !== undefined);

let survey: SmallSurvey;
let cluster: Cluster | undefined;
let surveys = 0;
const nextSurvey = () => survey.firstRevised(households, (surveys += 1));
beforeAll(async () => {
  survey = await makeSmallSurvey();
}, 120_000);
afterEach(() => cluster?.remove(), 60_000);
afterAll(() => survey.remove());

const noFerret = lackOf('kafka', 'ferretdb');
describeWhere(noFerret === undefined, noFerret ?? '')('a database that is killed under load', () => {
  test(
    'has every acknowledged command, and the services go on by themselves',
    async () => {
      const system = (cluster = await Cluster.start({ mongo: 'ferretdb', partitionCount: 4 }));
      const load = new Load(system.url, nextSurvey, 1);
      for (let kill = 0; kill < kills; kill += 1) {
        await delay(workMs);
        await system.mongo.control?.kill();
        // A process that is started meanwhile waits for the database, in words.
        const [member] = system.members.reporting;
        await member?.kill();
        member?.start();
        await delay(startingMs);
        expect(await waitsFor(member?.url ?? '')).toContain('mongodb');
        await system.mongo.control?.start();
        await system.ready();
      }
      await delay(workMs);
      await load.end();
      expect(load.acknowledged.size).toBeGreaterThan(0);
      await expectWhole(system, load);
    },
    240_000 + kills * killMsMax,
  );
});

// In every run log-kafka's own suite kills leaders of three; whole systems behind them are for the long one.
const noThree =
  process.env['FAEMBAN_SERVER_KILLS'] === undefined
    ? 'FAEMBAN_SERVER_KILLS, as npm run faults gives it'
    : lackOf('kafka-of-three', 'mongo-java-server');
describeWhere(noThree === undefined, noThree ?? '')('three brokers, each of which is killed while it leads', () => {
  test(
    'lose nothing that was published, and nothing is published twice to who reads by (source, id)',
    async () => {
      const system = (cluster = await Cluster.start({ kafkaNodes: 3 }));
      const load = new Load(system.url, nextSurvey, 1);
      for (let kill = 0; kill < kills; kill += 1) {
        const node = system.kafka.nodes[kill % 3];
        await delay(workMs);
        await node?.kill();
        await delay(2 * awayMs);
        await node?.start();
        await system.ready();
      }
      await delay(workMs);
      await load.end();
      await expectWhole(system, load);
    },
    240_000 + kills * killMsMax,
  );
});

const noJava = lackOf('kafka', 'mongo-java-server');
describeWhere(noJava === undefined, noJava ?? '')('databases that are restored from an older backup', () => {
  test('take back what was published since, before anything new is recorded', async () => {
    const system = (cluster = await Cluster.start());
    const first = new Load(system.url, nextSurvey, 1);
    await delay(3 * workMs);
    await first.end();
    await system.settled();
    const backedUp = await headsOf(system);
    await system.stop();
    const restore = await copyDatabases(system.mongo.url, system.databasePrefix);

    for (const member of [system.frontDoor, ...system.all]) member.start();
    await system.ready();
    const second = new Load(system.url, nextSurvey, 1);
    await delay(3 * workMs);
    await second.end();
    await system.settled();
    const before = await headsOf(system);
    expect(eventsOf(before)).toBeGreaterThan(eventsOf(backedUp));
    await system.stop();

    await restore();
    for (const member of [system.frontDoor, ...system.all]) member.start();
    await system.ready();
    await system.settled();
    const after = await headsOf(system);
    // What services record of their own start may have been added; nothing is missing, and nothing is another.
    for (const { key, seq, chainHash } of before) {
      const same = after.find((one) => one.key === key);
      expect([key, (same?.seq ?? 0) >= seq]).toEqual([key, true]);
      if (same?.seq === seq) expect([key, same.chainHash]).toEqual([key, chainHash]);
    }
    const third = new Load(system.url, nextSurvey, 1);
    await delay(workMs);
    await third.end();
    for (const [key, importId] of [...first.acknowledged, ...second.acknowledged])
      third.acknowledged.set(key, importId);
    await expectWhole(system, third);
  }, 400_000);
});

const eventsOf = (heads: readonly { readonly seq: number }[]): number => heads.reduce((sum, { seq }) => sum + seq, 0);

/** The names of what a process waits for. */
async function waitsFor(url: string): Promise<readonly string[]> {
  const { checks } = (await (await fetch(`${url}/health/ready`)).json()) as {
    checks: readonly { name: string; ready: boolean }[];
  };
  return checks.filter(({ ready }) => !ready).map(({ name }) => name);
}

async function headsOf(system: Cluster): Promise<readonly { key: string; seq: number; chainHash: string }[]> {
  const all = await Promise.all(
    services.map(async (service) => {
      const [answer] = (await system.askService(service, `/log/${service}/heads`)) as { heads: readonly Head[] }[];
      return (answer?.heads ?? []).map(({ partition, seq, chainHash }) => ({
        key: `${service}/${partition}`,
        seq,
        chainHash,
      }));
    }),
  );
  return all.flat();
}
