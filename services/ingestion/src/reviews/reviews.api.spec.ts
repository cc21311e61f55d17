import { bucketHouseholds } from '../staging/spool.file';
import { IngestionServer } from '../testing/ingestion.harness';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
} from '../testing/survey-files';

// Several imports in one test, one after another, on a machine that may have other work.
jest.setTimeout(30_000);

let ingestion: IngestionServer;
beforeEach(async () => {
  ingestion = await IngestionServer.start();
});
afterEach(async () => {
  IngestionServer.afterAppend = () => undefined;
  await ingestion.stop();
});

const unknown = '8499010101';
const survey = {
  households: householdsCsv(
    householdCells('h-1'),
    householdCells('h-2', { village_id: unknown }),
    householdCells('h-3', { village_id: '8499010102' }),
  ),
  members: membersCsv(memberCells('h-1', 1), memberCells('h-2', 2), memberCells('h-3', 3)),
};

interface Item {
  readonly [field: string]: unknown;
}
const list = async (query = ''): Promise<Item[]> =>
  (await ingestion.call<{ items: Item[] }>('GET', `/reviews${query}`)).body.items;
const counts = async (query = ''): Promise<Item[]> =>
  (await ingestion.call<{ items: Item[] }>('GET', `/reviews/counts${query}`)).body.items;
const propose = (target: string, sourceCode = unknown) =>
  ingestion.call<{ mappingId: string; code?: string }>('POST', '/area-mappings', {
    ...{ source: 'cdd-bmn', sourceCode, target },
  });
const approve = (mappingId: string, target: string, operator = 'malee') =>
  ingestion.call('POST', `/area-mappings/${mappingId}/approval`, { target }, { 'faemban-operator': operator });

async function mapped(target: string, sourceCode = unknown): Promise<void> {
  const { body } = await propose(target, sourceCode);
  const { status } = await approve(body.mappingId, target);
  expect(status).toBe(202);
}

async function untilWaiting(rows: number): Promise<void> {
  while ((await list()).length !== rows) await new Promise((resolve) => setImmediate(resolve));
}

