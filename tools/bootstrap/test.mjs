// Every suite that can run here. First everything that shares the machine well, then whole systems, one at a time.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run, say, toolsFolder } from './places.mjs';
import { prepare } from './prepare.mjs';
import { exitCodeOf, summaryLine, totalsOf } from './totals.mjs';

const reports = join(toolsFolder, 'reports');

const wholeSystems = '/tools/e2e/';
const runs = [
  {
    name: 'packages',
    args: ['--maxWorkers=2', '--forceExit', `--testPathIgnorePatterns=/node_modules/|/dist/|${wholeSystems}`],
  },
  {
    name: 'whole systems',
    args: [
      '--runInBand',
      '--forceExit',
      '--testTimeout=600000',
      '--passWithNoTests',
      `--testPathPatterns=${wholeSystems}`,
    ],
  },
];

/** Runs Jest under Node's module loader, which Nest 12 needs. */
export function jest({ node, env }, args, { quiet = false } = {}) {
  const options = `${env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim();
  return run(node, [join(root, 'node_modules/jest/bin/jest.js'), ...args], {
    env: { ...env, NODE_OPTIONS: options },
    quiet,
  });
}

async function jestReport(tools, name, args) {
  const file = join(reports, `${name.replaceAll(' ', '-')}.json`);
  await rm(file, { force: true });
  await jest(tools, [...args, '--json', `--outputFile=${file}`]);
  return { name, report: existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined };
}

/** `npm test`; with arguments, Jest with those arguments in place of the two runs. */
export async function test(args) {
  const tools = await prepare();
  await mkdir(reports, { recursive: true });
  const results = [];
  for (const each of args.length > 0 ? [{ name: 'chosen', args }] : runs) {
    results.push(await jestReport(tools, each.name, each.args));
  }
  const totals = totalsOf(results);
  for (const reason of totals.reasons) say(`skipped: ${reason}`);
  process.stdout.write(`${summaryLine(totals)}\n`);
  return exitCodeOf(totals);
}
