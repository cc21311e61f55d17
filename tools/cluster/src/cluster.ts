import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  bestMongo,
  freePorts,
  startKafka,
  startKafkaSecured,
  startMongo,
  type KafkaCluster,
  type MongoProtocolServer,
  type MongoServerName,
  type SecuredCluster,
} from '@faemban/native-servers';
import { Member } from './member';
import { untilSettled } from './settled';

/** The services of the platform, each in processes of its own. */
export const services = ['identity-verification', 'ingestion', 'mpi-scoring', 'reporting'] as const;
/** One of {@link services}. */
export type ServiceName = (typeof services)[number];

const readyMsMax = 180_000;

/** How a cluster is made. */
export interface ClusterOptions {
  /** MongoDB itself where it can be had, unless given. */
  readonly mongo?: MongoServerName;
  readonly kafkaNodes?: 1 | 3;
  /** Whether services reach Kafka, one node then, by TLS, as a user who may do what the guides say and no more. */
  readonly securedKafka?: boolean;
  /** Processes of a service, one unless given. */
  readonly instances?: Partial<Readonly<Record<ServiceName, number>>>;
  /** What the clock shows in every service, in milliseconds since 1970; the machine's own unless given. */
  readonly nowMs?: number;
  readonly partitionCount?: number;
  /** Databases and folder (private files, and `keys` in it) of an installation that was made before, e.g. by a migration. */
  readonly of?: { readonly folder: string; readonly mongo: MongoProtocolServer; readonly databasePrefix: string };
  /** How long it may take to be ready, in milliseconds: an installation of a province catches up first. Three minutes unless given. */
  readonly readyWithinMs?: number;
  /** Where the front door listens; any free port unless given. */
  readonly port?: number | undefined;
  /** More of the services' environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The distributed profile on this machine: a real Kafka, a server of MongoDB's protocol, every service a process of its own, one front
 * door. Nothing of it outlives the process that started it.
 */
export class Cluster {
  private constructor(
    readonly folder: string,
    readonly kafka: KafkaCluster,
    readonly mongo: MongoProtocolServer,
    /** The processes by service, in the order they were made. */
    readonly members: Readonly<Record<ServiceName, readonly Member[]>>,
    readonly frontDoor: Member,
    private readonly token: string,
    /** What the names of its databases begin with. */
    readonly databasePrefix: string,
    private readonly moveClock: (byMs: number) => void,
    private readonly isOurs: boolean,
  ) {}

  /** Where the whole system answers. */
  get url(): string {
    return this.frontDoor.url;
  }

  /** Every service's processes. */
  get all(): readonly Member[] {
    return services.flatMap((service) => this.members[service]);
  }

  /** Starts servers and processes, and waits until everything is ready. @throws Error where no source has a server, or it does not come up */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const { mongo: mongoName = bestMongo(), kafkaNodes = 1, instances = {}, partitionCount = 8 } = options;
    const folder = options.of?.folder ?? mkdtempSync(join(tmpdir(), 'faemban-cluster-'));
    const [kafka, mongo] = await Promise.all([
      options.securedKafka === true ? startKafkaSecured() : startKafka({ nodeCount: kafkaNodes }),
      options.of?.mongo ?? startMongo(mongoName),
    ]);
    // A database that somebody else runs may have those of an earlier run.
    const databasePrefix = options.of?.databasePrefix ?? `faemban-${crypto.randomUUID().slice(0, 8)}`;
    let aheadMs = options.nowMs === undefined ? 0 : options.nowMs - Date.now();
    const counts = services.map((service) => instances[service] ?? 1);
    const [freePort = 0, ...ports] = await freePorts(1 + counts.reduce((sum, count) => sum + count, 0));
    const doorPort = options.port ?? freePort;
    const addresses = services.map((_, at) =>
      Array.from({ length: counts[at] ?? 1 }, () => `http://127.0.0.1:${ports.shift()}`),
    );
    const token = crypto.randomUUID();
    const env = {
      FAEMBAN_SERVICE_TOKEN: token,
      FAEMBAN_MONGODB_URL: mongo.url,
      FAEMBAN_MONGODB_DATABASE_PREFIX: databasePrefix,
      FAEMBAN_MONGODB_REPLACES_ATOMICALLY: String(mongo.name !== 'ferretdb'),
      ...wayTo(kafka),
      FAEMBAN_KAFKA_REPLICATION_FACTOR: String(kafkaNodes),
      FAEMBAN_PARTITION_COUNT: String(partitionCount),
      FAEMBAN_LOG_LEVEL: 'error',
      ...Object.fromEntries(
        services.map((service, at) => [
          `FAEMBAN_${service.toUpperCase().replaceAll('-', '_')}_URL`,
          (addresses[at] ?? []).join(','),
        ]),
      ),
      ...options.env,
    };
    const module = join(__dirname, '../dist/service-process.js');
    const members = Object.fromEntries(
      services.map((service, at) => [
        service,
        (addresses[at] ?? []).map((url, index) => {
          const dataDir = options.of === undefined ? join(folder, service) : folder;
          mkdirSync(dataDir, { recursive: true });
          return new Member(`${service} ${index + 1}`, url, module, () => [service, String(aheadMs)], {
            ...env,
            FAEMBAN_PORT: new URL(url).port,
            FAEMBAN_DATA_DIR: dataDir,
            FAEMBAN_KEYS_DIR: join(dataDir, 'keys'),
          });
        }),
      ]),
    ) as unknown as Record<ServiceName, readonly Member[]>;
    const doorMain = join(dirname(require.resolve('@faemban/front-door/package.json')), 'dist/main.js');
    const door = new Member('front-door', `http://127.0.0.1:${doorPort}`, doorMain, () => [], {
      ...env,
      FAEMBAN_PORT: String(doorPort),
    });
    const moveClock = (byMs: number): void => void (aheadMs += byMs);
    const cluster = new Cluster(
      folder,
      kafka,
      mongo,
      members,
      door,
      token,
      databasePrefix,
      moveClock,
      options.of === undefined,
    );
    try {
      for (const member of [door, ...cluster.all]) member.start();
      await cluster.ready(options.readyWithinMs);
      return cluster;
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  }

