import type { RunnerIncident, Sentence } from '@faemban/event-sourcing';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { pino, type Logger } from 'pino';
import { StartRefused } from './config';
import { closeWithin, drainMsMaxDefault, type Stopped } from './http/closing';
import { Connections } from './http/connections';
import { createHttpAdapter, refuseForeignHosts, watchRequests } from './http/fastify';
import type { Operator } from './http/operators';
import { ProblemsFilter } from './http/problems.filter';
import { requireServiceToken } from './http/service-token';
import { takenSettingsKey, type TakenSettings } from './http/taken';
import { InputPipe } from './http/validation';
import { sealPlanDefault, type SealPlan } from './integrity/seals.service';
import { kitModule } from './kit.module';
import { HealthRegistry } from './operations/health';
import { NestLog, scrubbed } from './operations/logs';
import { addBuildInfo, addHealthMetrics, addRunnerMetrics, addSequencerMetrics, Metrics } from './operations/metrics';
import { addServerReadiness } from './operations/readiness';
import type { ServerState } from './operations/server-state';
import { serverStatus, type ServerStatus } from './operations/server-status';
import type { Platform } from './platform';
import { productVersion } from './process/product-version';
import { Runners } from './runners/runners';
import { traceRequests } from './tracing/trace-requests';
import { EmbeddedLogServer } from './transport/embedded-log-server';

/** The only addresses a server listens on until there are accounts, unless it is one process of several in a private network. */
export const loopbackHosts = ['127.0.0.1', '::1', 'localhost'] as const;

/** What a server is made with. `port` 0 takes any free one; `host` is an address, a loopback one unless `isPrivateNetwork`. */
export interface ServerOptions {
  readonly name: string;
  readonly version?: string;
  readonly platform: Platform;
  readonly operators: readonly Operator[];
  readonly port: number;
  readonly host?: string;
  /** What every request must show, but for health and metrics. With it the routes for other processes are served. */
  readonly serviceToken?: string;
  /** Whether `host` may be an address other than a loopback one; needs `serviceToken`, which then stands for the names it is called by. */
  readonly isPrivateNetwork?: boolean;
  readonly drainMsMax?: number;
  readonly sealPlan?: SealPlan;
  readonly log?: Logger;
}

/** A server of one or several contexts. */
export interface Server {
  /** Where it listens, e.g. `http://127.0.0.1:8420`. @throws Error before the start */
  readonly url: string;
  readonly runners: Runners;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
  readonly app: NestFastifyApplication;
  /** Starts views and policies, then listens. @throws StartRefused when the port is taken */
  start(): Promise<void>;
  /** Drains: no new requests, those under way finish, runners finish their batch. Repeating it gives the same answer. */
  stop(): Promise<Stopped>;
  /** How it stands, as `GET /status` tells it. */
  status(): Promise<ServerStatus>;
  /** Every view and policy has applied everything recorded so far, and what that caused. */
  settled(): Promise<void>;
  /** The OpenAPI document of all routes. */
  openApi(): OpenAPIObject;
}

/**
 * Makes a Nest application of these modules on Fastify, with problems, validation, operators, health, metrics and documentation.
 * It listens on this machine only, until there are accounts, unless it is one process of several: behind a service token, in a network
 * declared private.
 * @throws StartRefused when `host` is not a loopback address and no private network is declared, or there is no service token
 */
