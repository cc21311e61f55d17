import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bannerOf, loadDemo, tpmapFolder } from '@faemban/demo';
import { bestMongo, installServers, sourceOf } from '@faemban/native-servers';
import { exitWith, refusalLinesWith, stopOnSignal } from '@faemban/nest-kit';
import { Cluster, services } from './cluster';
import { factsOf, triesOf, usage } from './words';

const restartAfterMs = 5_000;
/** Figures of a whole province settle within this, in milliseconds. */
const settledMsMax = 3 * 3_600_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8420' },
      instances: { type: 'string', default: '1' },
      brokers: { type: 'string', default: '1' },
      tpmap: { type: 'string' },
      province: { type: 'boolean', default: false },
      empty: { type: 'boolean', default: false },
      'install-servers': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const [port, perService, kafkaNodes] = [values.port, values.instances, values.brokers].map(Number) as [
    number,
    number,
    number,
  ];
  const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
  if (!isPort || ![1, 2, 3, 4, 5].includes(perService) || (kafkaNodes !== 1 && kafkaNodes !== 3)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  if (values['install-servers']) await installServers((line) => process.stderr.write(`${line}\n`));
  const lacks = [sourceOf(kafkaNodes === 1 ? 'kafka' : 'kafka-of-three'), sourceOf(bestMongo())].flatMap(({ lack }) =>
    lack === undefined ? [] : [lack.replace('npm test -- --install-servers', 'npm run cluster -- --install-servers')],
  );
  if (lacks.length > 0) {
    process.stderr.write(`ไม่มีสิ่งที่ต้องใช้ · needs ${lacks.join('; needs ')}\n`);
    return 1;
  }

  const begunMs = Date.now();
  say('เริ่ม Kafka ฐานข้อมูล และบริการทุกตัว · starting Kafka, a database, and every service');
  const { stopped } = stopOnSignal(async () => 'drained');
  const instances = Object.fromEntries(services.map((service) => [service, perService]));
  const cluster = await Cluster.start({ port, instances, kafkaNodes, env: { FAEMBAN_LOG_LEVEL: 'warn' } });
  const stopping = new AbortController();
  try {
    const work = async (): Promise<void> => {
      if (!values.empty) {
        const what = values.province ? 'province' : 'district';
        const settled = () => cluster.settled(settledMsMax);
        await loadDemo({ url: cluster.url, what, tpmap: tpmapFolder(values.tpmap), say, settled });
      }
      const banner = bannerOf({
        url: cluster.url,
        readyInMs: Date.now() - begunMs,
        facts: factsOf(cluster),
        tries: triesOf(cluster.url),
        stops: 'หยุดและลบทั้งหมด · stops and removes everything',
      });
      for (const line of banner) say(line);
      await keepRunning(cluster, stopping.signal);
    };
    await Promise.race([stopped, work()]);
  } finally {
    stopping.abort();
    say('\n  กำลังหยุด · stopping');
    await cluster.remove();
  }
  return 0;
}

/** Starts a process again that ended, as whatever runs services does, until the system is stopped. */
async function keepRunning(cluster: Cluster, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    await delay(restartAfterMs, undefined, { signal: stopping }).catch(() => undefined);
    if (stopping.aborted) return;
    for (const member of [cluster.frontDoor, ...cluster.all]) {
      if (member.isRunning) continue;
      member.start();
      say(`  ${member.name} ถูกเริ่มใหม่ · had ended and was started again, pid ${member.pid ?? '-'}`);
    }
  }
}

exitWith(main(), refusalLinesWith(usage));