  /** Waits until the front door says that everything is ready. @throws Error with what it waits for when that takes too long */
  async ready(withinMs = readyMsMax): Promise<void> {
    const until = Date.now() + withinMs;
    for (;;) {
      const said = await fetch(`${this.url}/health/ready`).then(
        async (response) => ({ isReady: response.status === 200, text: await response.text() }),
        (error: unknown) => ({ isReady: false, text: String(error) }),
      );
      if (said.isReady) return;
      const ended = [this.frontDoor, ...this.all].find(({ isRunning }) => !isRunning);
      if (ended !== undefined) throw new Error(`${ended.name} ended by itself; what it said stands above.`);
      if (Date.now() > until) throw new Error(`The system is not ready after ${withinMs} ms: ${said.text}`);
      await delay(200);
    }
  }

  /** Moves every service's clock on. */
  async shiftClock(byMs: number): Promise<void> {
    this.moveClock(byMs);
    await Promise.all(this.all.filter(({ isRunning }) => isRunning).map((member) => member.ask({ shiftMs: byMs })));
  }

  /** Waits until every view and policy has applied everything recorded, and what that caused. */
  settled(withinMs?: number): Promise<void> {
    return untilSettled((service, path) => this.askService(service, path), withinMs);
  }

  /** Asks each running process of a service, as other processes of the platform do. */
  async askService(service: ServiceName, path: string): Promise<readonly unknown[]> {
    const running = this.members[service].filter(({ isRunning }) => isRunning);
    const answers = running.map(async ({ url }) => {
      const headers = { 'faemban-service-token': this.token };
      const response = await fetch(url + path, { headers }).catch(() => undefined);
      // One that stands by, or is just being started, serves nothing.
      if (response === undefined || response.status === 503) return undefined;
      if (!response.ok) throw new Error(`${service} answered ${response.status} to ${path}: ${await response.text()}`);
      return (await response.json()) as unknown;
    });
    return (await Promise.all(answers)).filter((answer) => answer !== undefined);
  }

  /** Peak resident memory in MiB of the largest process, processor seconds of all, by the operating system's own count. */
  async measure(): Promise<{ peakRssMb: number; cpuSeconds: number }> {
    const answers = await Promise.all(this.all.map((member) => member.ask({ measure: true })));
    return {
      peakRssMb: Math.max(...answers.map(({ peakRssMb = 0 }) => peakRssMb)),
      cpuSeconds: Math.round(answers.reduce((sum, { cpuSeconds = 0 }) => sum + cpuSeconds, 0) * 10) / 10,
    };
  }

  /** Stops every process in order; servers and data stay. */
  async stop(): Promise<void> {
    await this.frontDoor.stop();
    await Promise.all(this.all.map((member) => member.stop()));
  }

  /** Ends everything at once and removes it. */
  async remove(): Promise<void> {
    await Promise.all([this.frontDoor, ...this.all].map((member) => member.kill()));
    await Promise.all([this.kafka.remove(), ...(this.isOurs ? [this.mongo.remove()] : [])]);
    if (this.isOurs) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How services reach Kafka. */
function wayTo(kafka: KafkaCluster | SecuredCluster): Readonly<Record<string, string>> {
  if (!('secured' in kafka)) return { FAEMBAN_KAFKA_BROKERS: kafka.brokers.join(',') };
  const { brokers, caFile, logins } = kafka.secured;
  return {
    FAEMBAN_KAFKA_BROKERS: brokers.join(','),
    FAEMBAN_KAFKA_TLS: 'true',
    FAEMBAN_KAFKA_USERNAME: logins.faemban.username,
    FAEMBAN_KAFKA_PASSWORD: logins.faemban.password,
    FAEMBAN_TRUSTED_CA_FILE: caFile,
  };
}
