import { readdirSync } from 'node:fs';
import { filesOfTheTree, root, textOf } from './tree';

const files = filesOfTheTree();
const textFiles = files.filter((path) =>
  /\.(ts|mjs|js|json|md|yml|yaml|sql|csv)$|(^|\/)(NOTICE|run|\.[a-z]+rc|\.gitignore)$/.test(path),
);
const sources = files.filter((path) => /^(libs|services|tools)\/.*\.ts$/.test(path));

const topLevel = new Set([
  ...['deploy', 'docs', 'libs', 'services', 'tools'],
  ...['nx.json', 'package.json', 'package-lock.json', 'tsconfig.base.json', 'docker-compose.yml', 'README.md'],
  ...['LICENSE', 'NOTICE', 'tsconfig.json', 'jest.config.js', 'eslint.config.mjs'],
  ...['node_modules', 'coverage'],
]);

/** Lines of the tree's text files that match, as `path:line text`. */
function linesWith(pattern: RegExp, unless?: RegExp): string[] {
  return textFiles.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) && !unless?.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 160)}`] : [],
      ),
  );
}

test('the top level holds what it is meant to hold', () => {
  const found = readdirSync(root).filter((name) => !name.startsWith('.') && !topLevel.has(name));
  expect(found).toEqual([]);
});

test('no file names a place on somebody’s machine', () => {
  const machinePath = new RegExp(['["\'`\\s(=](/', '(home|root|Users|work)/[a-z])|[A-Z]:\\\\Users'].join(''));
  expect(linesWith(machinePath)).toEqual([]);
});

test('nothing reaches out of the project, except the default of the test data folder', () => {
  const outside = new RegExp(`\\.\\./${'shared'}`);
  expect(linesWith(outside, /FAEMBAN_TEST_DATA|beside the project|join\(projectRoot, /)).toEqual([]);
});

test('nothing is left for later in the sources', () => {
  const marker = new RegExp(`\\b(${['TO', 'DO|FIX', 'ME|X', 'XX'].join('')})\\b`);
  expect(linesWith(marker).filter((line) => /^(libs|services|tools)\//.test(line))).toEqual([]);
});

test('the lock file names no registry', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as {
    packages: Record<string, { resolved?: string; link?: boolean }>;
  };
  const resolved = Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined && entry.link !== true);
  expect(resolved).toEqual([]);
});

test.each(['@nestjs/common', '@nestjs/core', 'rxjs', 'reflect-metadata', 'fastify', 'zod', 'better-sqlite3'])(
  '%s is installed once: two copies do not recognise each other’s classes',
  (name) => {
    const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, object> };
    expect(Object.keys(packages).filter((path) => path.endsWith(`node_modules/${name}`))).toEqual([
      `node_modules/${name}`,
    ]);
  },
);

describe('names', () => {
  const vague = /^(common|shared|utils?|core|helpers?|misc|manager|base|impl)$/;

  test('no folder or file has a name that says nothing', () => {
    const found = files.filter((path) =>
      path
        .split('/')
        .some((part) => vague.test(part.replace(/\..*$/, '')) || /-(manager|impl|utils?|helpers?)\b/.test(part)),
    );
    expect(found).toEqual([]);
  });

  test('nothing exported is called Manager, Base, Impl, Utils or Helper', () => {
    const exported =
      /export (?:abstract )?(?:class|interface|type|function|const) \w*(Manager|Base|Impl|Utils?|Helpers?)\b/;
    expect(linesWith(exported).filter((line) => line.includes('.ts:'))).toEqual([]);
  });

  test('source files are kebab-case with role suffixes', () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.ts$/;
    expect(sources.filter((path) => !name.test(path.split('/').at(-1) ?? ''))).toEqual([]);
  });
});

test('nine sources in ten are under 350 lines', () => {
  const long = sources.filter((path) => textOf(path).split('\n').length > 350);
  expect({ long, tooMany: long.length > sources.length / 10 }).toMatchObject({ tooMany: false });
});
