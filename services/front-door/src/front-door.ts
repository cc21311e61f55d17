import {
  activeTraceparent,
  answerProblem,
  answerUnreadable,
  closeWithin,
  Connections,
  createLogger,
  loopbackHosts,
  Metrics,
  notFound,
  pathParameterCharactersMax,
  Problem,
  problemOf,
  StartRefused,
  traceRequests,
  watchRequests,
  type Lookup,
  type Stopped,
} from '@faemban/nest-kit';
import replyFrom from '@fastify/reply-from';
import { fastify as createFastify, type FastifyError, type FastifyInstance } from 'fastify';
import { isIP, type AddressInfo } from 'node:net';
import { addressesOf, type FrontDoorConfig } from './config';
import { Forwarding } from './forwarding/forward';
import { Asking, handOn, Refused } from './instances/asking';
import { Instances } from './instances/instances';
import { documentRoutes } from './operations/documents.routes';
import { integrityRoutes } from './operations/integrity.routes';
import { ownRoutes, type OwnState } from './operations/own.routes';
import { readModelRoutes } from './operations/read-models.routes';
import { isPlainPath, serviceRoutes } from './routes';

/** How long a service may take to begin an answer, and to be connected to, in milliseconds. Between two pieces of one there is no limit. */
const headersMsMax = 600_000;
const connectMsMax = 2_000;

/** One address in front of all services. */
export interface FrontDoor {
  /** Where it listens. @throws Error before the start */
  readonly url: string;
  /** Resolves every name and asks every instance whether it is ready, then listens; also where none is. @throws StartRefused when the port is taken */
  start(): Promise<void>;
  /** No new requests; those under way finish within the limit. Repeating it gives the same answer. */
  stop(): Promise<Stopped>;
}

/** What a caller may put in the place of the real thing. */
export interface FrontDoorOverrides {
  /** How names of services are resolved. */
  readonly lookup?: Lookup;
}

/** Makes a front door. @throws StartRefused when it is to listen beyond this machine and no private network is declared */
export async function createFrontDoor(config: FrontDoorConfig, overrides: FrontDoorOverrides = {}): Promise<FrontDoor> {
  if (!config.privateNetwork && !loopbackHosts.some((known) => known === config.host))
    throw new StartRefused(notPrivate);
  const host = config.host === 'localhost' ? '127.0.0.1' : config.host;
  const log = createLogger('front-door', config.logLevel);
  const metrics = new Metrics();
  const state: OwnState = { startedAt: new Date().toISOString(), isDraining: false };
  const instances = new Instances(addressesOf(config), overrides.lookup);
  const asking = new Asking(instances, config.serviceToken);
  const forwarding = new Forwarding(instances, config.serviceToken);

  const fastify = createFastify({
    routerOptions: { maxParamLength: pathParameterCharactersMax, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error, _request, reply) => answerProblem(problemOf(error).problem, reply),
  });
  const connections = new Connections(fastify.server);
  fastify.removeAllContentTypeParsers();
  // Whatever is sent is for the service to judge; it is handed on unread.
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
  refuseStrangers(fastify, config);
  traceRequests(fastify);
  goOnWithTraces(fastify);
  watchRequests(fastify, metrics, log);
  fastify.setNotFoundHandler((_request, reply) => answerProblem(notFound(), reply));
  fastify.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof Refused) return handOn(error.answer, reply);
    const { problem, isFault } = problemOf(error);
    const route = { method: request.method, route: request.routeOptions.url };
    if (isFault) log.error({ err: error, reference: problem.extra['reference'], ...route }, problem.code);
    else if (problem.status >= 500) log.warn({ err: error, ...route }, problem.code);
    return answerProblem(problem, reply);
  });
  await fastify.register(replyFrom, {
    disableCache: true,
    disableRequestLogging: true,
    undici: { headersTimeout: headersMsMax, bodyTimeout: 0, connect: { timeout: connectMsMax } },
  });
  ownRoutes(fastify, asking, metrics, state);
  readModelRoutes(fastify, asking, forwarding);
  integrityRoutes(fastify, asking, forwarding);
  documentRoutes(fastify, asking, forwarding);
  for (const [path, service] of serviceRoutes) {
    for (const each of [path, `${path}/*`]) {
      fastify.all(each, (request, reply) => forwarding.send(request, reply, service));
    }
  }

  let url: string | undefined;
  let stopping: Promise<Stopped> | undefined;
  const stop = async (): Promise<Stopped> => {
    state.isDraining = true;
    connections.drain();
    const stopped = await closeWithin(config.drainMsMax, fastify.close(), fastify.server);
    await instances.stop();
    metrics.close();
    return stopped;
  };
  return {
    get url() {
      if (url === undefined) throw new Error('The front door has not been started.');
      return url;
    },
    async start() {
      await instances.start();
      try {
        await fastify.listen({ port: config.port, host });
      } catch (error) {
        await instances.stop();
        const isTaken = (error as { code?: unknown }).code === 'EADDRINUSE';
        throw isTaken ? new StartRefused(portTaken(config.port), { cause: error }) : error;
      }
      const { port } = fastify.server.address() as AddressInfo;
      url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    },
    stop: () => (stopping ??= stop()),
  };
}

/**
 * Refuses names that are not its own, so that no web page reaches it under a name of its choosing, and addresses that would be read in two
 * ways. A page cannot have an address for its name, so in a private network those are let in.
 */
function refuseStrangers(fastify: FastifyInstance, { privateNetwork, publicNames }: FrontDoorConfig): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    const address = name.replace(/^\[(.*)\]$/, '$1');
    const isOwn =
      loopbackHosts.some((known) => known === address) ||
      (privateNetwork && (isIP(address) !== 0 || publicNames.includes(name)));
    if (!isOwn) done(foreignName());
    else done(isPlainPath(request.raw.url ?? '') ? undefined : notFound());
  });
}

/** What is sent on, or asked on behalf of a request, goes on with the request's own span; without telemetry with the caller's. */
function goOnWithTraces(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const traceparent = activeTraceparent();
    if (traceparent !== undefined) request.headers.traceparent = traceparent;
    done();
  });
}

const foreignName = (): Problem =>
  new Problem(421, 'host-not-known', {
    th: 'ไม่รู้จักชื่อที่ใช้เรียกนี้ ให้ผู้ดูแลเพิ่มใน FAEMBAN_PUBLIC_NAMES หรือเรียกด้วยที่อยู่ IP',
    en: 'This is not called by that name. Have it added to FAEMBAN_PUBLIC_NAMES, or call it by its address.',
  });

const notPrivate = {
  th: 'ยังไม่มีระบบบัญชีผู้ใช้ จึงเปิดได้เฉพาะในเครื่องนี้ (127.0.0.1) หากเป็นเครือข่ายภายในให้ตั้ง FAEMBAN_PRIVATE_NETWORK=true',
  en: 'There are no accounts yet, so it listens on this machine only (127.0.0.1). In a private network set FAEMBAN_PRIVATE_NETWORK=true.',
};

const portTaken = (port: number) => ({
  th: `พอร์ต ${port} มีโปรแกรมอื่นใช้อยู่ ปิดโปรแกรมนั้น หรือเลือกพอร์ตอื่นด้วย FAEMBAN_PORT`,
  en: `Port ${port} is taken by another program. Stop that one, or choose another port with FAEMBAN_PORT.`,
});
