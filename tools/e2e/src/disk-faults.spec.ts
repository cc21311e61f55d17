import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faemban, runFaemban, System } from '@faemban/acceptance';
import { Client } from '@faemban/cli';
import { describeWhere } from '@faemban/fixtures';
import { applied, beginImport, figuresOf, importSurvey } from './import-survey';
import { makeSmallSurvey, type SmallSurvey } from './small-survey';

const now = Date.UTC(2018, 9, 1, 5);
const households = 1_500;
/** Room for an empty installation, and not for the import; room for everything. */
const small = '12m';
const large = '400m';

let survey: SmallSurvey;
let disk: string;
beforeAll(async () => {
  survey = await makeSmallSurvey();
}, 120_000);
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'faemban-disk-'));
});
afterEach(() => {
  spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});
afterAll(() => survey.remove());

const mount = (options: string): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0;
const remount = (options: string): void => {
  if (spawnSync('mount', ['-o', `remount,${options}`, disk]).status !== 0)
    throw new Error('The disk was not mounted again.');
};

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  disk = mkdtempSync(join(tmpdir(), 'faemban-disk-'));
  const isMounted = mount('size=1m');
  spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
  return isMounted;
}

describeWhere(canMount(), 'root on Linux (small disks are mounted)')('a disk', () => {
  test('that becomes full in an import leaves the system up, and with room it goes on to the same figures', async () => {
    mount(`size=${small}`);
    const data = join(disk, 'data');
    const system = await System.start(data, now);
    try {
      const client = new Client({ url: system.url, operator: 'somchai' });
      // The uploads fit or do not: either way the disk ends full, and the system stays.
      const files = survey.first(households);
      const begun = await beginImport(system, files).catch(() => undefined);
      await fullDisk(client);
      expect(await client.get<{ contexts: unknown[] }>('/status')).toMatchObject({ contexts: expect.any(Array) });
      remount(`size=${large}`);
      if (begun === undefined) await importSurvey(system, files);
      else await applied(system, begun);
      const figures = await figuresOf(system);
      await system.stop();
      expect(await faemban('verify', '--data', data)).toMatchObject({ verdict: 'unaltered' });

      const undisturbed = await System.start(`${survey.dataDir}-roomy`, now);
      await importSurvey(undisturbed, files);
      expect(figures).toBe(await figuresOf(undisturbed));
      await undisturbed.stop();
    } finally {
      await system.kill();
    }
  }, 900_000);

  test('that cannot be written is refused at the start; a backup on it can be verified and restored from', async () => {
    mount(`size=${large}`);
    const data = `${survey.dataDir}-small`;
    const system = await System.start(data, now);
    await importSurvey(system, survey.first(20));
    await faemban('backup', '--data', data, '--to', join(disk, 'backup'));
    await system.stop();
    mkdirSync(join(disk, 'data'));
    remount('ro');
    await expect(System.start(join(disk, 'data'), now)).rejects.toThrow(/cannot be written. Correct its permissions/);
    expect(await faemban('verify', '--data', join(disk, 'backup'))).toMatchObject({ verdict: 'unaltered' });
    const refused = await runFaemban('backup', '--data', data, '--to', join(disk, 'another'));
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringMatching(/could not be copied to/) });
    const restored = `${data}-restored`;
    expect(await faemban('restore', '--from', join(disk, 'backup'), '--data', restored)).toMatchObject({
      eventsLost: 0,
    });
  }, 120_000);
});

describe('two systems on one folder', () => {
  test('are refused each other, and the second leaves the first at work', async () => {
    const data = `${survey.dataDir}-shared`;
    const first = await System.start(data, now);
    try {
      await expect(System.start(data, now)).rejects.toThrow(/Another Faemban process is using the data folder/);
      await importSurvey(first, survey.first(20));
      const restore = await runFaemban('restore', '--from', data, '--data', data);
      expect(restore.code).toBe(3);
    } finally {
      await first.stop();
    }
    expect(await faemban('verify', '--data', data)).toMatchObject({ verdict: 'unaltered' });
  }, 120_000);
});

/** Waits until the disk has less than a page free, or a command is refused for lack of room. */
async function fullDisk(client: Client): Promise<void> {
  for (let n = 0; n < 600; n += 1) {
    const { stdout } = spawnSync('df', ['--output=avail', '-k', disk], { encoding: 'utf8' });
    if (Number(stdout.split('\n')[1]) < 64) return;
    await client.get('/status');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The disk did not become full.');
}
