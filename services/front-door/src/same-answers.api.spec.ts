import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@faemban/cli';
import type { ServerStatus } from '@faemban/nest-kit';
import { createStandalone, type Standalone } from '@faemban/standalone';
import { removeFolder, ServicesUnderTest, smallSurvey } from './testing/services-under-test';
import type { MergedStatus } from './operations/merged-status';

jest.setTimeout(180_000);
const households = 60;
const looksMax = 60;
const lookEveryMs = 500;

let folder: string;
let dataDir: string;
let services: ServicesUnderTest | undefined;
let standalone: Standalone | undefined;
let importId: string;

beforeAll(async () => {
  const survey = await smallSurvey(households);
  folder = survey.folder;
  dataDir = join(folder, 'data');
  services = await ServicesUnderTest.start(dataDir);
  importId = await services.takeIn(survey);
}, 180_000);
afterAll(async () => {
  await services?.stop();
  await standalone?.stop();
  removeFolder(folder);
});

const door = () => new Client({ url: services?.url ?? '', operator: 'malee' });
async function answerOf(url: string, path: string): Promise<{ status: number; type: string | null; text: string }> {
  const answer = await fetch(url + path);
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

/** The status while every service answers; on a busy machine one may be late for a second. */
async function statusOfAll(): Promise<MergedStatus> {
  for (let looks = 1; ; looks += 1) {
    const status = await door().get<MergedStatus>('/status');
    if (status.services.every(({ ready }) => ready === 1) || looks === looksMax) return status;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

interface SealOf {
  readonly document: { readonly partitions: readonly { readonly partition: number; readonly size: number }[] };
}
interface Rebuild {
  readonly rebuildId: string;
  readonly view: string;
  readonly state: string;
}

describe('what operators use, through the front door', () => {
  test('the status has every context and runner, and how many instances each service has', async () => {
    const status = await statusOfAll();
    expect(status.contexts.map(({ context }) => context)).toEqual([
      ...['ingestion', 'identity-verification', 'mpi-scoring', 'reporting'],
    ]);
    expect(status.contexts[0]?.events).toBeGreaterThan(households);
    const runners = status.runners.map(({ name }) => name);
    expect(runners).toEqual(expect.arrayContaining(['area-figures', 'household-scores', 'tell-score-of-survey']));
    expect(new Set(runners).size).toBe(runners.length);
    expect(status.services.map(({ instances, ready }) => [instances, ready])).toEqual([1, 2, 3, 4].map(() => [1, 1]));
    expect(status.runners.every((runner) => runner.vector === undefined)).toBe(true);
    expect((await door().get<ServerStatus>('/status?vectors=true')).runners[0]?.vector).toBeDefined();
  });

  test('a view is rebuilt wherever it is, watched, listed and reported on', async () => {
    for (const view of ['household-scores', 'household-history']) {
      const begun = await door().post<Rebuild>('/rebuilds', { view });
      const events = await (await fetch(`${services?.url}/rebuilds/${begun.rebuildId}/events`)).text();
      expect(events).toContain('"state":"switched"');
      expect(await door().get(`/rebuilds/${begun.rebuildId}`)).toMatchObject({ view, state: 'switched' });
      expect(await door().get(`/rebuilds/${begun.rebuildId}/report.json`)).toMatchObject({ document: { view } });
      const page = await answerOf(services?.url ?? '', `/rebuilds/${begun.rebuildId}/report`);
      expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
      expect(await door().get(`/certificates/${view}`)).toMatchObject({ document: { view } });
    }
    const { items } = await door().get<{ items: Rebuild[] }>('/rebuilds');
    expect(items.map(({ view }) => view)).toEqual(['household-history', 'household-scores']);
  });

  test('what nobody has is refused in the words of one server, with the views of all', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';
    await expect(door().get(`/rebuilds/${unknown}`)).rejects.toMatchObject({ status: 404, code: 'rebuild-unknown' });
    await expect(door().post(`/rebuilds/${unknown}/cancel`)).rejects.toMatchObject({ code: 'rebuild-unknown' });
    await expect(door().get(`/parked/replays/${unknown}`)).rejects.toMatchObject({ code: 'replay-unknown' });
    await expect(door().get('/parked?view=nothing')).rejects.toMatchObject({ status: 404, code: 'view-unknown' });
    await expect(
      door().post('/parked/replays', { view: 'area-figures', dryRun: true, all: true }),
    ).rejects.toMatchObject({ status: 409, code: 'nothing-parked' });
    const refusal = await door()
      .post('/rebuilds', { view: 'nothing' })
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({ status: 404, code: 'view-unknown' });
    expect((refusal as { sentence: { en: string } }).sentence.en).toMatch(/household-scores.*area-figures/);
    await expect(door().post('/rebuilds', { view: 1 })).rejects.toMatchObject({ status: 400, code: 'input-invalid' });
    await expect(door().get('/parked?limit=0')).rejects.toMatchObject({ status: 400, code: 'input-invalid' });
    await expect(door().get('/parked?after=x')).rejects.toMatchObject({ status: 400, code: 'cursor-malformed' });
  });

  test('everything is sealed, proven and verified, context by context and together', async () => {
    const sealed = await door().post<{ items: { document: { context: string } }[] }>('/seals');
    const contexts = sealed.items.map(({ document }) => document.context);
    expect(contexts).toEqual(expect.arrayContaining(['ingestion', 'identity-verification', 'mpi-scoring']));
    expect(new Set(contexts).size).toBe(contexts.length);
    const { items } = await door().get<{ items: { context: string }[] }>('/seals');
    expect(items.map(({ context }) => context)).toEqual([
      ...['ingestion', 'identity-verification', 'mpi-scoring', 'reporting'],
    ]);
    for (const context of ['ingestion', 'identity-verification', 'mpi-scoring']) {
      const { items: seals } = await door().get<{ items: SealOf[] }>(`/seals/${context}`);
      const partition = seals[0]?.document.partitions.find(({ size }) => size > 0)?.partition;
      expect(await door().get(`/proofs/${context}/${partition}/1`)).toMatchObject({ event: { context, seq: 1 } });
      expect(await door().text(`/seals/${context}/${partition}/checkpoint`)).toContain(context);
    }
    const verified = await door().post<{ verdict: string; events: number }>('/verifications');
    expect(verified).toMatchObject({ verdict: 'unaltered', findings: [], sealFaults: [] });
    expect(await door().get('/verifications')).toMatchObject({ items: [{ verdict: 'unaltered' }] });
    expect((await door().get<{ items: object[] }>('/signing-keys')).items).toHaveLength(1);
    await expect(new Client({ url: services?.url ?? '' }).post('/seals')).rejects.toMatchObject({
      code: 'operator-required',
    });
  });

  test('its document has every route that one server has', async () => {
    const reference = JSON.parse(readFileSync(join(__dirname, '../../../docs/reference/openapi.json'), 'utf8')) as {
      paths: object;
    };
    const { paths } = await door().get<{ paths: object }>('/docs/openapi.json');
    expect(paths).toEqual(reference.paths);
    expect((await answerOf(services?.url ?? '', '/docs')).text).toContain('swagger-ui');
    expect((await answerOf(services?.url ?? '', '/docs/swagger-ui-init.js')).text).toContain('/docs/openapi.json');
  });
});

test('the answers of services behind a front door are those of one server', async () => {
  const found = (await door().get<{ items: { householdId: string }[] }>('/households?under=84&limit=5')).items;
  const householdId = found[0]?.householdId ?? '';
  expect(householdId).not.toBe('');
  const paths = [
    ...['/imports', `/imports/${importId}`, `/imports/${importId}/errors`, `/imports/${importId}/errors.csv`],
    ...[`/imports/${importId}/preview`, '/imports/nothing', '/reviews', '/reviews/counts', '/area-mappings'],
    ...[
      '/import-mappings',
      '/persons/1',
      `/persons/${householdId}`,
      '/rulesets',
      '/mpi/figures?level=district&under=84&round=2561',
      '/mpi/nothing',
    ],
    ...[`/households/${householdId}/score`, `/households/${householdId}/history`, '/households?under=84&limit=20'],
    ...[
      '/figures?level=tambon&under=8405&round=2561&ruleset=tpmap-2561',
      '/households',
      '/rulesets/compare',
      '/tpmap/61_84_tambol_common.csv',
      '/parked',
      '/seals/ingestion',
    ],
    ...['/seals/nothing', '/seals/case-management', '/log/ingestion/heads', '/imports?limit=0'],
  ];
  const through = new Map<string, object>();
  for (const path of paths) through.set(path, await answerOf(services?.url ?? '', path));
  await services?.stop();
  services = undefined;
  standalone = await createStandalone({ dataDir, port: 0, partitionCount: 4, logLevel: 'error' });
  await standalone.start();
  await standalone.settled();
  const direct = new Map<string, object>();
  for (const path of paths) direct.set(path, await answerOf(standalone.url, path));
  expect(Object.fromEntries(through)).toEqual(Object.fromEntries(direct));
  const statuses = [...through.values()].map((answer) => (answer as { status: number }).status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(15);
});
