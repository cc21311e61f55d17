import { bucketHouseholds } from '../staging/spool.file';
import { type Answer, IngestionServer } from '../testing/ingestion.harness';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
} from '../testing/survey-files';

interface RollbackShown {
  readonly state: string;
  readonly code?: string;
  readonly sentence?: { readonly th: string; readonly en: string };
  readonly [field: string]: unknown;
}

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

const survey = {
  households: householdsCsv(householdCells('h-1'), householdCells('h-2', { village_id: '8417510101' })),
  members: membersCsv(memberCells('h-1', 1), memberCells('h-2', 2)),
};
const correctedSurvey = {
  households: householdsCsv(householdCells('h-1', { ind4: '0' }), householdCells('h-2', { village_id: '8417510101' })),
  members: survey.members,
};
const register = { register: registerCsv(registerCells(1)) };

const ask = (importId: string, operator = 'somchai'): Promise<Answer<RollbackShown>> =>
  ingestion.call('POST', `/imports/${importId}/rollback`, { reason: 'wrong-file' }, { 'faemban-operator': operator });
const approve = (importId: string, operator = 'malee'): Promise<Answer<RollbackShown>> =>
  ingestion.call('POST', `/imports/${importId}/rollback/approval`, undefined, { 'faemban-operator': operator });
const decline = (importId: string): Promise<Answer<RollbackShown>> =>
  ingestion.call('POST', `/imports/${importId}/rollback/refusal`, undefined, { 'faemban-operator': 'malee' });

