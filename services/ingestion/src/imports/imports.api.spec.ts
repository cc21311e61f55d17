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

const survey = {
  households: householdsCsv(householdCells('h-1'), householdCells('h-2', { village_id: '8417510101' })),
  members: membersCsv(memberCells('h-1', 1), memberCells('h-2', 2)),
};

describe('importing a survey', () => {
  test('goes from upload over preview and approval to households', async () => {
    const validated = await ingestion.validated('bmn-survey', survey);
    expect(validated).toMatchObject({
      ...{ state: 'validated', rows: 4, households: 2, persons: 2, errors: 0, warnings: 0, toReview: 0 },
      preview: { new: 2, changed: 0, same: 0, conflict: 0, ambiguous: 0 },
    });
    expect((await ingestion.approve(validated.importId)).status).toBe(202);
    const applied = await ingestion.until(validated.importId, (state) => state === 'applied');
    expect(applied['applied']).toEqual({
      listed: 2,
      surveyed: 2,
      registrations: 0,
      fragilities: 0,
      unchanged: 0,
      toReview: 0,
    });

    const { body } = await ingestion.call<{ items: { householdId: string }[] }>(
      'GET',
      `/imports/${validated.importId}/preview`,
    );
    const [first] = body.items;
    const events = await ingestion.eventsOf(`household-${first?.householdId}`);
    expect(events.map(({ type }) => type)).toEqual(['HouseholdListed', 'HouseholdSurveyed']);
    expect(events[1]?.data).toMatchObject({
      surveyedOn: '2018-02-15',
      area: { village: '8417010101', tambon: '841701', municipality: null, district: '8417', province: '84' },
      members: [{ memberNo: 1, age: 40, elderly: false, sex: 'female' }],
    });
  });

  test('is not approved by whoever uploaded it', async () => {
    const { importId } = await ingestion.validated('bmn-survey', survey);
    const { status, body } = await ingestion.call('POST', `/imports/${importId}/approval`);
    expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'approver-must-not-be-uploader' });
  });

  test('is not approved while rows are in error, and says where they are', async () => {
    const { importId, errors } = await ingestion.validated('bmn-survey', {
      ...survey,
      members: membersCsv(memberCells('h-1', 1, { citizen_id: '1.84E+12' }), memberCells('h-2', 2)),
    });
    expect(errors).toBe(1);
    expect(await ingestion.problems(importId)).toEqual(['error members:2 citizen_id number-in-scientific-notation']);
    const { status, body } = await ingestion.approve(importId);
    expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'rows-in-error' });
  });

  test('of the same files again names the earlier import and adds nothing', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    const again = await ingestion.upload('bmn-survey', survey);
    const { status, body } = await ingestion.call('POST', `/imports/${again}/validation`);
    expect({ status, importId: body.importId, state: body.state }).toEqual({ status: 200, importId, state: 'applied' });
    expect((await ingestion.call('GET', `/imports/${again}`)).body).toMatchObject({
      state: 'rejected',
      sameAs: importId,
    });
    expect(await ingestion.eventsOf(`import-${again}`)).toEqual([]);
  });

  test('that says something else of one household corrects that one only', async () => {
    const first = await ingestion.applied('bmn-survey', survey);
    const changed = await ingestion.validated('bmn-survey', {
      households: householdsCsv(
        householdCells('h-1', { ind4: '0' }),
        householdCells('h-2', { village_id: '8417510101' }),
      ),
      members: survey.members,
    });
    expect(changed['preview']).toEqual({ new: 0, changed: 1, same: 1, conflict: 0, ambiguous: 0 });
    const preview = await ingestion.call<{ items: { householdId: string; changes: unknown[] }[] }>(
      'GET',
      `/imports/${changed.importId}/preview?verdict=changed`,
    );
    expect(preview.body.items).toMatchObject([
      { ord: 0, changes: [{ what: 'answer', indicator: 4, before: 'p', after: 'f' }] },
    ]);
    await ingestion.approve(changed.importId);
    const applied = await ingestion.until(changed.importId, (state) => state === 'applied');
    expect(applied['applied']).toEqual({
      listed: 0,
      surveyed: 1,
      registrations: 0,
      fragilities: 0,
      unchanged: 1,
      toReview: 0,
    });
    const events = await ingestion.eventsOf(`household-${preview.body.items[0]?.householdId}`);
    expect(events.map(({ type }) => type)).toEqual(['HouseholdListed', 'HouseholdSurveyed', 'HouseholdSurveyed']);
    expect(events[2]).toMatchObject({ corrects: events[1]?.id, data: { importId: changed.importId } });
    expect(first.importId).not.toBe(changed.importId);
  });

  test('puts a household whose village is not known aside, and lists it for review', async () => {
    const applied = await ingestion.applied('bmn-survey', {
      households: householdsCsv(householdCells('h-1'), householdCells('h-2', { village_id: '8499010101' })),
      members: survey.members,
    });
    expect(applied).toMatchObject({ toReview: 1, applied: { listed: 1, surveyed: 1, toReview: 1 } });
    const { body } = await ingestion.call<{ items: unknown[] }>('GET', `/imports/${applied.importId}/review`);
    expect(body.items).toEqual([
      {
        ...{ part: 'households', row: 3, reason: 'area-district-unknown', area: '8499010101' },
        sentence: { th: expect.any(String), en: expect.any(String) },
      },
    ]);
  });

  test('keeps two people with one number, and says that there is a conflict', async () => {
    const validated = await ingestion.validated('bmn-survey', {
      households: survey.households,
      members: membersCsv(memberCells('h-1', 1), memberCells('h-2', 1, { first_name: 'สมศรี' })),
    });
    expect(validated['preview']).toMatchObject({ new: 0, conflict: 2 });
    expect(await ingestion.problems(validated.importId)).toEqual([
      'warning members:3 citizen_id number-in-two-households',
    ]);
  });

  test('joins members with their households whatever the order of the rows', async () => {
    const refs = Array.from({ length: 1200 }, (_, index) => `h-${index}`);
    const households = householdsCsv(...refs.map((ref) => householdCells(ref, { income_main_baht: '80000' })));
    const members = refs.flatMap((ref, index) => [
      memberCells(ref, 2 * index),
      memberCells(ref, 2 * index + 1, {
        member_no: '2',
        is_head: '0',
        relation: 'child',
        birth_date: '2530',
        first_name: 'กานดา',
      }),
    ]);
    const shuffled = members
      .map((row, index) => ({ row, order: (index * 7919) % members.length }))
      .sort((a, b) => a.order - b.order);
    const inOrder = await ingestion.applied('bmn-survey', { households, members: membersCsv(...members) });
    expect(inOrder).toMatchObject({ persons: 2400, errors: 0, applied: { listed: 1200, surveyed: 1200 } });
    const again = await ingestion.validated('bmn-survey', {
      households,
      members: membersCsv(...shuffled.map(({ row }) => row)),
    });
    expect(again['preview']).toMatchObject({ same: 1200, changed: 0 });
  });
});

