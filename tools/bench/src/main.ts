import { appendFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchAppend } from './append.bench';
import { benchChain } from './chain.bench';
import { benchDistributed } from './distributed/distributed.bench';
import { benchEngine } from './engine.bench';
import { benchFreshness } from './freshness.bench';
import { benchImport } from './import.bench';
import { benchLoad } from './load.bench';
import { benchPeers } from './peers/peers.bench';
import { benchRebuild } from './rebuild/rebuild.bench';
import type { BenchResult } from './result';
import { benchServing } from './serving.bench';

const usage = `npm run bench -- [append] [load] [chain] [peers] [engine] [freshness] [rebuild] [serving] [import] [distributed] [--province] [--data FOLDER] [--keep]

Measures each named work (default: all but distributed, which starts servers) beside its raw floor in the same run. --province imports the whole province instead of a
district; --data has rebuild and serving work on a copy of an installation that is not in use, instead of made households; --keep adds
the results to docs/reference/benchmarks.jsonl with the commit.`;

async function main(): Promise<void> {
  const { values, positionals: names } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      province: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      data: { type: 'string' },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const asked = (name: string) => names.length === 0 || names.includes(name);
  const tpmap = join(process.env['FAEMBAN_TEST_DATA'] ?? '../shared/data', 'tpmap-2561');
  const results: BenchResult[] = [];
  const add = (more: readonly BenchResult[]) => {
    for (const result of more) print(result);
    results.push(...more);
  };
  if (asked('append')) add(await benchAppend());
  if (asked('load')) add(await benchLoad());
  if (asked('chain')) add(await benchChain());
  if (asked('peers')) add(await benchPeers());
  if (asked('engine')) add(await benchEngine());
  if (asked('freshness')) add(await benchFreshness());
  if (asked('rebuild')) add(await benchRebuild(values.data && join(values.data, 'events.sqlite')));
  if (asked('serving')) add(await benchServing(values.data));
  if (names.includes('distributed')) add(await benchDistributed());
  if (asked('import')) add(await benchImport(tpmap, values.province));
  if (values.keep) keep(results);
}

function print({ work, unit, ours, floor, ratio, aim }: BenchResult): void {
  const figures = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · ');
  console.log(`${work}: ${unit}\n  ours   ${figures(ours)}`);
  if (floor) console.log(`  floor  ${figures(floor.figures)}   (${floor.what})`);
  if (ratio !== undefined) console.log(`  ratio  ${ratio}`);
  if (aim) console.log(`  aim    ${aim}`);
}

function keep(results: readonly BenchResult[]): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const at = { at: new Date().toISOString(), commit, node: process.version, cores: cpus().length };
  const file = join(__dirname, '../../../docs/reference/benchmarks.jsonl');
  for (const result of results) appendFileSync(file, `${JSON.stringify({ ...at, ...result })}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
