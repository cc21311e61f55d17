import { System } from '@faemban/acceptance';
import { Client, uploadImport } from '@faemban/cli';
import { documentFault, readVerifierKeyLine, type SignedDocument } from '@faemban/event-sourcing';
import { makeSmallSurvey, type SmallSurvey } from './small-survey';

const now = Date.UTC(2018, 9, 1, 5);
const ends = ['switched', 'refused', 'failed', 'cancelled'];

interface Rebuild {
  readonly rebuildId: string;
  readonly view: string;
  readonly state: string;
  readonly isPaused: boolean;
  readonly differencesTotal?: number;
}
interface Report {
  readonly verdict: string;
  readonly complete: readonly unknown[];
}

let survey: SmallSurvey;
beforeAll(async () => {
  survey = await makeSmallSurvey();
}, 120_000);
afterAll(() => survey.remove());

describe('rebuilds of every view, killed while they fill', () => {
  test('go on after the restart, are equal, and go into service under a report that verifies offline', async () => {
    let system = await System.start(survey.dataDir, now);
    await imported(system);
    let client = clientOf(system);
    const figures = await client.text('/tpmap/61_84_tambol_common.csv');
    const views = await viewNames(client);
    expect(views).toEqual(expect.arrayContaining(['area-figures', 'household-history', 'household-list']));
    const begun = await Promise.all(views.map((view) => client.post<Rebuild>('/rebuilds', { view })));
    await system.kill();

    system = await System.start(survey.dataDir, now + 60_000);
    client = clientOf(system);
    for (const { rebuildId, view } of begun) {
      const ended = await endOf(client, rebuildId);
      expect(ended).toMatchObject({ view, state: 'switched', differencesTotal: 0 });
      const report = await client.get<SignedDocument<Report>>(`/rebuilds/${rebuildId}/report.json`);
      const { items } = await client.get<{ items: readonly { line: string }[] }>('/signing-keys');
      expect(
        documentFault(
          report,
          items.map(({ line }) => readVerifierKeyLine(line)),
        ),
      ).toBeUndefined();
      expect(report.document).toMatchObject({ verdict: 'equal' });
      expect(report.document.complete.length).toBeGreaterThan(0);
    }
    await system.settled();
    expect(await client.text('/tpmap/61_84_tambol_common.csv')).toBe(figures);
    await system.stop();
  }, 300_000);

  test('that were paused are found paused, and go on when told to', async () => {
    let system = await System.start(survey.dataDir, now + 120_000);
    const first = clientOf(system);
    const { rebuildId } = await first.post<Rebuild>('/rebuilds', { view: 'household-history', switch: false });
    const paused = await first.post<Rebuild>(`/rebuilds/${rebuildId}/pause`);
    expect(paused).toMatchObject({ isPaused: true });
    await system.kill();

    system = await System.start(survey.dataDir, now + 180_000);
    const client = clientOf(system);
    expect(await client.get<Rebuild>(`/rebuilds/${rebuildId}`)).toMatchObject({ isPaused: true });
    await client.post(`/rebuilds/${rebuildId}/resume`);
    expect(await endOf(client, rebuildId, [...ends, 'verified'])).toMatchObject({
      state: 'verified',
      differencesTotal: 0,
    });
    expect(await client.post<Rebuild>(`/rebuilds/${rebuildId}/cancel`)).toMatchObject({ state: 'cancelled' });
    await system.stop();
  }, 300_000);
});

const clientOf = (system: System): Client => new Client({ url: system.url, operator: 'malee' });

async function endOf(client: Client, rebuildId: string, among = ends): Promise<Rebuild> {
  for (;;) {
    const status = await client.get<Rebuild>(`/rebuilds/${rebuildId}`);
    if (among.includes(status.state)) return status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function viewNames(client: Client): Promise<readonly string[]> {
  const { runners } = await client.get<{ runners: readonly { name: string; kind: string }[] }>('/status');
  return runners.filter(({ kind }) => kind !== 'policy').map(({ name }) => name);
}

async function imported(system: System): Promise<void> {
  const { importId } = await uploadImport(new Client({ url: system.url, operator: 'somchai' }), {
    kind: 'bmn-survey',
    source: 'cdd-bmn',
    round: 2561,
    files: { households: survey.households, members: survey.members },
  });
  const approver = clientOf(system);
  await approver.post(`/imports/${importId}/approval`);
  await approver.waitForImport(importId, ({ state }) => state === 'applied');
  await system.settled();
}
