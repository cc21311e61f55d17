import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findProgram } from '../install/programs';
import { freePorts } from '../processes/free-ports';
import { NativeServer, type NativeServerRecipe } from '../processes/native-server';
import { makeCertificate, newLogin, type Certificate, type Login } from './credentials';
import { untilItAnswers, type MongoProtocolServer, type MongoServerName, type SecuredMongoServer } from './mongo';
import { listenWithTls } from './mongo-secured';

const readyMs = 60_000;
/**
 * It takes as much memory as it needs: its indexes are there, and what was read of late; collected without long stops, which its clients would
 * take for its end. It tells of errors only.
 */
const javaOptions = ['-Xms32m', '-Xmx6g', '-XX:+UseG1GC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];

/** Starts FerretDB on SQLite files of its own. What it has acknowledged survives `kill -9`. */
export async function startFerret(cache: string): Promise<MongoProtocolServer> {
  const [port] = (await freePorts(1)) as [number];
  return started('ferretdb', port, ferret(cache, port));
}

/** Starts FerretDB with a user, who comes in by TLS; whoever comes by its `url` needs the user too. */
export async function startSecuredFerret(cache: string): Promise<SecuredMongoServer> {
  const [port] = (await freePorts(1)) as [number];
  const login = newLogin('faemban');
  const { promise: made, resolve } = Promise.withResolvers<Certificate>();
  const plain = ferret(cache, port, login);
  const server = await started(
    'ferretdb',
    port,
    { ...plain, prepare: async (folder) => (await plain.prepare?.(folder), resolve(await makeCertificate(folder))) },
    login,
  );
  const certificate = await made;
  const listener = await listenWithTls(certificate, port);
  return {
    ...server,
    secured: { address: `localhost:${listener.port}`, caFile: certificate.caFile, login },
    async remove() {
      await listener.close();
      await server.remove();
    },
  };
}

function ferret(cache: string, port: number, login?: Login): NativeServerRecipe {
  return {
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
        ...(login === undefined ? [] : ['--test-enable-new-auth']),
      ],
      ...(login === undefined ? {} : { env: userIn(login) }),
    }),
    ready: (process) => untilItAnswers(urlOf(port, login), readyMs, process),
  };
}

const userIn = ({ username, password }: Login): Readonly<Record<string, string>> => ({
  FERRETDB_SETUP_DATABASE: 'admin',
  FERRETDB_SETUP_USERNAME: username,
  FERRETDB_SETUP_PASSWORD: password,
});

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

const urlOf = (port: number, login?: Login): string =>
  `mongodb://${login === undefined ? '' : `${login.username}:${login.password}@`}127.0.0.1:${port}/`;

async function started(
  name: MongoServerName,
  port: number,
  recipe: NativeServerRecipe,
  login?: Login,
): Promise<MongoProtocolServer> {
  const server = new NativeServer(recipe);
  try {
    await server.start();
  } catch (error) {
    await server.remove();
    throw error;
  }
  return { name, source: 'native', url: urlOf(port, login), control: server, remove: () => server.remove() };
}
