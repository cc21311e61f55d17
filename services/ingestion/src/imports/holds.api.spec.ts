import { IngestionServer } from '../testing/ingestion.harness';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
} from '../testing/survey-files';

let ingestion: IngestionServer;
beforeEach(async () => {
  ingestion = await IngestionServer.start();
});
afterEach(() => ingestion.stop());

const child = (ref: string, serial: number) =>
  memberCells(ref, serial, {
    ...{ member_no: '2', is_head: '0', relation: 'child', first_name: 'กานดา', birth_date: '1/6/2530' },
  });
const richer = { income_main_baht: '90000' };

/** 8 rows: h-1 of two members, h-2 of one, h-3 of two. */
const members = membersCsv(
  memberCells('h-1', 1),
  child('h-1', 2),
  memberCells('h-2', 3),
  memberCells('h-3', 4),
  child('h-3', 5),
);
const first = {
  households: householdsCsv(householdCells('h-1', richer), householdCells('h-2'), householdCells('h-3', richer)),
  members,
};
/** 5 of 8 rows say what is applied. */
const moreThanHalf = {
  households: householdsCsv(
    householdCells('h-1', richer),
    householdCells('h-2'),
    householdCells('h-3', { ...richer, ind4: '0' }),
  ),
  members,
};
/** Exactly half: the 3 rows of h-1 and, in a file of 6 rows, the 3 of h-3 are new. */
const half = {
  households: householdsCsv(householdCells('h-1', richer), householdCells('h-3', { ...richer, ind4: '0' })),
  members: membersCsv(memberCells('h-1', 1), child('h-1', 2), memberCells('h-3', 4), child('h-3', 5)),
};
const release = (importId: string, operator = 'malee') =>
  ingestion.call(
    'POST',
    `/imports/${importId}/release`,
    { reason: 'corrected-file-sent-whole' },
    { 'faemban-operator': operator },
  );

describe('an import of which rows are applied already', () => {
  test('goes on where exactly half of them are', async () => {
    await ingestion.applied('bmn-survey', first);
    expect(await ingestion.validated('bmn-survey', half)).toMatchObject({
      ...{ state: 'validated', rows: 6, repeats: { repeatEachOther: 0, alreadyApplied: 3 } },
    });
  });

  test('stops where more than half are, says why, and goes on when another operator lets it', async () => {
    await ingestion.applied('bmn-survey', first);
    const held = await ingestion.validated('bmn-survey', moreThanHalf);
    expect(held).toMatchObject({
      ...{ state: 'held', rows: 8, repeats: { repeatEachOther: 0, alreadyApplied: 5 } },
      heldBecause: {
        en: expect.stringContaining('5 rows repeat what is applied'),
        th: expect.stringContaining('เกินครึ่งของ 8 แถว'),
      },
    });
    expect((await ingestion.approve(held.importId)).body['code']).toBe('import-must-not-be-held');
    expect((await release(held.importId, 'somchai')).body['code']).toBe('releaser-must-not-be-uploader');
    expect(await release(held.importId)).toMatchObject({ status: 200, body: { state: 'validated' } });
    await ingestion.approve(held.importId);
    expect(await ingestion.until(held.importId, (state) => state === 'applied')).toMatchObject({
      applied: { surveyed: 1, unchanged: 2 },
    });
    const types = (await ingestion.eventsOf(`import-${held.importId}`)).map(({ type }) => type);
    expect(types).toEqual([
      ...['ImportUploaded', 'ImportValidated', 'ImportHeld', 'ImportReleased', 'ImportApproved', 'ImportApplied'],
    ]);
  });

  test('can be rejected, and stays stopped over a restart', async () => {
    await ingestion.applied('bmn-survey', first);
    const { importId } = await ingestion.validated('bmn-survey', moreThanHalf);
    ingestion = await ingestion.restart();
    expect((await ingestion.call('GET', `/imports/${importId}`)).body.state).toBe('held');
    const { body } = await ingestion.call(
      'POST',
      `/imports/${importId}/rejection`,
      {},
      { 'faemban-operator': 'malee' },
    );
    expect(body.state).toBe('rejected');
  });

  test('is not stopped by a new round of known households', async () => {
    await ingestion.applied('bmn-survey', first);
    const nextRound = {
      households: first.households.replaceAll('2561', '2562'),
      members,
    };
    expect(await ingestion.validated('bmn-survey', nextRound, 2562)).toMatchObject({
      ...{ state: 'validated', repeats: { repeatEachOther: 0, alreadyApplied: 0 } },
    });
  });

  test('stops after its approval where another import brought the rows in between', async () => {
    const late = await ingestion.validated('bmn-survey', moreThanHalf);
    expect(late.state).toBe('validated');
    await ingestion.applied('bmn-survey', first);
    await ingestion.approve(late.importId);
    const held = await ingestion.until(late.importId, (state) => state === 'held' || state === 'applied');
    expect(held).toMatchObject({ state: 'held', repeats: { alreadyApplied: 5 }, preview: { same: 2, changed: 1 } });
    await release(late.importId);
    expect(await ingestion.until(late.importId, (state) => state === 'applied')).toMatchObject({
      applied: { surveyed: 1, unchanged: 2 },
    });
  });
});

describe('an import whose rows repeat each other', () => {
  const twice = (copies: number) => ({
    households: householdsCsv(
      ...['a', 'b', 'c'].map((ref) => householdCells(ref, { house_no: ref })),
      ...Array.from({ length: copies }, (_, index) => householdCells(`copy-${index}`, { house_no: 'a' })),
    ),
    members: membersCsv(
      ...['a', 'b', 'c'].map((ref, index) => memberCells(ref, index)),
      ...Array.from({ length: copies }, (_, index) => memberCells(`copy-${index}`, 0)),
    ),
  });

  test('goes on where exactly half do', async () => {
    expect(await ingestion.validated('bmn-survey', twice(3))).toMatchObject({
      ...{ state: 'validated', rows: 12, repeats: { repeatEachOther: 6, alreadyApplied: 0 } },
    });
  });

  test('stops where more than half do', async () => {
    expect(await ingestion.validated('bmn-survey', twice(4))).toMatchObject({
      ...{ state: 'held', rows: 14, repeats: { repeatEachOther: 8, alreadyApplied: 0 } },
    });
  });

  test('stops for a register that names the same people over and over', async () => {
    await ingestion.applied('bmn-survey', first);
    const rows = (times: number) =>
      registerCsv(registerCells(1), ...Array.from({ length: times }, () => registerCells(1)));
    expect(await ingestion.validated('welfare-register', { register: rows(1) })).toMatchObject({
      ...{ state: 'validated', repeats: { repeatEachOther: 1, alreadyApplied: 0 } },
    });
    expect(await ingestion.validated('welfare-register', { register: rows(2) })).toMatchObject({
      ...{ state: 'held', repeats: { repeatEachOther: 2, alreadyApplied: 0 } },
    });
  });
});
