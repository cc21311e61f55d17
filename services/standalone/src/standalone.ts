import type { Clock } from '@faemban/event-sourcing';
import {
  addVolumeMetrics,
  createLogger,
  createServer,
  demoOperators,
  sealPlanDefault,
  type Operator,
  type ServerStatus,
  type Stopped,
} from '@faemban/nest-kit';
import { standaloneConfigSchema, type StandaloneConfig } from './config';
import { openEmbeddedPlatform } from './embedded-platform';
import { serviceModules } from './service-modules';

/** What a caller may put in the place of the real thing. */
export interface StandaloneOverrides {
  readonly clock?: Clock;
  readonly operators?: readonly Operator[];
}

/** The whole system in one process. It prints nothing. */
export interface Standalone {
  /** Where it listens. @throws Error before the start */
  readonly url: string;
  /** True from the first call of `stop`. */
  readonly isStopping: boolean;
  /** @throws StartRefused when the port is taken */
  start(): Promise<void>;
  /** Drains within the configured limit, then closes the files and gives the data folder back. */
  stop(): Promise<Stopped>;
  /** Every view and policy has applied everything recorded so far, and what that caused. */
  settled(): Promise<void>;
  /** How it stands, as `GET /status` tells it. */
  status(): Promise<ServerStatus>;
}

/**
 * Opens the data folder and composes every service over it.
 * @throws StoreRefused when the folder is in use or was set up differently
 * @throws StartRefused when the configuration is not usable
 */
export async function createStandalone(
  config: Partial<StandaloneConfig> = {},
  overrides: StandaloneOverrides = {},
): Promise<Standalone> {
  const settings = standaloneConfigSchema.parse(config);
  const clock = overrides.clock ?? Date.now;
  const log = createLogger('standalone', settings.logLevel);
  const embedded = await openEmbeddedPlatform({
    dataDir: settings.dataDir,
    clock,
    partitionCount: settings.partitionCount,
    onFailure: (err) =>
      log.error({ err }, 'how far the events go could not be noted beside the keys; it is tried again'),
  });
  const server = await madeOrClosed(embedded.close, () =>
    createServer(serviceModules(), {
      name: 'standalone',
      platform: embedded.platform,
      operators: overrides.operators ?? demoOperators,
      port: settings.port,
      host: settings.host,
      drainMsMax: settings.drainMsMax,
      sealPlan: { ...sealPlanDefault, everySeconds: settings.sealEverySeconds },
      log,
    }),
  );
  addVolumeMetrics(server.metrics, settings.dataDir);
  let stopping: Promise<Stopped> | undefined;
  const stop = async (): Promise<Stopped> => {
    const stopped = await server.stop();
    // Where something is still at work the files stay open under it; the operating system closes them with the process.
    if (stopped !== 'abandoned') await embedded.close();
    return stopped;
  };
  return {
    get url() {
      return server.url;
    },
    get isStopping() {
      return stopping !== undefined;
    },
    start: () => madeOrClosed(embedded.close, () => server.start()),
    stop: () => (stopping ??= stop()),
    settled: () => server.settled(),
    status: () => server.status(),
  };
}

async function madeOrClosed<Made>(close: () => Promise<void>, make: () => Promise<Made>): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    await close();
    throw error;
  }
}
