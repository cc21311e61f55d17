import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bucketHouseholds } from '../staging/spool.file';
import { IngestionServer, type ImportShown } from '../testing/ingestion.harness';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
} from '../testing/survey-files';
import { filesKeptDays, Retention } from './retention.service';

// Several imports in one test, one after another, on a machine that may have other work.
jest.setTimeout(60_000);

let ingestion: IngestionServer;
beforeEach(async () => {
  ingestion = await IngestionServer.start();
});
afterEach(() => ingestion.stop());

const surveyOf = (refs: readonly string[], answers: Record<string, string> = {}, first = 0) => ({
  households: householdsCsv(...refs.map((ref) => householdCells(ref, answers))),
  members: membersCsv(...refs.map((ref, index) => memberCells(ref, first + index))),
});
const survey = surveyOf(['h-1', 'h-2']);
const corrected = surveyOf(['h-1', 'h-2', 'h-3'], { ind4: '0' });
const register = { register: registerCsv(registerCells(0), registerCells(1)) };

const supply = async (importId: string, files: Readonly<Record<string, string>>) => {
  for (const [part, file] of Object.entries(files)) {
    const answer = await ingestion.call('PUT', `/imports/${importId}/files/${part}`, file);
    if (answer.status !== 200) return answer;
  }
  return ingestion.call('POST', `/imports/${importId}/validation`);
};
const stateOf = async (importId: string): Promise<ImportShown> =>
  (await ingestion.call('GET', `/imports/${importId}`)).body;
const open = () => ingestion.call('POST', '/imports', { kind: 'bmn-survey', source: 'cdd-bmn', round: 2561 });

describe('a folder that was put back from before an import', () => {
  test('refuses new surveys in words, and takes the same files again without recording anything twice', async () => {
    const before = await ingestion.backUp();
    ingestion = before.ingestion;
    const first = await ingestion.applied('bmn-survey', survey);
    const second = await ingestion.applied('bmn-survey', corrected);
    const facts = await ingestion.householdEvents();
    ingestion = await before.putBack(ingestion);
    ingestion.vault.forget();

    expect(await stateOf(first.importId)).toMatchObject({ state: 'lost', round: 2561, kind: 'bmn-survey' });
    expect((await ingestion.waitsFor())?.en).toContain(`the files of import ${first.importId}`);
    expect((await ingestion.waitsFor())?.en).toContain('1 more');
    const refused = await open();
    expect(refused).toMatchObject({ status: 409, body: { code: 'imports-must-be-restored' } });
    expect(refused.body['detailEn']).toContain(first.importId);

    // In the order in which they were applied, and the same files only.
    expect(await supply(second.importId, corrected)).toMatchObject({
      status: 409,
      body: { code: 'earlier-import-must-be-restored' },
    });
    expect(await supply(first.importId, corrected)).toMatchObject({
      status: 409,
      body: { code: 'file-must-be-the-same' },
    });
    expect(await ingestion.call('POST', `/imports/${first.importId}/validation`)).toMatchObject({
      status: 409,
      body: { code: 'parts-missing' },
    });
    // A wrong file does not take the place of the right one.
    const { households, members } = survey;
    await ingestion.call('PUT', `/imports/${first.importId}/files/households`, households);
    const wrong = await ingestion.call('PUT', `/imports/${first.importId}/files/households`, corrected.households);
    expect(wrong).toMatchObject({ status: 409, body: { code: 'file-must-be-the-same' } });
    expect(await supply(first.importId, { members })).toMatchObject({ status: 202 });
    const restored = await ingestion.until(first.importId, (state) => state === 'applied');
    expect(restored).toMatchObject({ applied: first['applied'], endedAt: first['endedAt'] });
    expect(await open()).toMatchObject({ status: 409 });
    await supply(second.importId, corrected);
    const restoredToo = await ingestion.until(second.importId, (state) => state === 'applied');
    expect(restoredToo).toMatchObject({ applied: second['applied'] });
    expect(await ingestion.householdEvents()).toEqual(facts);
    expect(await ingestion.waitsFor()).toBeUndefined();

    // From here on everything is as if nothing had happened: the next survey finds its households and persons.
    const third = await ingestion.applied('bmn-survey', surveyOf(['h-1', 'h-2', 'h-3', 'h-4'], { ind5: '0' }));
    expect(third['applied']).toMatchObject({ listed: 1, surveyed: 4, unchanged: 0 });
    expect(await ingestion.householdEvents()).toHaveLength(facts.length + 5);
  });

  test('knows nothing of an import in the midst of which it was copied', async () => {
    const refs = Array.from({ length: 2 * bucketHouseholds + 30 }, (_, index) => `h-${index}`);
    const large = surveyOf(refs);
    const { importId } = await ingestion.validated('bmn-survey', large);
    const before = await ingestion.backUp();
    ingestion = before.ingestion;
    await ingestion.approve(importId);
    const applied = await ingestion.until(importId, (state) => state === 'applied');
    const facts = await ingestion.householdEvents();
    ingestion = await before.putBack(ingestion);
    ingestion.vault.forget();
    // Its files are there: it is gone through again by itself.
    const again = await ingestion.until(importId, (state) => state === 'applied');
    expect(again).toMatchObject({ applied: applied['applied'], endedAt: applied['endedAt'] });
    expect(await ingestion.householdEvents()).toEqual(facts);
    const some = [refs[0] ?? '', refs.at(-1) ?? ''];
    const changed = await ingestion.applied('bmn-survey', surveyOf(some, { ind4: '0' }));
    expect(changed['applied']).toMatchObject({ listed: 0, surveyed: 2 });
  });

  test('may have a lost import undone instead, and the files taken in anew', async () => {
    const before = await ingestion.backUp();
    ingestion = before.ingestion;
    const first = await ingestion.applied('bmn-survey', survey);
    ingestion = await before.putBack(ingestion);
    // Let stand, it still asks for its files.
    await ingestion.call('POST', `/imports/${first.importId}/rollback`, { reason: 'wrong-file' });
    await ingestion.until(first.importId, (state) => state === 'rollback-requested');
    await ingestion.call('POST', `/imports/${first.importId}/rollback/refusal`, undefined, {
      'faemban-operator': 'malee',
    });
    expect(await stateOf(first.importId)).toMatchObject({ state: 'lost' });
    await ingestion.undone(first.importId);
    expect(await ingestion.waitsFor()).toBeUndefined();
    expect((await ingestion.applied('bmn-survey', survey))['applied']).toMatchObject({ listed: 2, surveyed: 2 });
  });

  test('hears of an import that was undone since: its households are taken in again', async () => {
    const first = await ingestion.applied('bmn-survey', survey);
    const before = await ingestion.backUp();
    ingestion = before.ingestion;
    await ingestion.undone(first.importId);
    const facts = await ingestion.householdEvents();
    ingestion = await before.putBack(ingestion);
    expect(await ingestion.until(first.importId, (state) => state !== 'rolling-back')).toMatchObject({
      state: 'rolled-back',
    });
    expect(await ingestion.householdEvents()).toEqual(facts);
    expect((await ingestion.applied('bmn-survey', survey))['applied']).toMatchObject({ listed: 0, surveyed: 2 });
  });

  test('enters a register, and what was not approved asks for its files and goes on', async () => {
    await ingestion.applied('bmn-survey', survey);
    const before = await ingestion.backUp();
    ingestion = before.ingestion;
    const registered = await ingestion.applied('welfare-register', register);
    const waiting = await ingestion.validated('bmn-survey', corrected);
    const rejected = await ingestion.validated('bmn-survey', surveyOf(['h-9']));
    await ingestion.call('POST', `/imports/${rejected.importId}/rejection`, {}, { 'faemban-operator': 'malee' });
    const facts = await ingestion.householdEvents();
    ingestion = await before.putBack(ingestion);
    expect(await stateOf(registered.importId)).toMatchObject({ state: 'applied', endedAt: registered['endedAt'] });
    expect(await stateOf(rejected.importId)).toMatchObject({ state: 'rejected' });
    expect(await stateOf(waiting.importId)).toMatchObject({ state: 'lost' });
    expect(await ingestion.approve(waiting.importId)).toMatchObject({ status: 409 });
    await supply(waiting.importId, corrected);
    await ingestion.until(waiting.importId, (state) => state === 'validated');
    await ingestion.approve(waiting.importId);
    await ingestion.until(waiting.importId, (state) => state === 'applied');
    // The register again changes nothing: its households say so themselves.
    const again = await ingestion.applied('welfare-register', {
      register: registerCsv(registerCells(1), registerCells(0)),
    });
    expect(again['applied']).toMatchObject({ registrations: 0, unchanged: 2 });
    expect((await ingestion.householdEvents()).length).toBeGreaterThan(facts.length);
  });
});