describe('importing a welfare register', () => {
  test('records registrations household by household, from 1 October of the register year', async () => {
    const surveyed = await ingestion.applied('bmn-survey', survey);
    const register = await ingestion.applied('welfare-register', {
      register: registerCsv(registerCells(1, { verified: '0' }), registerCells(2), registerCells(99)),
    });
    expect(register).toMatchObject({
      ...{ rows: 3, households: 2, persons: 2, toReview: 1, preview: { new: 2, ambiguous: 0 } },
      applied: { registrations: 2, toReview: 1 },
    });
    const { body } = await ingestion.call<{ items: { householdId: string }[] }>(
      'GET',
      `/imports/${surveyed.importId}/preview`,
    );
    const events = await ingestion.eventsOf(`household-${body.items[0]?.householdId}`);
    expect(events.at(-1)).toMatchObject({
      type: 'WelfareRegistrationRecorded',
      data: { registerYear: 2560, validFrom: '2017-10-01', registrations: [{ registered: true, verified: false }] },
    });
  });

  test('never picks one of two people with a number', async () => {
    await ingestion.applied('bmn-survey', {
      households: survey.households,
      members: membersCsv(memberCells('h-1', 1), memberCells('h-2', 1, { first_name: 'สมศรี' })),
    });
    const register = await ingestion.validated('welfare-register', { register: registerCsv(registerCells(1)) });
    expect(register).toMatchObject({ households: 0, toReview: 1, preview: { new: 0, ambiguous: 1 } });
  });

  test('finds at its approval whom a survey brought after it was validated', async () => {
    const { importId } = await ingestion.validated('welfare-register', { register: registerCsv(registerCells(1)) });
    await ingestion.applied('bmn-survey', survey);
    await ingestion.approve(importId);
    expect(await ingestion.until(importId, (state) => state === 'applied')).toMatchObject({
      ...{ toReview: 0, applied: { registrations: 1, toReview: 0 } },
    });
  });
});
