import 'reflect-metadata';
import { readConfig, type Stopped } from '@faemban/nest-kit';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { standaloneConfigSchema } from './config';
import { bannerOf } from './demo/banner';
import { loadDemo } from './demo/load-demo';
import { createStandalone, type Standalone } from './standalone';
import { holdings, refusalLines, stoppedLine, usage } from './words';

const demoProvince = '84';
const demoDistrict = '8417';
const exitInterrupted = 130;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      data: { type: 'string' },
      tpmap: { type: 'string' },
      province: { type: 'boolean', default: false },
      empty: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const begunMs = Date.now();
  const config = readConfig(standaloneConfigSchema, process.env, { port: values.port, dataDir: values.data });
  const system = await createStandalone(config);
  const stopped = stopOnSignal(system);
  await system.start();
  const isNew = (await system.status()).contexts.every(({ events }) => events === 0);
  if (isNew && !values.empty) {
    const loading = loadDemo({
      url: system.url,
      what: values.province ? 'province' : 'district',
      tpmap: tpmapFolder(values.tpmap),
      province: demoProvince,
      district: demoDistrict,
      say,
      settled: () => system.settled(),
    });
    // Whoever stops the demo while it loads is not told that it failed.
    const first = await Promise.race([stopped, loading.then(() => undefined)]);
    if (first !== undefined) return exitOf(first);
  }
  const contents = holdings(await system.status());
  for (const line of bannerOf({ url: system.url, dataDir: config.dataDir, contents, readyInMs: Date.now() - begunMs }))
    say(line);
  return exitOf(await stopped);
}

/** TPMAP's published files, where there are any: as named, or beside the test data. */
function tpmapFolder(named: string | undefined): string | undefined {
  const folder = named ?? join(process.env['FAEMBAN_TEST_DATA'] ?? '../shared/data', 'tpmap-2561');
  return existsSync(folder) ? folder : named;
}

/** The first signal stops in order; a second one at once. */
function stopOnSignal(system: Standalone): Promise<Stopped> {
  const stopped = Promise.withResolvers<Stopped>();
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(exitInterrupted);
      isStopping = true;
      say('\n  กำลังหยุด เก็บงานที่ค้างให้เสร็จ (กดอีกครั้งเพื่อหยุดทันที) · stopping in order (again: at once)');
      system.stop().then(stopped.resolve, stopped.reject);
    });
  }
  return stopped.promise;
}

function exitOf(stopped: Stopped): number {
  say(stoppedLine(stopped));
  return stopped === 'abandoned' ? 1 : 0;
}

main().then(
  // Nothing is left to wait for, whatever a library still keeps open.
  (code) => process.exit(code),
  (error: unknown) => {
    for (const line of refusalLines(error)) process.stderr.write(`${line}\n`);
    process.exit(1);
  },
);
