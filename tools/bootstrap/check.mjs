// The fast check before a commit: format, lint, types, generated files, and the tests of what changed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, run, say } from './places.mjs';
import { prepare } from './prepare.mjs';
import { jest } from './test.mjs';

/** What is compared by tools rather than by tests; `tools/repo-checks` runs the same four in `npm test`. */
export const toolChecks = [
  { name: 'format', file: 'node_modules/prettier/bin/prettier.cjs', args: ['--check', '--log-level=warn', '.'] },
  {
    name: 'lint',
    file: 'node_modules/eslint/bin/eslint.js',
    args: ['--max-warnings=0', '--cache', '--cache-location=.tools/cache/eslint/', '.'],
  },
  { name: 'types', file: 'node_modules/typescript/bin/tsc', args: ['--noEmit'] },
  { name: 'generated files', file: 'tools/generators/dist/main.js', args: ['--check'] },
];

const slowSpecs = '/node_modules/|/dist/|/tools/e2e/|\\.int\\.spec\\.ts$|/toolchain\\.spec\\.ts$';

/** Without a branch `main` to compare with (a fresh repository, an archive), all fast tests run. */
function changedOnly() {
  const known = spawnSync('git', ['rev-parse', '--verify', '--quiet', 'main^{commit}'], { cwd: root });
  return known.status === 0 ? ['--changedSince=main'] : [];
}

function fastTests(tools, args) {
  return jest(tools, [...args, `--testPathIgnorePatterns=${slowSpecs}`], { quiet: true });
}

/** `npm run check`: everything is run, even after a failure; each line says how it went and how long it took. */
export async function check() {
  const tools = await prepare();
  const steps = [
    ...toolChecks.map(({ name, file, args }) => ({
      name,
      go: () => run(tools.node, [join(root, file), ...args], { env: tools.env, quiet: true }),
    })),
    { name: 'the tree itself', go: () => fastTests(tools, ['tools/repo-checks']) },
    { name: 'tests of what changed', go: () => fastTests(tools, ['--passWithNoTests', ...changedOnly()]) },
  ];
  let failed = 0;
  for (const { name, go } of steps) {
    const startedAt = performance.now();
    const ok = (await go()) === 0;
    if (!ok) failed += 1;
    say(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  }
  return failed === 0 ? 0 : 1;
}
