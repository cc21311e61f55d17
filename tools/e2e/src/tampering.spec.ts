import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { System } from '@faemban/acceptance';
import { Client } from '@faemban/cli';
import { seeded } from '@faemban/event-sourcing/testing';
import { verifyEventsFile } from '@faemban/store-sqlite';
import { importSurvey } from './import-survey';
import { makeSmallSurvey, type SmallSurvey } from './small-survey';
import { fileTamperings, tamperFile } from './tamper-file';

/** How many tamperings are tried; `npm run faults` tries 10,000. */
const rounds = Number(process.env['FAEMBAN_TAMPERINGS'] ?? fileTamperings.length * 10);
/** The first seed; each tampering has its own, counted from here. */
const firstSeed = Number(process.env['FAEMBAN_SEED'] ?? 1);
const roundMsMax = 400;
const now = Date.UTC(2018, 9, 1, 5);

let survey: SmallSurvey;
/** What a real system recorded and sealed, three times over, with its events in few partitions. */
let pristine: string;

beforeAll(async () => {
  survey = await makeSmallSurvey();
  pristine = `${survey.dataDir}-pristine`;
  const system = await System.start(pristine, now);
  const client = new Client({ url: system.url, operator: 'malee' });
  try {
    await importSurvey(system, survey.first(20));
    await client.post('/seals');
    for (const moreBaht of [1, 2]) {
      await importSurvey(system, survey.firstRevised(20, moreBaht));
      await client.post('/seals');
    }
    await system.stop();
  } finally {
    await system.kill();
  }
}, 300_000);
afterAll(() => survey.remove());

const verify = (folder: string) =>
  verifyEventsFile({ file: join(folder, 'events.sqlite'), sealsFolder: join(folder, 'seals') });

function withCopy<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(pristine, '../copy-'));
  try {
    for (const name of ['events.sqlite', 'seals'])
      cpSync(join(pristine, name), join(folder, name), { recursive: true });
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('a copy of what a real system recorded', () => {
  test('is found complete and unaltered as long as nobody touches it', () => {
    for (let n = 0; n < 20; n += 1) {
      const found = withCopy((folder) => verify(folder));
      expect(found).toMatchObject({ verdict: 'unaltered', findings: [], sealFaults: [] });
      // The records of the last seals alone are not sealed.
      expect(found.events - found.sealedEvents).toBeLessThanOrEqual(3);
      expect(found.events).toBeGreaterThan(100);
    }
  });

  test(
    `is found altered after every one of ${rounds} tamperings`,
    () => {
      const missed: string[] = [];
      for (let n = 0; n < rounds; n += 1) {
        const seed = firstSeed + n;
        const kind = fileTamperings[n % fileTamperings.length] ?? 'body';
        withCopy((folder) => {
          const done = tamperFile(folder, kind, seeded(seed));
          if (verify(folder).verdict !== 'altered') missed.push(`seed ${seed}: ${done}`);
        });
      }
      expect(missed).toEqual([]);
    },
    60_000 + rounds * roundMsMax,
  );
});
