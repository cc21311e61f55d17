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

let ingestion: IngestionServer;
beforeEach(async () => {
  ingestion = await IngestionServer.start();
});
afterEach(async () => {
  IngestionServer.afterAppend = () => undefined;
  await ingestion.stop();
});

const households = bucketHouseholds + 30;
const refs = Array.from({ length: households }, (_, index) => `h-${index}`);
const survey = {
  households: householdsCsv(...refs.map((ref) => householdCells(ref))),
  members: membersCsv(...refs.map((ref, index) => memberCells(ref, index))),
};
const register = { register: registerCsv(...refs.map((_, index) => registerCells(index))) };

/** Lets the answer to the n-th append or batch from now on never arrive, then starts again over the same files and events. */
async function untilInterruptedAt(n: number, importId: string): Promise<boolean> {
  let calls = 0;
  let interrupted: () => void = () => undefined;
  const interruption = new Promise<boolean>((resolve) => {
    interrupted = () => resolve(true);
  });
  const tick = (): void => {
    calls += 1;
    if (calls < n) return;
    interrupted();
    throw new Error('as if the machine had stopped');
  };
  IngestionServer.afterAppend = tick;
  ingestion.vault.afterBatch = tick;
  await ingestion.approve(importId);
  const finished = ingestion.until(importId, (state) => state === 'applied').then(() => false);
  finished.catch(() => undefined);
  const wasInterrupted = await Promise.race([interruption, finished]);
  IngestionServer.afterAppend = () => undefined;
  ingestion.vault.afterBatch = () => undefined;
  ingestion = await ingestion.restart();
  return wasInterrupted;
}

describe('an import that is interrupted', () => {
  test.each([1, 2, 3, 4, 5])('after call %d goes on at the next start, and nothing is lost or doubled', async (n) => {
    const { importId } = await ingestion.validated('bmn-survey', survey);
    expect(await untilInterruptedAt(n, importId)).toBe(true);
    const applied = await ingestion.until(importId, (state) => state === 'applied');
    expect(applied['applied']).toEqual({
      listed: households,
      surveyed: households,
      registrations: 0,
      fragilities: 0,
      unchanged: 0,
      toReview: 0,
    });
    expect(await ingestion.shapes()).toEqual({ 'HouseholdListed,HouseholdSurveyed': households });

    const second = await ingestion.validated('welfare-register', register);
    await untilInterruptedAt(n, second.importId);
    const registered = await ingestion.until(second.importId, (state) => state === 'applied');
    expect(registered['applied']).toMatchObject({ registrations: households, unchanged: 0 });
    expect(await ingestion.shapes()).toEqual({
      'HouseholdListed,HouseholdSurveyed,WelfareRegistrationRecorded': households,
    });
  });

  test('while it is validated is validated from the beginning', async () => {
    const importId = await ingestion.upload('bmn-survey', survey);
    await ingestion.call('POST', `/imports/${importId}/validation`);
    ingestion = await ingestion.restart();
    expect(await ingestion.until(importId, (state) => state === 'validated')).toMatchObject({
      ...{ rows: 2 * households, households, persons: households, errors: 0 },
    });
  });

  test('waits while the vault is away, says so, and goes on when it is back', async () => {
    const { importId } = await ingestion.validated('bmn-survey', survey);
    ingestion.vault.isAway = true;
    await ingestion.approve(importId);
    while ((await ingestion.waitsFor()) === undefined) await new Promise((resolve) => setImmediate(resolve));
    ingestion.vault.isAway = false;
    await ingestion.until(importId, (state) => state === 'applied');
    expect(await ingestion.waitsFor()).toBeUndefined();
    expect(await ingestion.shapes()).toEqual({ 'HouseholdListed,HouseholdSurveyed': households });
  });
});
