import { type ImportShown, IngestionServer } from '../testing/ingestion.harness';
import {
  fragileCsv,
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  testNumber,
} from '../testing/survey-files';

const survey = {
  households: householdsCsv(
    householdCells('h-1', { income_main_baht: '90000' }),
    householdCells('h-2'),
    householdCells('h-3'),
  ),
  members: membersCsv(
    memberCells('h-1', 1),
    memberCells('h-1', 11, { member_no: '2', is_head: '0', first_name: 'สมใจ', relation: 'child' }),
    memberCells('h-2', 2),
    memberCells('h-3', 3),
  ),
};

let ingestion: IngestionServer;
let householdIds: string[];
beforeEach(async () => {
  ingestion = await IngestionServer.start();
  const { importId } = await ingestion.applied('bmn-survey', survey);
  const { body } = await ingestion.call<{ items: { householdId: string }[] }>('GET', `/imports/${importId}/preview`);
  householdIds = body.items.map(({ householdId }) => householdId);
});
afterEach(() => ingestion.stop());

async function list(text: string, round = 2564): Promise<ImportShown> {
  const shown = await ingestion.validated('fragile-list', { list: text }, round);
  expect(await ingestion.problems(shown.importId)).toEqual([]);
  if (shown.state === 'held') {
    const release = { reason: 'corrected-file-sent-whole' };
    await ingestion.call('POST', `/imports/${shown.importId}/release`, release, { 'faemban-operator': 'malee' });
  }
  await ingestion.approve(shown.importId);
  return ingestion.until(shown.importId, (state) => state === 'applied');
}
const reasons = async (importId: string): Promise<string[]> => {
  const { body } = await ingestion.call<{ items: { row: number; reason: string }[] }>(
    'GET',
    `/imports/${importId}/review`,
  );
  return body.items.map(({ row, reason }) => `${row} ${reason}`);
};
const fragilities = async (householdId: string | undefined) =>
  (await ingestion.eventsOf(`household-${householdId}`)).filter(({ type }) => type === 'FragilityRecorded');

