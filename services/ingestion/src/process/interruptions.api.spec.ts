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

/** What every household of the source has, as types in order, and how many have exactly that. */
async function shapes(): Promise<Record<string, number>> {
  const { log } = ingestion.platform;
  const streams = new Map<string, string[]>();
  for (let partition = 0; partition < log.partitionCount; partition += 1) {
    for (const { stream, type } of await log.read('ingestion', partition, 0, 1_000_000)) {
      if (stream.startsWith('household-')) streams.set(stream, [...(streams.get(stream) ?? []), type]);
    }
  }
  const counts: Record<string, number> = {};
  for (const types of streams.values()) counts[types.join()] = (counts[types.join()] ?? 0) + 1;
  return counts;
}

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
    expect(await shapes()).toEqual({ 'HouseholdListed,HouseholdSurveyed': households });

    const second = await ingestion.validated('welfare-register', register);
    await untilInterruptedAt(n, second.importId);
    const registered = await ingestion.until(second.importId, (state) => state === 'applied');
    expect(registered['applied']).toMatchObject({ registrations: households, unchanged: 0 });
    expect(await shapes()).toEqual({ 'HouseholdListed,HouseholdSurveyed,WelfareRegistrationRecorded': households });
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
    const waitingFor = async () => {
      const { body } = await ingestion.call<{ checks: { name: string; waitingFor?: object }[] }>(
        'GET',
        '/health/ready',
      );
      return body.checks.find(({ name }) => name === 'imports')?.waitingFor;
    };
    while ((await waitingFor()) === undefined) await new Promise((resolve) => setImmediate(resolve));
    ingestion.vault.isAway = false;
    await ingestion.until(importId, (state) => state === 'applied');
    expect(await waitingFor()).toBeUndefined();
    expect(await shapes()).toEqual({ 'HouseholdListed,HouseholdSurveyed': households });
  });
});
