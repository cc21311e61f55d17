import 'reflect-metadata';
import {
  createLogger,
  logWarnings,
  exitCodeOf,
  exitWith,
  productVersion,
  readConfig,
  refusalLinesWith,
  stopOnSignal,
  type Stopped,
} from '@faemban/nest-kit';
import { startTelemetry } from '@faemban/telemetry';
import { parseArgs } from 'node:util';
import { bannerOf, loadDemo, tpmapFolder } from '@faemban/demo';
import { standaloneConfigSchema, type StandaloneConfig } from './config';
import { keepHeapSmall } from './heap';
import { forgetUnfinishedDemo, noteUnfinishedDemo, unfinishedDemo } from './demo/unfinished-demo';
import { createStandalone, type Standalone } from './standalone';
import { holdings, stoppedLine, usage } from './words';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  keepHeapSmall();
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
  const config = readConfig(standaloneConfigSchema, process.env, {
    port: { value: values.port, from: '--port' },
    dataDir: { value: values.data, from: '--data' },
  });
  const log = createLogger('standalone', config.logLevel);
  logWarnings(log);
  const telemetry = startTelemetry({
    ...{ service: 'standalone', version: productVersion, instance: String(process.pid) },
    environment: process.env,
    say: ({ level, message, error }) => log[level]({ ...(error === undefined ? {} : { err: error }) }, message),
  });
  const system = await createStandalone(config);
  const { stopped } = stopOnSignal(() => stop(system));
  const working = work(system, config, values, begunMs).then(() => stopped);
  // Whoever stops it while it starts or loads is told how the stop went, not what the stop broke off.
  const ended = await Promise.race([
    stopped,
    working.catch((error: unknown) => (system.isStopping ? stopped : Promise.reject(error))),
  ]);
  await telemetry.stop();
  say(stoppedLine(ended));
  return exitCodeOf(ended);
}

interface Wishes {
  readonly province: boolean;
  readonly empty: boolean;
  readonly tpmap?: string | undefined;
}

/** Starts, fills an empty installation, and says what there is. */
async function work(system: Standalone, config: StandaloneConfig, wishes: Wishes, begunMs: number): Promise<void> {
  await system.start();
  const { contexts } = await system.status();
  // What the platform itself records at its first start, such as the rulesets it ships, is no data of the province.
  const isNew = contexts.every(({ context, events }) => context !== 'ingestion' || events === 0);
  const begun = unfinishedDemo(config.dataDir);
  if (begun !== undefined || (isNew && !wishes.empty)) {
    const what = begun ?? (wishes.province ? 'province' : 'district');
    noteUnfinishedDemo(config.dataDir, what);
    await loadDemo({
      url: system.url,
      what,
      tpmap: tpmapFolder(wishes.tpmap),
      say,
      settled: () => system.settled(),
    });
    forgetUnfinishedDemo(config.dataDir);
  }
  const banner = bannerOf({
    url: system.url,
    readyInMs: Date.now() - begunMs,
    facts: [['data', config.dataDir, ...holdings(await system.status())]],
    tries: ['npm run faemban -- import survey --help'],
    stops: 'หยุดโดยเก็บงานที่ค้างให้เสร็จ · stops in order',
  });
  for (const line of banner) say(line);
}

function stop(system: Standalone): Promise<Stopped> {
  say('\n  กำลังหยุด เก็บงานที่ค้างให้เสร็จ (กดอีกครั้งเพื่อหยุดทันที) · stopping in order (again: at once)');
  return system.stop();
}

exitWith(main(), refusalLinesWith(usage));
