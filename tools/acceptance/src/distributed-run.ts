import { Client } from '@faemban/cli';
import { Cluster, services } from '@faemban/cluster';
import { differing, figuresOf } from './again';
import type { Again } from './embedded-run';
import { eventsOf } from './events-of';
import { faemban } from './faemban';

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

/** One run of the distributed profile on real servers, every service in processes of its own. */
export class DistributedRun {
  private cluster: Cluster | undefined;

  constructor(private readonly instances: number) {}

  /** The servers it runs on. */
  get servers(): readonly string[] | undefined {
    const { cluster } = this;
    return cluster && [`Kafka (${cluster.kafka.source})`, `${cluster.mongo.name} (${cluster.mongo.source})`];
  }

  async start(nowMs: number): Promise<Cluster> {
    const instances = Object.fromEntries(services.map((service) => [service, this.instances]));
    this.cluster = await Cluster.start({ nowMs, instances });
    return this.cluster;
  }

  /** Rebuilt from Kafka, verified, and after all processes were stopped and started again. */
  async again({ paths, stages }: Again): Promise<DistributedAgainReport> {
    const { cluster } = this;
    if (cluster === undefined) throw new Error('The system was not started.');
    const wanted = await stages.run('figures', () => figuresOf(cluster, paths));
    const rebuilds = await stages.run('rebuild every view', () =>
      faemban<{ state: string }[]>('--url', cluster.url, 'rebuild', '--all', '--as', 'malee'),
    );
    const rebuilt = differing(wanted, await figuresOf(cluster, paths));
    const { verdict } = await stages.run('verify', () =>
      new Client({ url: cluster.url, operator: 'malee' }).post<{ verdict: string }>('/verifications'),
    );
    const events = await eventsOf(cluster);
    await stages.run('stop and start', async () => {
      await cluster.stop();
      for (const member of [cluster.frontDoor, ...cluster.all]) member.start();
      await cluster.ready();
    });
    await stages.run('settle', () => cluster.settled());
    return {
      files: paths.length,
      viewsRebuilt: rebuilds.filter(({ state }) => state === 'switched').length,
      rebuilt,
      restarted: differing(wanted, await figuresOf(cluster, paths)),
      isUnaltered: verdict === 'unaltered',
      isEveryEventThere: (await eventsOf(cluster)) === events,
    };
  }

  async end(): Promise<void> {
    await this.cluster?.remove();
  }
}