describe('an applied survey', () => {
  test('is read again where only the vault was put back: from its files while they are kept', async () => {
    const first = await ingestion.applied('bmn-survey', survey);
    const facts = await ingestion.householdEvents();
    ingestion.vault.forget();
    expect(await ingestion.call('POST', `/imports/${first.importId}/restoration`)).toMatchObject({ status: 202 });
    await ingestion.until(first.importId, (state) => state === 'applied');
    expect(await ingestion.householdEvents()).toEqual(facts);
    // The vault knows its persons under the ids that events have for them.
    expect((await ingestion.applied('welfare-register', register))['applied']).toMatchObject({ registrations: 2 });
    expect(JSON.stringify(await ingestion.householdEvents())).toContain('WelfareRegistrationRecorded');
  });

  test('is asked for when its files were swept, and nothing else is read again', async () => {
    const first = await ingestion.applied('bmn-survey', survey);
    const registered = await ingestion.applied('welfare-register', register);
    ingestion.clock.advance((filesKeptDays + 1) * 24 * 3600 * 1000);
    const sweep = () => ingestion.server.app.get(Retention, { strict: false }).sweep();
    await sweep();
    const restore = (importId: string) => ingestion.call('POST', `/imports/${importId}/restoration`);
    expect(await restore(first.importId)).toMatchObject({ status: 202, body: { state: 'lost' } });
    expect(await restore(registered.importId)).toMatchObject({
      status: 409,
      body: { code: 'import-must-be-an-applied-survey' },
    });
    await supply(first.importId, survey);
    // What comes again stays while it is read, and is deleted in its time like the first.
    await sweep();
    expect(await ingestion.until(first.importId, (state) => state === 'applied')).toMatchObject({
      applied: first['applied'],
    });
    const folder = join(ingestion.dataDir, 'ingestion', 'files', first.importId);
    expect(existsSync(folder)).toBe(true);
    await sweep();
    expect(existsSync(folder)).toBe(false);
  });
});
