import { describeWhere } from '@faemban/fixtures';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processNames } from '../agreed/processes';
import { root } from '../tree';
import { stages } from './dockerfile';
import { replay } from './replay';

/** The user that the image runs as. */
const nobody = 1000;
const minutesMax = 20;
const startMs = 60_000;

const isAsked = process.env['FAEMBAN_REPLAY_DOCKERFILE'] === 'true';
const canReplay = isAsked && process.platform === 'linux' && process.getuid?.() === 0;

describeWhere(
  canReplay,
  'root on Linux, and FAEMBAN_REPLAY_DOCKERFILE=true: it installs all packages twice, some minutes',
)('what the Dockerfile’s steps make', () => {
  let scratch: string;
  let app: string;
  let node: string;
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'faemban-image-'));
    chmodSync(scratch, 0o755);
    app = join(replay(stages(), scratch), 'app');
    // Where another user can reach it.
    node = join(scratch, 'node');
    cpSync(process.execPath, node);
  }, minutesMax * 60_000);
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const bare = (env: Record<string, string> = {}) => ({
    cwd: app,
    env: { PATH: '/usr/bin:/bin', NODE_ENV: 'production', ...env },
    uid: nobody,
    gid: nobody,
  });

  test('has what runs and nothing that only builds or tests', () => {
    const packages = readdirSync(join(app, 'node_modules'));
    expect(packages).toEqual(expect.arrayContaining(['better-sqlite3', 'fastify', 'zod', '@nestjs']));
    expect(
      packages.filter((name) => /^(jest|eslint|nx|@swc|testcontainers|@grafana|@testcontainers)$/.test(name)),
    ).toEqual([]);
    const files = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter(
      (file) => !file.includes('node_modules'),
    );
    expect(files.filter((file) => /\.spec\.|\.ts$|\.map$|(^|\/)src(\/|$)/.test(file))).toEqual([]);
  });

  test(
    'serves a whole installation as a user who can write none of it, tells its health, and stops when told',
    async () => {
      const data = join(scratch, 'installation');
      mkdirSync(data);
      chownSync(data, nobody, nobody);
      const port = String(20_000 + (process.pid % 20_000));
      const args = ['services/standalone/dist/main.js', '--empty', '--port', port, '--data', data];
      const child = spawn(node, args, { ...bare(), stdio: ['ignore', 'pipe', 'pipe'] });
      let printed = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      const ended = once(child, 'exit') as Promise<[number | null]>;
      const health = () =>
        spawnSync(node, ['health.mjs', 'ready'], { ...bare({ FAEMBAN_PORT: port }), encoding: 'utf8' });
      const begun = Date.now();
      let answer = health();
      while (answer.status !== 0 && child.exitCode === null && Date.now() - begun < startMs) answer = health();
      expect([answer.status, answer.status === 0 ? '' : printed]).toEqual([0, '']);
      expect(answer.stdout).toMatch(/^200 /);
      child.kill('SIGTERM');
      const [code] = await ended;
      expect(code).toBe(0);
      expect(health()).toMatchObject({
        status: 1,
        stdout: expect.stringContaining(`No answer on port ${port}`) as string,
      });
    },
    2 * startMs,
  );

  test('makes a service’s signing keys as the guide says, into a folder that may then be read only', () => {
    const folder = join(scratch, 'signing');
    mkdirSync(folder);
    chownSync(folder, nobody, nobody);
    const file = join(folder, 'signing-keys.json');
    const program = `require('@faemban/store-sqlite').openSigningKeys('${file}', { name: 'faemban.reporting', createdAt: new Date().toISOString() })`;
    const make = () => spawnSync(node, ['-e', program], { ...bare(), encoding: 'utf8' });
    expect(make()).toMatchObject({ status: 0, stderr: '' });
    const keys = readFileSync(file, 'utf8');
    chmodSync(folder, 0o500);
    expect(make()).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(keys);
    expect(JSON.parse(keys)).toMatchObject({ keys: [{}] });
  });

  test('has the command line', () => {
    const { status, stdout } = spawnSync(node, ['tools/cli/dist/main.js', '--help'], { ...bare(), encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/status/)]);
  });

  describe.each(processNames)('%s', (name) => {
    const main = `services/${name}/src/main.ts`;
    describeWhere(existsSync(join(root, main)), main)('of the distributed profile', () => {
      test('starts far enough to say all that it was not told', () => {
        const { status, stdout, stderr } = spawnSync(node, [`services/${name}/dist/main.js`], {
          ...bare({ FAEMBAN_PORT: '0' }),
          encoding: 'utf8',
          timeout: startMs,
        });
        const said = stdout + stderr;
        expect(said).not.toMatch(/Cannot find module|ERR_MODULE_NOT_FOUND/);
        expect(said).toContain('FAEMBAN_SERVICE_TOKEN');
        expect(status).not.toBe(0);
      });
    });
  });
});