async function untilRollback(importId: string, ...states: string[]): Promise<RollbackShown> {
  for (;;) {
    const { body } = await ingestion.call<RollbackShown>('GET', `/imports/${importId}/rollback`);
    if (states.includes(body.state)) return body;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function undone(importId: string): Promise<RollbackShown> {
  await ask(importId);
  await untilRollback(importId, 'awaiting-approval');
  await approve(importId);
  return untilRollback(importId, 'rolled-back');
}

describe('undoing an import', () => {
  test('is asked by one, approved by another, and withdraws every fact it recorded', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    expect((await ask(importId)).status).toBe(202);
    expect(await untilRollback(importId, 'awaiting-approval')).toMatchObject({
      ...{ requestedBy: 'somchai', reason: 'wrong-file', found: { households: 2, facts: 2 } },
    });
    expect((await approve(importId)).status).toBe(202);
    expect(await untilRollback(importId, 'rolled-back')).toMatchObject({
      ...{ approvedBy: 'malee', done: { households: 2, withdrawn: 2, restored: 0 } },
    });
    expect(await ingestion.shapes()).toEqual({ 'HouseholdListed,HouseholdSurveyed,HouseholdSurveyWithdrawn': 2 });
    expect((await ingestion.call('GET', `/imports/${importId}`)).body.state).toBe('rolled-back');
    const types = (await ingestion.eventsOf(`import-${importId}`)).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['ImportRollbackRequested', 'ImportRollbackApproved', 'ImportRolledBack']);
  });

  test('is not approved by whoever asked for it, whoever uploaded', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    await ask(importId, 'malee');
    await untilRollback(importId, 'awaiting-approval');
    const { status, body } = await approve(importId, 'malee');
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'approver-must-not-be-requester' });
    expect((await approve(importId, 'somchai')).status).toBe(202);
    await untilRollback(importId, 'rolled-back');
  });

  test('can be declined, and asked for again', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    await ask(importId);
    await untilRollback(importId, 'awaiting-approval');
    expect((await decline(importId)).body.state).toBe('declined');
    expect((await ingestion.call('GET', `/imports/${importId}`)).body.state).toBe('applied');
    expect((await approve(importId)).body.code).toBe('rollback-must-be-requested');
    expect(await undone(importId)).toMatchObject({ state: 'rolled-back' });
  });

  test('is refused for an import that is not applied, in words', async () => {
    const { importId } = await ingestion.validated('bmn-survey', survey);
    const { status, body } = await ask(importId);
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'import-must-be-applied' });
    expect((await ingestion.call('GET', `/imports/${importId}/rollback`)).status).toBe(404);
  });

  test('of a correction brings the earlier survey back, and the correction is news when it comes again', async () => {
    const first = await ingestion.applied('bmn-survey', survey);
    const second = await ingestion.applied('bmn-survey', correctedSurvey);
    expect(await undone(second.importId)).toMatchObject({ done: { households: 1, withdrawn: 1, restored: 1 } });
    const same = await ingestion.validated('bmn-survey', {
      ...survey,
      members: membersCsv(memberCells('h-2', 2), memberCells('h-1', 1)),
    });
    expect(same['preview']).toMatchObject({ new: 0, changed: 0, same: 2 });
    const again = await ingestion.applied('bmn-survey', correctedSurvey);
    expect(again.importId).not.toBe(second.importId);
    expect(again['applied']).toMatchObject({ surveyed: 1, unchanged: 1 });
    const changedHousehold = (await ingestion.shapes())[
      'HouseholdListed,HouseholdSurveyed,HouseholdSurveyed,HouseholdSurveyWithdrawn,HouseholdSurveyed'
    ];
    expect(changedHousehold).toBe(1);
    expect(first.importId).not.toBe(again.importId);
  });

  test('lets the same files be imported again, under the same households', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    await undone(importId);
    const again = await ingestion.applied('bmn-survey', survey);
    expect(again).toMatchObject({
      preview: { new: 2, same: 0 },
      applied: { listed: 0, surveyed: 2 },
    });
    expect(await ingestion.shapes()).toEqual({
      'HouseholdListed,HouseholdSurveyed,HouseholdSurveyWithdrawn,HouseholdSurveyed': 2,
    });
  });

  test('is refused where later imports built on it, and says what, how many, and what is possible', async () => {
    const first = await ingestion.applied('bmn-survey', survey);
    const second = await ingestion.applied('bmn-survey', correctedSurvey);
    const third = await ingestion.applied('welfare-register', register);
    await ask(first.importId);
    const refused = await untilRollback(first.importId, 'refused', 'awaiting-approval');
    expect(refused).toMatchObject({
      state: 'refused',
      builtOn: expect.arrayContaining([
        { context: 'ingestion', what: 'corrected', by: second.importId, households: 1 },
        { context: 'ingestion', what: 'confirmed', by: second.importId, households: 1 },
      ]),
    });
    expect(refused.sentence?.en).toContain(`${second.importId}, 1 household`);
    expect(refused.sentence?.th).toContain('ยกเลิกการนำเข้าที่ต่อจากนี้ก่อน');
    expect((await ingestion.call('GET', `/imports/${first.importId}`)).body.state).toBe('applied');

    for (const later of [third, second]) await undone(later.importId);
    expect(await undone(first.importId)).toMatchObject({ done: { households: 2, withdrawn: 2, restored: 0 } });
  });

  test('is refused where a register speaks of people it brought, until the register is undone', async () => {
    const first = await ingestion.applied('bmn-survey', survey);
    const second = await ingestion.applied('welfare-register', register);
    await ask(first.importId);
    expect(await untilRollback(first.importId, 'refused')).toMatchObject({
      builtOn: [{ context: 'ingestion', what: 'added', by: second.importId, households: 1 }],
    });
    await undone(second.importId);
    await undone(first.importId);
    expect(Object.keys(await ingestion.shapes()).sort()).toEqual([
      'HouseholdListed,HouseholdSurveyed,HouseholdSurveyWithdrawn',
      'HouseholdListed,HouseholdSurveyed,WelfareRegistrationRecorded,WelfareRegistrationWithdrawn,HouseholdSurveyWithdrawn',
    ]);
  });

  test('asked twice, or approved twice, is one undoing', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    await Promise.all([ask(importId), ask(importId)]);
    await untilRollback(importId, 'awaiting-approval');
    await Promise.all([approve(importId), approve(importId)]);
    await untilRollback(importId, 'rolled-back');
    expect((await ask(importId)).body.state).toBe('rolled-back');
    expect(await ingestion.shapes()).toEqual({ 'HouseholdListed,HouseholdSurveyed,HouseholdSurveyWithdrawn': 2 });
  });
});

describe('undoing that is interrupted', () => {
  const households = bucketHouseholds + 30;
  const refs = Array.from({ length: households }, (_, index) => `h-${index}`);
  const large = {
    households: householdsCsv(...refs.map((ref) => householdCells(ref))),
    members: membersCsv(...refs.map((ref, index) => memberCells(ref, index))),
  };

  test.each([1, 2, 3, 5])('after append %d goes on at the next start, and every fact is withdrawn once', async (n) => {
    const { importId } = await ingestion.applied('bmn-survey', large);
    await ask(importId);
    await untilRollback(importId, 'awaiting-approval');
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
    await approve(importId);
    await interruption;
    IngestionServer.afterAppend = () => undefined;
    ingestion = await ingestion.restart();
    expect(await untilRollback(importId, 'rolled-back')).toMatchObject({
      done: { households, withdrawn: households, restored: 0 },
    });
    expect(await ingestion.shapes()).toEqual({
      'HouseholdListed,HouseholdSurveyed,HouseholdSurveyWithdrawn': households,
    });
  });

  test('between the request and its examination is examined at the next start', async () => {
    const { importId } = await ingestion.applied('bmn-survey', survey);
    await ask(importId);
    ingestion = await ingestion.restart();
    await untilRollback(importId, 'awaiting-approval');
    ingestion = await ingestion.restart();
    await approve(importId);
    await untilRollback(importId, 'rolled-back');
  });
});