async function appliedCounts(importId: string, toReview: number): Promise<unknown> {
  for (;;) {
    const { body } = await ingestion.call('GET', `/imports/${importId}`);
    if ((body['applied'] as { toReview: number } | undefined)?.toReview === toReview) return body['applied'];
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('the review queue', () => {
  test('lists over all imports what waits, with its cause, and filters by area, source and kind', async () => {
    const first = await ingestion.applied('bmn-survey', survey);
    const second = await ingestion.applied('welfare-register', {
      register: registerCsv(registerCells(1), registerCells(99)),
    });
    expect(await list()).toEqual([
      {
        ...{ importId: first.importId, source: 'cdd-bmn', round: 2561, kind: 'area', part: 'households', row: 3 },
        ...{ reason: 'area-district-unknown', area: unknown, since: expect.any(String) },
      },
      expect.objectContaining({ importId: first.importId, area: '8499010102', row: 4 }),
      expect.objectContaining({ importId: second.importId, kind: 'person', reason: 'number-unknown', area: null }),
    ]);
    expect(await list('?kind=person')).toHaveLength(1);
    expect(await list('?source=mof-welfare')).toHaveLength(1);
    expect(await list('?area=849901')).toHaveLength(2);
    expect(await list('?area=8499010102')).toHaveLength(1);
    const { body } = await ingestion.call<{ items: Item[]; next: string }>('GET', '/reviews?limit=2');
    expect(body.items).toHaveLength(2);
    expect(await list(`?limit=2&after=${body.next}`)).toEqual([expect.objectContaining({ kind: 'person' })]);
    expect(await counts('?kind=area')).toEqual([
      expect.objectContaining({
        source: 'cdd-bmn',
        area: unknown,
        rows: 1,
        imports: 1,
        reason: 'area-district-unknown',
      }),
      expect.objectContaining({ area: '8499010102', rows: 1 }),
    ]);
  });

  test('forgets imports that are rejected or undone', async () => {
    const { importId } = await ingestion.validated('bmn-survey', survey);
    expect(await list()).toHaveLength(2);
    await ingestion.call('POST', `/imports/${importId}/rejection`, {});
    expect(await list()).toEqual([]);
  });

  test('is counted by cause and age in metrics', async () => {
    await ingestion.applied('bmn-survey', survey);
    ingestion.clock.advance(3600 * 1000);
    const metrics = await (await fetch(`${ingestion.server.url}/metrics`)).text();
    const labels = 'source="cdd-bmn",kind="area",reason="area-district-unknown"';
    expect(metrics).toContain(`faemban_reviews_waiting_rows{${labels}} 2`);
    const oldest = new RegExp(`faemban_reviews_oldest_seconds\\{${labels}\\} (\\d+)`).exec(metrics)?.[1];
    expect(Number(oldest)).toBeGreaterThanOrEqual(3600);
  });
});

describe('mapping an unknown area code', () => {
  test('applies the households that waited for it, and only those', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    await mapped('8417010102');
    await untilWaiting(1);
    expect(await appliedCounts(importId, 1)).toEqual({
      ...{ listed: 2, surveyed: 2, registrations: 0, fragilities: 0, unchanged: 0, toReview: 1 },
    });
    const { body } = await ingestion.call<{ items: { householdId: string }[] }>('GET', `/imports/${importId}/preview`);
    const events = await ingestion.eventsOf(`household-${body.items[1]?.householdId}`);
    expect(events.map(({ type }) => type)).toEqual(['HouseholdListed', 'HouseholdSurveyed']);
    expect(events[1]?.data['area']).toEqual({
      ...{ sourceCode: unknown, village: '8417010102', tambon: '841701', municipality: null },
      ...{ district: '8417', province: '84', crosswalkVersion: 'tpmap-2560.1+cdd-bmn' },
    });
    expect((await ingestion.eventsOf(`import-${importId}`)).at(-1)).toMatchObject({
      type: 'WaitingHouseholdsApplied',
      data: { households: 1, surveyed: 1 },
    });
  });

  test('to a whole municipality leaves the village open', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    await mapped('841751');
    await appliedCounts(importId, 1);
    const { body } = await ingestion.call<{ items: { householdId: string }[] }>('GET', `/imports/${importId}/preview`);
    const [, surveyed] = await ingestion.eventsOf(`household-${body.items[1]?.householdId}`);
    expect(surveyed?.data['area']).toMatchObject({ village: '8417510000', tambon: null, municipality: '841751' });
  });

  test('needs a second operator, and a target that exists', async () => {
    await ingestion.applied('bmn-survey', survey);
    expect((await propose('8499010199')).body.code).toBe('target-area-unknown');
    const { body } = await propose('8417010102');
    expect((await approve(body.mappingId, '8417010102', 'somchai')).body['code']).toBe('approver-must-not-be-proposer');
    expect((await approve(body.mappingId, '8417010101')).body['code']).toBe('proposal-changed');
    expect(await counts('?area=8499010101')).toEqual([
      expect.objectContaining({
        mapping: { mappingId: body.mappingId, proposed: { target: '8417010102', by: 'somchai' } },
      }),
    ]);
    const declined = await ingestion.call('POST', `/area-mappings/${body.mappingId}/refusal`);
    expect(declined.body).not.toHaveProperty('proposed');
    expect(await list()).toHaveLength(2);
  });

  test('is remembered for later imports, also over a restart', async () => {
    await mapped('8417010102');
    ingestion = await ingestion.restart();
    const applied = await ingestion.applied('bmn-survey', survey);
    expect(applied).toMatchObject({ toReview: 1, applied: { surveyed: 2, toReview: 1 } });
    const again = await ingestion.validated('bmn-survey', {
      ...survey,
      members: membersCsv(memberCells('h-3', 3), memberCells('h-2', 2), memberCells('h-1', 1)),
    });
    expect(again['preview']).toMatchObject({ same: 2, new: 0, changed: 0 });
  });

  test('approved while the import still waits for its own approval applies them after it', async () => {
    const { importId } = await ingestion.validated('bmn-survey', survey);
    await mapped('8417010102');
    await ingestion.approve(importId);
    await ingestion.until(importId, (state) => state === 'applied');
    expect(await appliedCounts(importId, 1)).toMatchObject({ surveyed: 2 });
  });

  test('says the same as a file that came since: nothing is recorded twice', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    await mapped('8417010102');
    await appliedCounts(importId, 1);
    const again = await ingestion.validated('bmn-survey', {
      ...survey,
      members: membersCsv(memberCells('h-3', 3), memberCells('h-2', 2), memberCells('h-1', 1)),
    });
    expect(again['preview']).toMatchObject({ same: 2, new: 0, changed: 0 });
  });

  test('keeps the sealed files of an import as long as households of it wait, and what was applied can be undone', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    ingestion.clock.advance(40 * 24 * 3600 * 1000);
    ingestion = await ingestion.restart();
    await mapped('8417010102');
    await appliedCounts(importId, 1);
    await ingestion.call('POST', `/imports/${importId}/rollback`, { reason: 'wrong-file' });
    const rollbackState = async () => (await ingestion.call('GET', `/imports/${importId}/rollback`)).body.state;
    while ((await rollbackState()) !== 'awaiting-approval') await new Promise((resolve) => setImmediate(resolve));
    await ingestion.call('POST', `/imports/${importId}/rollback/approval`, {}, { 'faemban-operator': 'malee' });
    while ((await rollbackState()) !== 'rolled-back') await new Promise((resolve) => setImmediate(resolve));
    expect((await ingestion.call('GET', `/imports/${importId}/rollback`)).body['done']).toEqual({
      ...{ households: 2, withdrawn: 2, restored: 0 },
    });
    expect(await list()).toEqual([]);
  });
});

describe('households that waited, when recording them is interrupted', () => {
  const refs = Array.from({ length: bucketHouseholds + 30 }, (_, index) => `h-${index}`);
  const large = {
    households: householdsCsv(...refs.map((ref) => householdCells(ref, { village_id: unknown }))),
    members: membersCsv(...refs.map((ref, index) => memberCells(ref, index))),
  };

  test.each([1, 2, 4])('after append %d are all recorded once after the next start', async (n) => {
    const { importId } = await ingestion.applied('bmn-survey', large);
    const { body } = await propose('8417010102');
    let calls = 0;
    const interruption = new Promise<void>((resolve) => {
      IngestionServer.afterAppend = () => {
        calls += 1;
        // The first append is the approval itself.
        if (calls <= n) return;
        resolve();
        throw new Error('as if the machine had stopped');
      };
    });
    await approve(body.mappingId, '8417010102');
    await interruption;
    IngestionServer.afterAppend = () => undefined;
    ingestion = await ingestion.restart();
    expect(await appliedCounts(importId, 0)).toMatchObject({ listed: refs.length, surveyed: refs.length });
    const types: string[] = [];
    const { log } = ingestion.platform;
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      for (const { type } of await log.read('ingestion', partition, 0, 1_000_000)) types.push(type);
    }
    expect(types.filter((type) => type === 'HouseholdSurveyed')).toHaveLength(refs.length);
    expect(types.filter((type) => type === 'WaitingHouseholdsApplied')).toHaveLength(1);
  });
});
