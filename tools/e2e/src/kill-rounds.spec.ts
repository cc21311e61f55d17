import { faemban, System } from '@faemban/acceptance';
import { Client, NotReachable, uploadImport } from '@faemban/cli';
import { seeded } from '@faemban/event-sourcing/testing';
import { figuresOf, importIds, importSurvey } from './import-survey';
import { makeSmallSurvey, type SmallSurvey, type SurveyFiles } from './small-survey';

/** How often the system is killed; `npm run faults` does it 100 times. */
const rounds = Number(process.env['FAEMBAN_KILLS'] ?? 3);
const seed = Number(process.env['FAEMBAN_SEED'] ?? 2561);
const households = 300;
/** Work before a kill, in milliseconds: between these two, by the seed. */
const workMsMin = 50;
const workMsMax = 2_500;
const now = Date.UTC(2018, 9, 1, 5);
/** Between two commands of a caller, in milliseconds. */
const pauseMs = 60;
const roundMsMax = 120_000;

let survey: SmallSurvey;
let running: System | undefined;
afterEach(() => running?.kill());
beforeAll(async () => {
  survey = await makeSmallSurvey();
}, 120_000);
afterAll(() => survey.remove());

/** Gives commands, each with a key, until the system is gone; what was acknowledged stays in `acknowledged`. */
async function command(url: string, acknowledged: Map<string, string>, round: number, caller: number): Promise<void> {
  const client = new Client({ url, operator: 'somchai' });
  for (let n = 0; ; n += 1) {
    const key = `round-${round}-caller-${caller}-${n}`;
    try {
      const body = { kind: 'welfare-register', source: 'mof-welfare', round: 2562 };
      acknowledged.set(key, (await client.post<{ importId: string }>('/imports', body, key)).importId);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    } catch {
      // The system is gone; what it did not acknowledge may be there or not.
      return;
    }
  }
}

/** Takes surveys in, one after another, each a correction of the one before, until the system is gone. */
async function takeIn(url: string, nextSurvey: () => SurveyFiles): Promise<void> {
  const [uploader, approver] = ['somchai', 'malee'].map((operator) => new Client({ url, operator })) as [
    Client,
    Client,
  ];
  for (;;) {
    const { households: one, members } = nextSurvey();
    try {
      const files = { households: one, members };
      const { importId } = await uploadImport(uploader, { kind: 'bmn-survey', source: 'cdd-bmn', round: 2561, files });
      await approver.post(`/imports/${importId}/approval`);
      await approver.waitForImport(importId, ({ state }) => state === 'applied');
    } catch (error) {
      if (error instanceof NotReachable || !(await isThere(url))) return;
      throw error;
    }
  }
}

async function isThere(url: string): Promise<boolean> {
  return fetch(`${url}/status`).then(
    () => true,
    () => false,
  );
}

describe(`a system killed ${rounds} times under load (seed ${seed})`, () => {
  test(
    'has every acknowledged command once, every view as a fresh fold of the log gives it, and a whole chain',
    async () => {
      const random = seeded(seed);
      let surveys = 0;
      const nextSurvey = () => survey.firstRevised(households, ++surveys);
      const acknowledged = new Map<string, string>();
      const data = `${survey.dataDir}-killed`;
      let system = (running = await System.start(data, now));
      for (let round = 1; round <= rounds; round += 1) {
        const { url } = system;
        const load = [takeIn(url, nextSurvey), ...[1, 2].map((caller) => command(url, acknowledged, round, caller))];
        await new Promise((resolve) => setTimeout(resolve, workMsMin + random(workMsMax - workMsMin)));
        await system.kill();
        await Promise.all(load);

        system = running = await System.start(data, now + round * 1000);
        await system.settled();
        const ids = await importIds(system.url);
        expect(new Set(ids).size).toBe(ids.length);
        expect([...acknowledged].filter(([, importId]) => !ids.includes(importId))).toEqual([]);
        // Sent again, a command gives what it gave.
        const client = new Client({ url: system.url, operator: 'somchai' });
        for (const [key, importId] of [...acknowledged].slice(-3)) {
          const body = { kind: 'welfare-register', source: 'mof-welfare', round: 2562 };
          expect(await client.post<{ importId: string }>('/imports', body, key)).toMatchObject({ importId });
        }
        const options = ['--url', system.url, 'rebuild', '--all', '--as', 'malee'];
        const rebuilt = await faemban<{ view: string; state: string; differencesTotal: number }[]>(...options);
        expect(rebuilt.filter((one) => one.state !== 'switched' || one.differencesTotal !== 0)).toEqual([]);
        const found = await faemban<{ verdict: string; events: number }>('verify', '--data', data);
        expect(found).toMatchObject({ verdict: 'unaltered' });
      }
      expect(acknowledged.size).toBeGreaterThan(rounds);

      // What was interrupted was finished; from there the system goes on as one that nobody disturbed.
      const last = nextSurvey();
      await importSurvey(system, last);
      const undisturbed = await System.start(`${survey.dataDir}-calm`, now);
      await importSurvey(undisturbed, last);
      const wanted = await figuresOf(undisturbed);
      await undisturbed.stop();
      expect(await figuresOf(system)).toBe(wanted);
      await system.stop();
    },
    60_000 + rounds * roundMsMax,
  );
});
