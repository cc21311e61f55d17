import { join } from 'node:path';
import { Linter, type Rule } from 'eslint';
import { parser } from 'typescript-eslint';
import { loadModule } from './plain-module';
import { root } from './tree';

const linter = new Linter({ cwd: root });
const rules: Record<string, Rule.RuleModule> = {};

/** What the two rules say about a file with this content at this place. */
function complaints(path: string, code: string): string[] {
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: parser as Linter.Parser },
    plugins: { faemban: { rules } },
    rules: { 'faemban/dependencies': 'error', 'faemban/no-clock-or-chance': 'error' },
  };
  return linter.verify(code, config, join(root, path)).map(({ message }) => message);
}

beforeAll(async () => {
  const dependencies = await loadModule<{ dependenciesRule: Rule.RuleModule }>(
    'tools/repo-checks/eslint/dependencies-rule.mjs',
  );
  const purity = await loadModule<{ pureFilesRule: Rule.RuleModule }>('tools/repo-checks/eslint/pure-files-rule.mjs');
  rules['dependencies'] = dependencies.dependenciesRule;
  rules['no-clock-or-chance'] = purity.pureFilesRule;
});

const from = (source: string) => `import { x } from '${source}'; x();`;

describe('the dependency table', () => {
  test.each([
    ['libs/contracts/src/a.ts', 'zod'],
    ['libs/event-sourcing/src/a.ts', '@faemban/contracts'],
    ['libs/event-sourcing/src/testing/a.suite.ts', 'fast-check'],
    ['libs/store-sqlite/src/a.ts', 'better-sqlite3'],
    ['libs/store-sqlite/src/a.int.spec.ts', '@faemban/event-sourcing/testing'],
    ['libs/nest-kit/src/a.ts', '@nestjs/common'],
    ['libs/thai/src/a.spec.ts', '@faemban/fixtures'],
    ['services/reporting/src/reporting.module.ts', '@faemban/store-sqlite'],
    ['services/reporting/src/areas/area.queries.ts', 'node:path'],
    ['services/standalone/src/main.ts', '@faemban/reporting'],
    ['tools/bench/src/a.ts', '@faemban/event-sourcing/testing'],
  ])('%s may import %s', (path, source) => {
    expect(complaints(path, from(source))).toEqual([]);
  });

  test.each([
    ['libs/contracts/src/a.ts', 'node:crypto', 'runtime:any has no node: modules'],
    ['libs/contracts/src/a.ts', '@faemban/event-sourcing', 'kind:contracts may not import kind:core'],
    ['libs/contracts/src/a.ts', 'ajv', 'kind:contracts may not import it'],
    ['libs/event-sourcing/src/a.ts', '@nestjs/common', 'kind:core may not import it'],
    ['libs/event-sourcing/src/a.ts', 'better-sqlite3', 'kind:core may not import it'],
    ['libs/event-sourcing/src/a.ts', 'fast-check', 'test tools are for specs and testing/'],
    ['libs/thai/src/a.ts', '@faemban/event-sourcing', 'runtime:any may not import runtime:node'],
    ['libs/store-sqlite/src/a.ts', '@nestjs/common', 'kind:adapter may not import it'],
    ['libs/store-sqlite/src/a.ts', '@faemban/event-sourcing/testing', "'testing' is for specs, fixtures and tools"],
    [
      'libs/store-sqlite/src/a.ts',
      '@faemban/event-sourcing/src/ports',
      "only a package's index or 'testing' is public",
    ],
    ['libs/nest-kit/src/a.ts', '@faemban/store-sqlite', 'kind:kit may not import kind:adapter'],
    ['libs/nest-kit/src/a.ts', 'kafkajs', 'kind:kit may not import it'],
    ['libs/fixtures/src/a.ts', '@nestjs/common', 'kind:fixtures may not import it'],
    ['services/reporting/src/reporting.module.ts', '@faemban/ingestion', 'kind:service may not import kind:service'],
    ['services/reporting/src/reporting.module.ts', '@faemban/fixtures', 'kind:service may not import kind:fixtures'],
    [
      'services/reporting/src/a.ts',
      '../../ingestion/src/b',
      'a package is imported by its name, not by a path out of this one',
    ],
    ['services/reporting/src/areas/area.view.ts', 'node:fs', 'a file that decides may not import node: modules'],
    ['services/reporting/src/areas/area.view.ts', 'rxjs', 'a file that decides may not touch the world'],
    ['services/reporting/src/areas/area.policy.ts', '@faemban/nest-kit', 'a file that decides may not import kind:kit'],
    [
      'services/reporting/src/areas/area.decisions.ts',
      './area.queries',
      "a file that decides may not import a '.queries' file",
    ],
    [
      'services/reporting/src/areas/area.queries.ts',
      '@faemban/store-sqlite',
      'an adapter or a process is named only in a module, a store, index.ts or main.ts',
    ],
    [
      'services/case-management/src/main.ts',
      '@faemban/event-sourcing',
      'the package.json of @faemban/case-management does not list it',
    ],
    [
      'services/case-management/src/main.ts',
      'fastify',
      'the package.json of @faemban/case-management does not list fastify',
    ],
    ['services/reporting/src/main.ts', 'fs', "write 'node:fs'"],
    ['services/reporting/src/main.ts', '@faemban/nowhere', 'there is no such package'],
  ])('%s may not import %s: %s', (path, source, reason) => {
    expect(complaints(path, from(source))).toEqual([`'${source}': ${reason}.`]);
  });

  test('sees re-exports, dynamic imports and require as well', () => {
    const code = "export { x } from 'node:fs'; void import('node:fs'); require('node:fs');";
    expect(complaints('services/reporting/src/areas/area.view.ts', code)).toHaveLength(3);
  });
});

describe('the clock and chance', () => {
  test.each(['Date.now()', 'new Date()', 'performance.now()', 'Math.random()', 'crypto.randomUUID()'])(
    '%s is refused where something is decided, and allowed where the world is touched',
    (call) => {
      expect(complaints('services/mpi-scoring/src/method/count.ts', call)).toHaveLength(1);
      expect(complaints('libs/thai/src/dates.ts', call)).toHaveLength(1);
      expect(complaints('services/mpi-scoring/src/main.ts', call)).toEqual([]);
    },
  );

  test('a given instant is not a clock', () => {
    expect(complaints('libs/thai/src/dates.ts', "new Date('2018-01-01T00:00:00Z')")).toEqual([]);
  });
});
