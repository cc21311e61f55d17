import {
  addVolumeMetrics,
  createLogger,
  demoOperators,
  productVersion,
  sealPlanDefault,
  type Operator,
  type Server,
  type Stopped,
} from '@faemban/nest-kit';
import type { Clock, Sentence } from '@faemban/event-sourcing';
import type { HeldLock } from '@faemban/store-sqlite';
import { startTelemetry } from '@faemban/telemetry';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { startBootServer } from './boot-server';
import { addressesOf, readProcessConfig } from './config';
import type { ServiceDefinition } from './definition';
import { openDistributedPlatform, type DistributedPlatform } from './distributed-platform';
import { addPlatformHealth, addPlatformMetrics } from './operations';
import { endedWithin } from './ended-within';
import { holdOwnFolder } from './own-folder';
import { trustAuthorities } from './trusted-authorities';
import { Waiting } from './waiting';

/** Leaving the partitions to others and closing has at least so long, in milliseconds, however long draining took. */
const letGoMsMin = 2_000;

/** What a caller may put in the place of the real thing. */
export interface ServiceOverrides {
  readonly clock?: Clock;
  readonly operators?: readonly Operator[];
  /** The database's own time; needed where the clock is not the machine's. */
  readonly serverTime?: () => Promise<number>;
}

/** A service's process at work. */
export interface RunningService {
  /** Where it listens, from the first moment. */
  readonly url: string;
  /** Resolves when it serves; rejects where it cannot. */
  readonly serving: Promise<Server>;
  readonly log: ReturnType<typeof createLogger>;
  /** What it waits for before it serves. */
  readonly waitsFor: readonly { readonly name: string; readonly sentence: Sentence }[];
  /** Drains within the configured limit, leaves its partitions to others, closes. */
  stop(): Promise<Stopped>;
}

/**
 * Starts a service as a process of its own. It answers health from the first moment and serves once its database and brokers are there;
 * the order in which processes start does not matter.
 * @throws StartRefused where the configuration cannot be used, or the port is taken
 */
export async function startService(
  definition: ServiceDefinition,
  environment: Readonly<Record<string, string | undefined>>,
  overrides: ServiceOverrides = {},
): Promise<RunningService> {
  const { context, follows, asks = [], keepsFiles = false } = definition;
  const config = readProcessConfig(
    environment,
    [...new Set([...follows, ...asks])].filter((one) => one !== context),
  );
  if (config.trustedCa !== undefined) trustAuthorities(config.trustedCa);
  const clock = overrides.clock ?? Date.now;
  const log = createLogger(context, config.logLevel);
  const telemetry = startTelemetry({
    service: context,
    version: productVersion,
    instance: environment['HOSTNAME'] ?? hostname(),
    environment,
    say: ({ level, message, error }) => log[level]({ err: error }, message),
  });
  const waiting = new Waiting();
  const boot = await startBootServer({ host: config.host, port: config.port ?? definition.port }, waiting);
  const { port } = boot;
  let isBooting = true;
  const endBoot = async (): Promise<void> => {
    if (!isBooting) return;
    isBooting = false;
    await boot.close();
  };

  let opened: DistributedPlatform | undefined;
  let folder: HeldLock | undefined;
  let server: Server | undefined;
  const letGo = async (): Promise<void> => {
    await opened?.close();
    folder?.release();
  };
  const serve = async (): Promise<Server> => {
    try {
      opened = await openDistributedPlatform(definition, config, {
        ...{ clock, waiting },
        failed: (what, err) => log.warn({ err, what }, 'waiting; it is tried again until it is there'),
        ...(overrides.serverTime === undefined ? {} : { serverTime: overrides.serverTime }),
      });
      const { events: recovered } = opened.events.recovered(context);
      if (recovered > 0)
        log.warn({ recovered }, 'events that had been published were missing here and were taken back');
      const ownFolder = resolve(config.dataDir, context);
      if (keepsFiles) folder = await holdOwnFolder(ownFolder, waiting);
      server = await definition.create({
        config,
        addressesOf: (other) => addressesOf(config, other),
        server: {
          platform: opened.platform,
          operators: overrides.operators ?? demoOperators,
          ...{ port, host: config.host, log },
          serviceToken: config.serviceToken,
          isPrivateNetwork: config.privateNetwork,
          drainMsMax: config.drainMsMax,
          sealPlan: { ...sealPlanDefault, everySeconds: config.sealEverySeconds },
        },
      });
      addPlatformHealth(server.health, opened, context);
      addPlatformMetrics(server.metrics, opened, context);
      if (keepsFiles) addVolumeMetrics(server.metrics, ownFolder);
      await endBoot();
      await server.start();
      return server;
    } catch (error) {
      waiting.giveUp();
      await endBoot();
      await letGo();
      throw error;
    }
  };
  const serving = serve();
  // Whoever stops it while it waits is told how the stop went, not what the stop broke off.
  serving.catch(() => undefined);

  let stopping: Promise<Stopped> | undefined;
  const stop = async (): Promise<Stopped> => {
    const begun = performance.now();
    const leftMs = (): number => Math.max(letGoMsMin, config.drainMsMax - (performance.now() - begun));
    waiting.giveUp();
    // Where something is still at work the files stay open under it; the operating system closes them with the process.
    let stopped: Stopped = 'abandoned';
    const served = serving.catch(() => undefined);
    if (await endedWithin(leftMs(), served)) stopped = (await server?.stop()) ?? 'drained';
    if (stopped !== 'abandoned' && !(await endedWithin(leftMs(), letGo()))) stopped = 'abandoned';
    await telemetry.stop();
    return stopped;
  };
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    serving,
    log,
    get waitsFor() {
      return waiting.now;
    },
    stop: () => (stopping ??= stop()),
  };
}