export async function createServer(
  modules: readonly (DynamicModule | Type<object>)[],
  options: ServerOptions,
): Promise<Server> {
  const { serviceToken, isPrivateNetwork = false } = options;
  const asked = options.host ?? '127.0.0.1';
  if (!loopbackHosts.some((known) => known === asked)) {
    if (!isPrivateNetwork) throw new StartRefused(notLoopback);
    if (serviceToken === undefined) throw new StartRefused(noServiceToken);
  }
  // `localhost` would be two servers, one for each kind of address.
  const host = asked === 'localhost' ? '127.0.0.1' : asked;
  const log = options.log ?? pino({ level: 'silent' });
  const { platform } = options;
  const runners = new Runners(platform.followed ?? platform.log, (incident) => reportIncident(log, incident));
  const health = new HealthRegistry();
  const metrics = new Metrics();
  const state: ServerState = {
    service: options.name,
    startedAt: new Date(platform.clock()).toISOString(),
    isDraining: false,
  };
  const adapter = createHttpAdapter();
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  // No web page knows the token, so behind one a server may be called by whatever name its network gives it.
  if (!isPrivateNetwork || serviceToken === undefined) refuseForeignHosts(fastify);
  if (serviceToken !== undefined) requireServiceToken(fastify, serviceToken);
  traceRequests(fastify);
  watchRequests(fastify, metrics, log);
  const connections = new Connections(fastify.server);
  const settings: TakenSettings = {
    platform,
    operators: new Map(options.operators.map((operator) => [operator.id, operator])),
  };
  fastify.decorate(takenSettingsKey, settings);

  class Root {}
  const root = {
    module: Root,
    imports: [
      kitModule({
        ...{ platform, runners, health, metrics, state },
        sealPlan: options.sealPlan ?? sealPlanDefault,
        internalAccess: { isGiven: serviceToken !== undefined },
      }),
      ...modules,
    ],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLog(log),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemsFilter(log));
  app.useGlobalPipes(new InputPipe());
  app.connectMicroservice<MicroserviceOptions>({ strategy: new EmbeddedLogServer(runners) });
  addServerReadiness(health, runners, state);
  addBuildInfo(metrics, { service: options.name, version: options.version ?? productVersion });
  addHealthMetrics(metrics, health);
  addRunnerMetrics(metrics, runners, platform.clock);
  addSequencerMetrics(metrics, platform);
  const openApi = (): OpenAPIObject => SwaggerModule.createDocument(app, documentHead(options));
  SwaggerModule.setup('docs', app, openApi, {
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
  });

  let url: string | undefined;
  let stopping: Promise<Stopped> | undefined;
  const stop = async (): Promise<Stopped> => {
    state.isDraining = true;
    connections.drain();
    const stopped = await closeWithin(options.drainMsMax ?? drainMsMaxDefault, app.close(), fastify.server);
    metrics.close();
    return stopped;
  };
  return {
    get url() {
      if (url === undefined) throw new Error('The server has not been started.');
      return url;
    },
    app,
    runners,
    health,
    metrics,
    openApi,
    settled: () => runners.settled(),
    status: () => serverStatus(platform, runners, state),
    async start() {
      try {
        await app.listen({ port: options.port, host });
        url = urlOf(fastify, host);
        await app.startAllMicroservices();
      } catch (error) {
        await app.close();
        throw isPortTaken(error) ? new StartRefused(portTaken(options.port), { cause: error }) : error;
      }
    },
    stop: () => (stopping ??= stop()),
  };
}

/** Incidents of runners as lines of the log: parked events and retries warn, a fault is an error. */
function reportIncident(log: Logger, { runner, what, message, error }: RunnerIncident): void {
  log[what === 'faulted' ? 'error' : 'warn'](
    { runner, what, ...(error === undefined ? {} : { err: error }) },
    scrubbed(message),
  );
}

function documentHead({ name, version = productVersion }: ServerOptions): Omit<OpenAPIObject, 'paths'> {
  return new DocumentBuilder()
    .setTitle(`Faemban: ${name}`)
    .setVersion(version)
    .setDescription(
      'Every refusal is a problem document (RFC 9457) with a stable `code` and a sentence in Thai (`detail`) and English (`detailEn`). ' +
        'Commands name their operator in `Faemban-Operator` and may be sent again with the same `Idempotency-Key`.',
    )
    .build();
}

function urlOf(fastify: FastifyInstance, host: string): string {
  const { port } = fastify.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function isPortTaken(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'EADDRINUSE';
}

const portTaken = (port: number): Sentence => ({
  th: `พอร์ต ${port} มีโปรแกรมอื่นใช้อยู่ ปิดโปรแกรมนั้น หรือเลือกพอร์ตอื่นด้วย --port`,
  en: `Port ${port} is taken by another program. Stop that one, or choose another port with --port.`,
});

const notLoopback: Sentence = {
  th: 'ยังไม่มีระบบบัญชีผู้ใช้ จึงเปิดได้เฉพาะในเครื่องนี้ (127.0.0.1)',
  en: 'There are no accounts yet, so the server listens on this machine only (127.0.0.1).',
};

const noServiceToken: Sentence = {
  th: 'จะเปิดให้เรียกจากเครื่องอื่นได้ต้องตั้งรหัสระหว่างระบบ (FAEMBAN_SERVICE_TOKEN) ด้วย',
  en: 'To listen on an address other than this machine’s, a server needs a service token (FAEMBAN_SERVICE_TOKEN).',
};