describe('importing a list of fragile households', () => {
  test('records what it says of each household, named by reference or by a member’s number', async () => {
    const done = await list(
      fragileCsv(
        { household_ref: 'h-1', fragile_hh: '1', tpmap_hh: 'Y' },
        { citizen_id: testNumber(2), fragile_hh: 'ใช่', tpmap_hh: 'ไม่ใช่' },
        { household_ref: 'h-3', citizen_id: testNumber(3), fragile_hh: '', tpmap_hh: '๐' },
      ),
    );
    expect(done).toMatchObject({
      ...{ rows: 3, households: 3, persons: 0, errors: 0, toReview: 0, preview: { new: 3, changed: 0, same: 0 } },
      applied: { listed: 0, surveyed: 0, registrations: 0, fragilities: 3, unchanged: 0, toReview: 0 },
    });
    const said = await Promise.all(householdIds.map(fragilities));
    expect(said.map(([event]) => event?.data)).toMatchObject([
      { listYear: 2564, validFrom: '2021-07-01', definition: 'province-list/v1', fragile: true, tpmap: true },
      { fragile: true, tpmap: false },
      { fragile: false, tpmap: false },
    ]);
    expect(JSON.stringify(said)).not.toContain(testNumber(2));
  });

  test.each([
    ['fragile_h.h', 'tpmmap_hh'],
    ['FRAGILE_HH', 'TPMAP_HH'],
    ['Fragile_H.H.', 'tpmap_h.h'],
  ])('reads its columns as %s and %s', async (fragile, tpmap) => {
    const done = await list(`household_ref,${fragile},${tpmap}\nh-1,1,0\n`);
    expect(done).toMatchObject({ errors: 0, applied: { fragilities: 1 } });
  });

  test('leaves rows to review that name nobody, two households, or a number that several hold', async () => {
    await ingestion.applied('bmn-survey', {
      households: householdsCsv(householdCells('h-4')),
      members: membersCsv(memberCells('h-4', 3, { first_name: 'อีกคน' })),
    });
    const done = await list(
      fragileCsv(
        { household_ref: 'h-99', fragile_hh: '1', tpmap_hh: '1' },
        { household_ref: 'h-1', citizen_id: testNumber(2), fragile_hh: '1', tpmap_hh: '1' },
        { citizen_id: testNumber(3), fragile_hh: '1', tpmap_hh: '1' },
        { citizen_id: testNumber(77), fragile_hh: '1', tpmap_hh: '1' },
      ),
    );
    expect(done).toMatchObject({ households: 0, toReview: 4, preview: { new: 0, ambiguous: 2 } });
    expect(done).toMatchObject({ applied: { fragilities: 0, toReview: 4 } });
    expect(await reasons(done.importId)).toEqual([
      '2 household-unknown',
      '3 row-names-two-households',
      '4 number-held-by-two',
      '5 household-unknown',
    ]);
  });

  test('leaves every row to review of a household on which rows contradict each other', async () => {
    const done = await list(
      fragileCsv(
        { citizen_id: testNumber(1), fragile_hh: '1', tpmap_hh: '1' },
        { citizen_id: testNumber(11), fragile_hh: '0', tpmap_hh: '1' },
        { household_ref: 'h-2', fragile_hh: '1', tpmap_hh: '1' },
      ),
    );
    expect(done).toMatchObject({ households: 1, toReview: 2, applied: { fragilities: 1, toReview: 2 } });
    expect(await reasons(done.importId)).toEqual(['3 rows-contradict', '2 rows-contradict']);
    expect(await fragilities(householdIds[0])).toEqual([]);
  });

  test('that says the same again adds nothing, and one that says otherwise corrects', async () => {
    const rows = [
      { household_ref: 'h-1', fragile_hh: '1', tpmap_hh: '1' },
      { household_ref: 'h-2', fragile_hh: '1', tpmap_hh: '0' },
    ];
    await list(fragileCsv(...rows));
    const again = await list(fragileCsv(...rows.toReversed()));
    expect(again).toMatchObject({ preview: { same: 2 }, applied: { fragilities: 0, unchanged: 2 } });
    const changed = await list(fragileCsv({ household_ref: 'h-1', fragile_hh: '0', tpmap_hh: '1' }, rows[1] ?? {}));
    expect(changed).toMatchObject({ preview: { changed: 1, same: 1 }, applied: { fragilities: 1, unchanged: 1 } });
    const [first, second] = await fragilities(householdIds[0]);
    expect(second).toMatchObject({ corrects: first?.id, data: { fragile: false, importId: changed.importId } });
  });

  test('finds at its approval whom a survey brought after it was validated', async () => {
    const { importId } = await ingestion.validated(
      'fragile-list',
      { list: fragileCsv({ household_ref: 'h-5', fragile_hh: '1', tpmap_hh: '1' }) },
      2564,
    );
    expect(await reasons(importId)).toEqual(['2 household-unknown']);
    await ingestion.applied('bmn-survey', {
      households: householdsCsv(householdCells('h-5')),
      members: membersCsv(memberCells('h-5', 5)),
    });
    await ingestion.approve(importId);
    expect(await ingestion.until(importId, (state) => state === 'applied')).toMatchObject({
      ...{ toReview: 0, applied: { fragilities: 1, toReview: 0 } },
    });
  });

  test('of one year and of the next are two facts', async () => {
    await list(fragileCsv({ household_ref: 'h-1', fragile_hh: '1', tpmap_hh: '1' }), 2564);
    await list(fragileCsv({ household_ref: 'h-1', fragile_hh: '0', tpmap_hh: '1' }), 2565);
    const [first, second] = await fragilities(householdIds[0]);
    expect([first, second]).toMatchObject([
      { data: { listYear: 2564, fragile: true } },
      { data: { listYear: 2565, validFrom: '2022-07-01', fragile: false } },
    ]);
    expect(second?.corrects).toBeUndefined();
  });

  test('that is undone is taken back from each household, and may come again', async () => {
    const rows = fragileCsv({ household_ref: 'h-1', fragile_hh: '1', tpmap_hh: '1' });
    const first = await list(rows);
    await ingestion.undone(first.importId);
    const again = await list(fragileCsv({ household_ref: 'h-1', fragile_hh: 'Y', tpmap_hh: 'Y' }));
    expect(again).toMatchObject({ preview: { new: 1, same: 0 }, applied: { fragilities: 1 } });
    const events = await ingestion.eventsOf(`household-${householdIds[0]}`);
    expect(events.slice(2).map(({ type }) => type)).toEqual([
      ...['FragilityRecorded', 'FragilityWithdrawn', 'FragilityRecorded'],
    ]);
    expect(events[3]).toMatchObject({ corrects: events[2]?.id, data: { listYear: 2564, restoredImportId: null } });
    expect(events[4]?.corrects).toBeUndefined();
  });
});
