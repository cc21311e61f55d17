// Every suite that can run here. First everything that shares the machine well, then what starts servers, then whole systems, one at a time.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run, say, toolsFolder } from './places.mjs';
import { prepare } from './prepare.mjs';
import { exitCodeOf, summaryLine, totalsOf } from './totals.mjs';

const reports = join(toolsFolder, 'reports');

const wholeSystems = '/tools/e2e/';
/** Packages whose suites start Kafka or a database: in a run of their own, so that nothing else competes with them. */
const onRealServers = '/tools/native-servers/|/libs/store-mongo/|/libs/log-kafka/';
const runs = [
  {
    name: 'packages',
    args: [
      '--maxWorkers=2',
      '--forceExit',
      `--testPathIgnorePatterns=/node_modules/|/dist/|${wholeSystems}|${onRealServers}`,
    ],
  },
  {
    name: 'real servers',
    args: ['--maxWorkers=2', '--forceExit', '--testTimeout=60000', `--testPathPatterns=${onRealServers}`],
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

/** Runs Jest and reads its report, which is absent where Jest itself failed. */
export async function jestReport(tools, name, args) {
  await mkdir(reports, { recursive: true });
  const file = join(reports, `${name.replaceAll(' ', '-')}.json`);
  await rm(file, { force: true });
  await jest(tools, [...args, '--json', `--outputFile=${file}`]);
  return { name, report: existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined };
}

const installFlag = '--install-servers';

/** Only where it was asked for, or in continuous integration, is anything put on the machine. What fails here, the suites name. */
async function installServers({ node, env }) {
  for (const tool of ['native-servers', 'deploy-checks']) {
    const code = await run(node, [join(root, 'tools', tool, 'dist/main.js'), 'install'], { env });
    if (code !== 0) say('Not everything could be installed: see the lines above.');
  }
}

/** `npm test`; with arguments, Jest with those arguments in place of the runs. */
export async function test(given) {
  const tools = await prepare();
  const args = given.filter((arg) => arg !== installFlag);
  if (given.includes(installFlag) || process.env.CI === 'true') await installServers(tools);
  const results = [];
  for (const each of args.length > 0 ? [{ name: 'chosen', args }] : runs) {
    results.push(await jestReport(tools, each.name, each.args));
  }
  return tellTotals(results);
}

/** Says what was skipped and what failed, and the totals in the last line. Answers the exit code. */
export function tellTotals(results) {
  const totals = totalsOf(results);
  for (const reason of totals.reasons) say(`skipped: ${reason}`);
  for (const failure of totals.failures) say(`failed: ${failure}`);
  process.stdout.write(`${summaryLine(totals)}\n`);
  return exitCodeOf(totals);
}
