// The long run of faults: the same suites as `npm test`, with many more rounds.
import { say } from './places.mjs';
import { prepare } from './prepare.mjs';
import { jestReport, tellTotals } from './test.mjs';

/** Each suite with the rounds of a long run; a variable that is set already wins. */
const suites = [
  { name: 'tampering', paths: ['tools/e2e/src/tampering'], rounds: { FAEMBAN_TAMPERINGS: '10000' } },
  {
    name: 'tampering in memory',
    paths: ['libs/event-sourcing/src/integrity/tampering'],
    rounds: { FAEMBAN_TAMPERINGS: '10000' },
  },
  {
    name: 'disk and processes',
    paths: ['libs/store-sqlite/src/faults', 'libs/store-sqlite/src/open-sqlite', 'tools/e2e/src/disk-faults'],
    rounds: {},
  },
  {
    name: 'backup and restore killed',
    paths: ['libs/store-sqlite/src/backup'],
    rounds: { FAEMBAN_KILL_STRIDE: '1' },
  },
  { name: 'killed under load', paths: ['tools/e2e/src/kill'], rounds: { FAEMBAN_KILLS: '100' } },
  {
    name: 'distributed: processes and broker',
    paths: ['tools/e2e/src/distributed/faults'],
    rounds: { FAEMBAN_FAULT_ROUNDS: '10' },
  },
  {
    name: 'distributed: database and three brokers',
    paths: ['tools/e2e/src/distributed/server-faults', 'libs/log-kafka/src/faults'],
    rounds: { FAEMBAN_SERVER_KILLS: '10' },
  },
  { name: 'migration', paths: ['tools/e2e/src/migrate'], rounds: { FAEMBAN_MIGRATION_DEATHS: 'all' } },
];

/** `npm run faults [-- <suite name or part of it>]`: what machines do to data, for an hour. */
export async function faults(args) {
  const tools = await prepare();
  const chosen = suites.filter(({ name }) => args.length === 0 || args.some((part) => name.includes(part)));
  if (chosen.length === 0) {
    say(`There is no such suite. There are: ${suites.map(({ name }) => name).join(' · ')}.`);
    return 2;
  }
  const results = [];
  for (const { name, paths, rounds } of chosen) {
    const begun = performance.now();
    const env = { ...rounds, ...tools.env };
    results.push(await jestReport({ ...tools, env }, `faults ${name}`, [...paths, '--runInBand', '--forceExit']));
    say(`${name}: ${((performance.now() - begun) / 1000).toFixed(0)} s ${JSON.stringify(rounds)}`);
  }
  return tellTotals(results);
}
