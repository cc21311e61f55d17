#!/usr/bin/env node
import { installServers } from './install/install-servers';
import { serverSources } from './sources';

/** `install`: puts the servers into the cache. `sources`: tells where each would come from. */
async function main([command]: readonly string[]): Promise<number> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  if (command === 'install') {
    const failures = await installServers(say);
    for (const failure of failures) say(failure);
    return failures.length === 0 ? 0 : 1;
  }
  if (command === 'sources') {
    for (const { server, source, lack } of serverSources()) {
      process.stdout.write(`${server}: ${source ?? `nowhere; needs ${lack}`}\n`);
    }
    return 0;
  }
  say('Usage: native-servers install | sources');
  return 2;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
