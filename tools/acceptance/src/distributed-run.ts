import { join } from 'node:path';
import { Client } from '@faemban/cli';
import { Cluster, services } from '@faemban/cluster';
import { bestMongo, startMongo } from '@faemban/native-servers';
import { differing, figuresOf } from './again';
import type { Again } from './embedded-run';
import { eventsOf } from './events-of';
import { faemban } from './faemban';

/** A migrated installation makes all its views anew before it serves; so long at most, in milliseconds. */
const caughtUpMsMax = 3 * 3_600_000;

/** The same figures once more from the distributed profile, and in how many files they were not the same. */
export interface DistributedAgainReport {
  readonly files: number;
  /** Read models that were rebuilt from Kafka, compared with the live ones, and put in their place. */
  readonly viewsRebuilt: number;
  /** Files that differ after that. */
  readonly rebuilt: number;
  /** Files that differ after every process was stopped and started again. */
  readonly restarted: number;
  /** True where the log is whole, of every service, by `faemban verify`. */
  readonly isUnaltered: boolean;
  /** True when all events were there after the restart. */
  readonly isEveryEventThere: boolean;
}

/** A migrated installation's figures, and in how many files they were not those of the installation it came from. */
export interface MigratedReport extends DistributedAgainReport {
  readonly servers: readonly string[];
  /** Files that differ from the embedded installation's. */
  readonly differing: number;
}

/** One run of the distributed profile on real servers, every service in processes of its own. */
export class DistributedRun {
  private cluster: Cluster | undefined;

  constructor(private readonly instances: number) {}

  /** The servers it runs on. */
  get servers(): readonly string[] | undefined {
    return this.cluster && serversOf(this.cluster);
  }

  async start(nowMs: number): Promise<Cluster> {
    const instances = Object.fromEntries(services.map((service) => [service, this.instances]));
    this.cluster = await Cluster.start({ nowMs, instances });
    return this.cluster;
  }

  /** Rebuilt from Kafka, verified, and after all processes were stopped and started again. */
  async again(asked: Again): Promise<DistributedAgainReport> {
    if (this.cluster === undefined) throw new Error('The system was not started.');
    return againOf(this.cluster, asked);
  }

  async end(): Promise<void> {
    await this.cluster?.remove();
  }
}

/** Migrates an embedded installation that stands still to servers of its own, and has its figures there, once more as {@link DistributedRun} has them. */
export async function figuresMigrated(
  dataDir: string,
  wanted: readonly string[],
  asked: Again,
): Promise<MigratedReport> {
  const { stages, nowMs, paths } = asked;
  const databasePrefix = 'migrated';
  const mongo = await startMongo(bestMongo());
  let cluster: Cluster | undefined;
  try {
    const of = { folder: join(dataDir, '..', 'services'), mongo, databasePrefix };
    await stages.run('migrate', () =>
      faemban(
        ...['migrate', '--data', dataDir, '--to-data', of.folder],
        ...['--mongodb-url', mongo.url, '--database-prefix', databasePrefix],
      ),
    );
    const how = { of, nowMs, partitionCount: 32, readyWithinMs: caughtUpMsMax };
    const started = await stages.run('migrated: start, every view made', () => Cluster.start(how));
    cluster = started;
    await stages.run('migrated: settle', () => started.settled());
    const found = differing(wanted, await figuresOf(started, paths));
    return { servers: serversOf(started), differing: found, ...(await againOf(started, asked, 'migrated: ')) };
  } finally {
    await cluster?.remove();
    await mongo.remove();
  }
}

async function againOf(cluster: Cluster, { paths, stages }: Again, of = ''): Promise<DistributedAgainReport> {
  const wanted = await stages.run(`${of}figures`, () => figuresOf(cluster, paths));
  const rebuilds = await stages.run(`${of}rebuild every view`, () =>
    faemban<{ state: string }[]>('--url', cluster.url, 'rebuild', '--all', '--as', 'malee'),
  );
  const rebuilt = differing(wanted, await figuresOf(cluster, paths));
  const { verdict } = await stages.run(`${of}verify`, () =>
    new Client({ url: cluster.url, operator: 'malee' }).post<{ verdict: string }>('/verifications'),
  );
  const events = await eventsOf(cluster);
  await stages.run(`${of}stop and start`, async () => {
    await cluster.stop();
    for (const member of [cluster.frontDoor, ...cluster.all]) member.start();
    await cluster.ready();
  });
  await stages.run(`${of}settle`, () => cluster.settled());
  return {
    files: paths.length,
    viewsRebuilt: rebuilds.filter(({ state }) => state === 'switched').length,
    rebuilt,
    restarted: differing(wanted, await figuresOf(cluster, paths)),
    isUnaltered: verdict === 'unaltered',
    isEveryEventThere: (await eventsOf(cluster)) === events,
  };
}

const serversOf = ({ kafka, mongo }: Cluster): readonly string[] => [
  `Kafka (${kafka.source})`,
  `${mongo.name} (${mongo.source})`,
];
