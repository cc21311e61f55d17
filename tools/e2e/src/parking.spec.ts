import { System } from '@faemban/acceptance';
import { Client, uploadImport } from '@faemban/cli';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeSmallSurvey, type SmallSurvey } from './small-survey';

const now = Date.UTC(2018, 9, 1, 5);
const figuresPath = '/figures?level=district&under=84&round=2561';

interface Parked {
  readonly total: number;
  readonly sequences: number;
  readonly causes: readonly { readonly view: string; readonly code: string; readonly sequences: number }[];
  readonly items: readonly { readonly view: string; readonly id: string; readonly code: string }[];
}
interface Replay {
  readonly replayId: string;
  readonly state: string;
  readonly sequences: number;
  readonly released: number;
  readonly applied: number;
  readonly stillParked: number;
}
interface Figures {
  readonly exceptParkedEvents: number;
  readonly items: readonly { readonly households: number }[];
}

let survey: SmallSurvey;
let broken: string;
beforeAll(async () => {
  survey = await makeSmallSurvey();
  broken = join(dirname(survey.households), 'broken-programme.cjs');
  const tally = join(__dirname, '../../../services/reporting/dist/areas/area-figures.view.js');
  writeFileSync(
    broken,
    `const { areaFigures } = require(${JSON.stringify(tally)});
     const { fold } = areaFigures;
     areaFigures.fold = (slice, event) => {
       if (/7$/.test(event.data.householdId ?? '')) throw new TypeError('cannot count household ' + event.data.householdId);
       return fold(slice, event);
     };`,
  );
}, 120_000);
afterAll(() => survey.remove());

describe('a programme that cannot count some households', () => {
  test('parks those, counts the others, and after the fix has every one, whatever was killed in between', async () => {
    let system = await System.start(survey.dataDir, now, broken);
    const as = (operator?: string): Client => new Client({ url: system.url, ...(operator ? { operator } : {}) });
    const parked = () => as().get<Parked>('/parked?limit=500');
    const households = async () => (await as().get<Figures>(figuresPath)).items[0]?.households ?? 0;
    const replay = async (body: object): Promise<Replay> => {
      let status = await as('somchai').post<Replay>('/parked/replays', { view: 'area-figures', ...body });
      while (status.state === 'running') {
        await new Promise((resolve) => setTimeout(resolve, 20));
        status = await as().get<Replay>(`/parked/replays/${status.replayId}`);
      }
      return status;
    };

    await importSurvey(as, survey);
    await system.settled();
    const list = await parked();
    const counted = await households();
    expect(list.sequences).toBeGreaterThan(150);
    expect(list.causes).toMatchObject([{ view: 'area-figures', sequences: list.sequences }]);
    expect(list.items.every(({ id }) => /7$/.test(id))).toBe(true);
    expect(await as().get(figuresPath)).toMatchObject({ exceptParkedEvents: list.total });
    expect(await as().get('/health/ready')).toMatchObject({ status: 'ready' });
    const certificate = await as().get<{ document: object }>('/certificates/area-figures');
    expect(certificate.document).toMatchObject({ exceptTotal: list.total, exceptSequences: list.sequences });
    expect(await as().text('/metrics')).toContain(
      `faemban_parked_total{runner="area-figures",kind="tally"} ${list.total}`,
    );
    expect(await replay({ dryRun: true, all: true })).toMatchObject({ released: 0, stillParked: list.total });

    // The fix: the same data, and a programme that can count them.
    await system.kill();
    system = await System.start(survey.dataDir, now + 60_000);
    await system.settled();
    expect((await parked()).total).toBe(list.total);
    expect(await replay({ dryRun: true, all: true })).toMatchObject({
      sequences: list.sequences,
      released: list.sequences,
      stillParked: 0,
    });
    const one = list.items[0]?.id;
    expect(await replay({ dryRun: false, household: one })).toMatchObject({ released: 1, stillParked: 0 });
    expect(await households()).toBe(counted + 1);

    const cause = list.causes[0]?.code;
    const begun = await as('somchai').post<Replay>('/parked/replays', { view: 'area-figures', dryRun: false, cause });
    await system.kill();
    system = await System.start(survey.dataDir, now + 120_000);
    await system.settled();
    const left = await parked();
    expect(await households()).toBe(counted + list.sequences - left.sequences);
    expect(await as().get(`/parked/replays/${begun.replayId}`)).toMatchObject({ state: 'interrupted', by: 'cause' });
    if (left.total > 0)
      expect(await replay({ dryRun: false, cause })).toMatchObject({ state: 'ended', stillParked: 0 });

    expect(await parked()).toMatchObject({ total: 0, items: [] });
    expect(await households()).toBe(counted + list.sequences);
    expect(await as().get(figuresPath)).toMatchObject({ exceptParkedEvents: 0 });
    const rebuild = await as('somchai').post<{ rebuildId: string }>('/rebuilds', { view: 'area-figures' });
    await as().text(`/rebuilds/${rebuild.rebuildId}/events`);
    expect(await as().get(`/rebuilds/${rebuild.rebuildId}`)).toMatchObject({ state: 'switched', differencesTotal: 0 });
    await system.stop();
  }, 300_000);
});

async function importSurvey(as: (operator?: string) => Client, { households, members }: SmallSurvey): Promise<void> {
  const { importId } = await uploadImport(as('somchai'), {
    kind: 'bmn-survey',
    source: 'cdd-bmn',
    round: 2561,
    files: { households, members },
  });
  await as('malee').post(`/imports/${importId}/approval`);
  await as('malee').waitForImport(importId, ({ state }) => state === 'applied');
}
