import { eventsOf, System } from '@faemban/acceptance';
import { Client, uploadImport } from '@faemban/cli';
import { importIds } from './import-survey';
import { makeSmallSurvey, type SmallSurvey } from './small-survey';

const now = Date.UTC(2018, 9, 1, 5);
const kills = 5;
/** Repeatable "random" moments: milliseconds of work before each kill, spread over validation, applying and scoring. */
const momentsMs = [400, 1_300, 700, 2_100, 1_000];

let survey: SmallSurvey;
beforeAll(async () => {
  survey = await makeSmallSurvey();
}, 120_000);
afterAll(() => survey.remove());

const figuresOf = (system: System) => new Client({ url: system.url }).text('/tpmap/61_84_tambol_common.csv');

describe('a process killed in the middle of an import', () => {
  test('has, after it is started again, the figures of an import that nobody disturbed', async () => {
    const undisturbed = await System.start(`${survey.dataDir}-undisturbed`, now);
    await importSurvey(undisturbed);
    const wanted = await figuresOf(undisturbed);
    const eventsWanted = await eventsOf(undisturbed);
    await undisturbed.stop();

    let system = await System.start(survey.dataDir, now);
    const importId = await uploaded(system);
    await new Client({ url: system.url, operator: 'malee' }).post(`/imports/${importId}/approval`);
    for (let kill = 0; kill < kills; kill += 1) {
      await new Promise((resolve) => setTimeout(resolve, momentsMs[kill]));
      await system.kill();
      system = await System.start(survey.dataDir, now + kill * 1000);
    }
    await new Client({ url: system.url }).waitForImport(importId, ({ state }) => state === 'applied');
    await system.settled();
    expect(await figuresOf(system)).toBe(wanted);
    expect(await eventsOf(system)).toBe(eventsWanted);
    await system.stop();
  }, 300_000);
});

describe('two clients and an import at once', () => {
  test('lose no command and double none', async () => {
    const system = await System.start(`${survey.dataDir}-busy`, now);
    const importing = importSurvey(system);
    const keys = Array.from({ length: 40 }, (_, at) => `key-${at}`);
    const clients = ['somchai', 'malee'].map((operator) => new Client({ url: system.url, operator }));
    const opened = await Promise.all(
      clients.map(async (client, at) => {
        const ids: string[] = [];
        for (const key of keys) {
          const body = { kind: 'bmn-survey', source: 'cdd-bmn', round: 2562 };
          const first = await client.post<{ importId: string }>('/imports', body, `${key}-${at}`);
          const again = await client.post<{ importId: string }>('/imports', body, `${key}-${at}`);
          expect(again.importId).toBe(first.importId);
          ids.push(first.importId);
        }
        return ids;
      }),
    );
    await importing;
    const ids = opened.flat();
    expect(new Set(ids).size).toBe(2 * keys.length);
    const listed = await importIds(system.url);
    expect(listed.filter((importId) => ids.includes(importId)).sort()).toEqual([...ids].sort());
    expect(listed).toHaveLength(ids.length + 1);
    await system.stop();
  }, 300_000);
});

async function uploaded(system: System): Promise<string> {
  const { importId, state } = await uploadImport(new Client({ url: system.url, operator: 'somchai' }), {
    kind: 'bmn-survey',
    source: 'cdd-bmn',
    round: 2561,
    files: { households: survey.households, members: survey.members },
  });
  expect(state).toBe('validated');
  return importId;
}

async function importSurvey(system: System): Promise<void> {
  const importId = await uploaded(system);
  const approver = new Client({ url: system.url, operator: 'malee' });
  await approver.post(`/imports/${importId}/approval`);
  await approver.waitForImport(importId, ({ state }) => state === 'applied');
  await system.settled();
}
