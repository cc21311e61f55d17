import type { ContextName } from '@faemban/contracts';
import type { Metrics } from './metrics';

/** How far the publishing of a context's events is behind what is sequenced: events, and the age of the oldest of them in seconds. */
export interface PublishingStatus {
  readonly context: ContextName;
  readonly lagEvents: number;
  readonly lagSeconds: number;
}

/** What this process sequences of a context. `isAlive` while its sequencer makes its passes, whether or not anything waits. */
export interface SequencingStatus {
  readonly context: ContextName;
  readonly heldPartitions: number;
  readonly isAlive: boolean;
}

/** How many recorded events of a context this process has not been brought yet, in the partitions that are its own. */
export interface ConsumingStatus {
  readonly context: ContextName;
  readonly lagEvents: number;
}

/** Adds how far publishing is behind. The statuses are asked for at every scrape. */
export function addPublishingMetrics(
  metrics: Metrics,
  statuses: () => readonly PublishingStatus[] | Promise<readonly PublishingStatus[]>,
): void {
  metrics.gauge(
    'faemban_publish_lag_events',
    'Sequenced events of a context that are not on Kafka yet.',
    ['context'],
    async (gauge) => {
      for (const { context, lagEvents } of await statuses()) gauge.set({ context }, lagEvents);
    },
  );
  metrics.gauge(
    'faemban_publish_lag_seconds',
    'Age of the oldest event that is not on Kafka yet; 0 when none is.',
    ['context'],
    async (gauge) => {
      for (const { context, lagSeconds } of await statuses()) gauge.set({ context }, lagSeconds);
    },
  );
}

/** Adds what this process sequences, and whether its sequencer lives: apart from lag, since an idle one has none. */
export function addSequencingMetrics(
  metrics: Metrics,
  statuses: () => readonly SequencingStatus[] | Promise<readonly SequencingStatus[]>,
): void {
  metrics.gauge(
    'faemban_sequencer_held_partitions',
    'Partitions of a context that this process sequences.',
    ['context'],
    async (gauge) => {
      for (const { context, heldPartitions } of await statuses()) gauge.set({ context }, heldPartitions);
    },
  );
  metrics.gauge(
    'faemban_sequencer_alive',
    '1 while the sequencer of this process makes its passes, also when nothing waits.',
    ['context'],
    async (gauge) => {
      for (const { context, isAlive } of await statuses()) gauge.set({ context }, isAlive ? 1 : 0);
    },
  );
}

/** Adds what this process consumes: the partitions assigned to it, and what it has not been brought of them. */
export function addConsumingMetrics(
  metrics: Metrics,
  consuming: {
    readonly service: string;
    readonly assignedPartitions: () => number;
    readonly statuses: () => readonly ConsumingStatus[] | Promise<readonly ConsumingStatus[]>;
  },
): void {
  const { service, assignedPartitions, statuses } = consuming;
  metrics.gauge(
    'faemban_consumed_lag_events',
    'Recorded events of a context, in partitions assigned to this process, that it has not taken yet.',
    ['context'],
    async (gauge) => {
      for (const { context, lagEvents } of await statuses()) gauge.set({ context }, lagEvents);
    },
  );
  metrics.gauge(
    'faemban_assigned_partitions',
    'Partition numbers that the group of a service has assigned to this process.',
    ['service'],
    (gauge) => gauge.set({ service }, assignedPartitions()),
  );
}
