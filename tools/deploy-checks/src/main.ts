#!/usr/bin/env node
import { installServers } from '@faemban/native-servers';
import { writeDashboards } from './dashboards/all-dashboards';
import { recipes } from './programs/recipes';

/** `install`: puts the programs that the checks run into the cache. `dashboards`: writes Grafana's files from their definitions. */
async function main([command]: readonly string[]): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if (command === 'install') {
    const failures = await installServers(say, recipes);
    for (const failure of failures) say(failure);
    return failures.length === 0 ? 0 : 1;
  }
  if (command === 'dashboards') {
    writeDashboards();
    return 0;
  }
  say('Usage: deploy-checks install | dashboards');
  return 2;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
