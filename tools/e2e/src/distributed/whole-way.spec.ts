import { faemban, System } from '@faemban/acceptance';
import { Client, uploadImport } from '@faemban/cli';
import { Cluster } from '@faemban/cluster';
import { describeWhere } from '@faemban/fixtures';
import { sourceOf } from '@faemban/native-servers';
import { makeSmallSurvey, type SmallSurvey, type SurveyFiles } from '../small-survey';
import { followTrace, TraceReceiver } from '../trace-receiver';

const households = 200;
const now = Date.UTC(2018, 9, 1, 5);
const files = ['village', 'tambol', 'amphur'].flatMap((level) =>
  ['common', '00001', '10000', '01010', '11111'].map((form) => `/tpmap/61_84_${level}_${form}.csv`),
);

const { lack, source } = sourceOf('kafka');
/** A Kafka of our own is reached as in production; one that somebody else runs, as it was made. */
const securedKafka = source === 'native';
const isThere = lack === undefined && sourceOf('mongo-java-server').lack === undefined;

/** Uploads as one operator, approves as another; answers when it is applied. */
async function importInto(url: string, { households: one, members }: SurveyFiles): Promise<void> {
  const parts = { households: one, members };
  const uploader = new Client({ url, operator: 'somchai' });
  const { importId } = await uploadImport(uploader, {
    kind: 'bmn-survey',
    source: 'cdd-bmn',
    round: 2561,
    files: parts,
  });
  const approver = new Client({ url, operator: 'malee' });
  await approver.post(`/imports/${importId}/approval`);
  await approver.waitForImport(importId, ({ state }) => state === 'applied');
}

async function figuresOf(url: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const file of files) texts.push(await new Client({ url }).text(file));
  return texts;
}

describeWhere(isThere, lack ?? 'mongo-java-server')('the services as processes on Kafka and MongoDB’s protocol', () => {
  let survey: SmallSurvey;
  let receiver: TraceReceiver;
  let cluster: Cluster;
  let embedded: readonly string[];
  beforeAll(async () => {
    survey = await makeSmallSurvey();
    receiver = await TraceReceiver.start();
    const part = survey.first(households);
    const system = await System.start(survey.dataDir, now);
    await importInto(system.url, part);
    await system.settled();
    embedded = await figuresOf(system.url);
    await system.stop();
    cluster = await Cluster.start({ nowMs: now, securedKafka, env: receiver.environment });
    await importInto(cluster.url, part);
    await cluster.settled();
  }, 400_000);
  afterAll(async () => {
    await cluster.remove();
    await receiver.stop();
    survey.remove();
  });

  test('give the very figures that the embedded system gives', async () => {
    expect(await figuresOf(cluster.url)).toEqual(embedded);
    expect(new Set(embedded).size).toBeGreaterThan(3);
  });

  test('have every view rebuilt from Kafka equal the live one, and every event verified', async () => {
    const rebuilt = await faemban<{ view: string; state: string; differencesTotal: number }[]>(
      ...['--url', cluster.url, 'rebuild', '--all', '--as', 'malee'],
    );
    expect(rebuilt).toHaveLength(5);
    expect(rebuilt.filter(({ state, differencesTotal }) => state !== 'switched' || differencesTotal !== 0)).toEqual([]);
    expect(await figuresOf(cluster.url)).toEqual(embedded);
    const approver = new Client({ url: cluster.url, operator: 'malee' });
    await approver.post('/seals');
    expect(await approver.post('/verifications')).toMatchObject({ verdict: 'unaltered', findingsTotal: 0 });
  }, 180_000);

  test('go on where they were when all of them were stopped and started in another order', async () => {
    await cluster.stop();
    for (const member of [...cluster.all].reverse()) member.start();
    cluster.frontDoor.start();
    await cluster.ready();
    await cluster.settled();
    expect(await figuresOf(cluster.url)).toEqual(embedded);
  }, 180_000);

  test('let one trace be followed from an approval through three processes', () => {
    followTrace(receiver.spans, [
      { service: 'ingestion', name: 'POST /imports/:importId/approval' },
      { service: 'ingestion', name: 'command ApproveImport' },
      { service: 'ingestion', name: 'import approved' },
      { service: 'mpi-scoring', name: 'policy tell-score-of-survey' },
      { service: 'mpi-scoring', name: 'append mpi-scoring' },
      { service: 'reporting', name: /^apply (area-figures|household-list)$/ },
    ]);
    expect(receiver.refused).toEqual([]);
  });

  test('serve an embedded installation that was migrated: the same figures, the same log, and it goes on', async () => {
    await cluster.stop();
    const of = { folder: `${survey.dataDir}-services`, mongo: cluster.mongo, databasePrefix: 'migrated' };
    const report = await faemban<{ contexts: unknown[] }>(
      ...['migrate', '--data', survey.dataDir, '--to-data', of.folder],
      ...['--mongodb-url', of.mongo.url, '--database-prefix', of.databasePrefix],
    );
    expect(JSON.stringify(report)).toContain('mpi-scoring');
    const migrated = await Cluster.start({ of, nowMs: now + 3_600_000, partitionCount: 32 });
    try {
      await migrated.settled();
      expect(await figuresOf(migrated.url)).toEqual(embedded);
      const approver = new Client({ url: migrated.url, operator: 'malee' });
      expect(await approver.post('/verifications')).toMatchObject({ verdict: 'unaltered', findingsTotal: 0 });
      await importInto(migrated.url, survey.firstRevised(20, 500));
      await migrated.settled();
      expect(await approver.post('/verifications')).toMatchObject({ verdict: 'unaltered', findingsTotal: 0 });
    } finally {
      await migrated.remove();
    }
  }, 300_000);
});
