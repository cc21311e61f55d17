import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findProgram } from '../install/programs';
import { freePorts } from '../processes/free-ports';
import { NativeServer, type NativeServerRecipe } from '../processes/native-server';
import { untilItAnswers, type MongoProtocolServer, type MongoServerName } from './mongo';

const readyMs = 60_000;
/**
 * It takes as much memory as it needs: its indexes are there, and what was read of late; collected without long stops, which its clients would
 * take for its end. It tells of errors only.
 */
const javaOptions = ['-Xms32m', '-Xmx6g', '-XX:+UseG1GC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];

/** Starts FerretDB on SQLite files of its own. What it has acknowledged survives `kill -9`. */
export async function startFerret(cache: string): Promise<MongoProtocolServer> {
  const [port] = (await freePorts(1)) as [number];
  return started('ferretdb', port, {
    name: 'ferretdb',
    prepare: (folder) => mkdir(join(folder, 'data')).then(() => undefined),
    command: (folder) => ({
      program: join(cache, 'ferretdb'),
      args: [
        '--handler=sqlite',
        // Without waiting for the disk at every commit: what is acknowledged survives the process, if not the machine.
        `--sqlite-url=file:${join(folder, 'data')}/?_pragma=synchronous(normal)`,
        `--state-dir=${folder}`,
        `--listen-addr=127.0.0.1:${port}`,
        '--debug-addr=-',
        '--telemetry=disable',
        '--log-level=WARN',
      ],
    }),
    ready: (process) => untilItAnswers(urlOf(port), readyMs, process),
  });
}

/** Starts mongo-java-server on an H2 file. It writes to the disk about once a second: what came last is lost with `kill -9`. */
export async function startMongoJava(cache: string): Promise<MongoProtocolServer> {
  const [port] = (await freePorts(1)) as [number];
  const java = findProgram('java') ?? 'java';
  const classes = ['-cp', [cache, join(cache, 'libs', '*')].join(delimiter)];
  return started('mongo-java-server', port, {
    name: 'mongo-java-server',
    command: (folder) => ({
      program: java,
      args: [...javaOptions, ...classes, 'Main', join(folder, 'data.mv'), String(port)],
    }),
    async ready(process) {
      await process.line(/^listening$/, readyMs);
      await untilItAnswers(urlOf(port), readyMs, process);
    },
  });
}

const urlOf = (port: number): string => `mongodb://127.0.0.1:${port}/`;

async function started(name: MongoServerName, port: number, recipe: NativeServerRecipe): Promise<MongoProtocolServer> {
  const server = new NativeServer(recipe);
  try {
    await server.start();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return { name, source: 'native', url: urlOf(port), control: server, remove: () => server.remove() };
}
