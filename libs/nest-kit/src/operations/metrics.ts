import { monitorEventLoopDelay, type ELDHistogram } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Platform } from '../platform';
import type { Runners } from '../runners/runners';

/** Bounds of the HTTP duration histogram, in seconds. */
const httpSecondsBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.3, 0.5, 1, 2, 5, 10];
const nanosecondsPerSecond = 1e9;
const eventLoopResolutionMs = 10;

/** One server's metrics, in its own prom-client registry. Services add theirs to `registry`; names begin with `faemban_`. */
export class Metrics {
  readonly registry = new Registry();
  readonly httpSeconds = new Histogram({
    name: 'faemban_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: httpSecondsBuckets,
    registers: [this.registry],
  });
  private readonly eventLoop: ELDHistogram = monitorEventLoopDelay({ resolution: eventLoopResolutionMs });

  constructor() {
    this.eventLoop.enable();
    this.addProcessMetrics();
  }

  /** A counter in this registry. */
  counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** A gauge in this registry whose value is taken when asked for. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (gauge: Gauge) => void | Promise<void>,
  ): Gauge {
    return new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      async collect() {
        this.reset();
        await collect(this);
      },
    });
  }

  /** Stops measuring. */
  close(): void {
    this.eventLoop.disable();
    this.registry.clear();
  }

  /** The 99th percentile of the event loop's delay since the last time it was asked for, in seconds. */
  private eventLoopDelaySeconds(): number {
    const delay = this.eventLoop.percentile(99) / nanosecondsPerSecond;
    this.eventLoop.reset();
    return Math.max(0, delay - eventLoopResolutionMs / 1000);
  }

  private addProcessMetrics(): void {
    this.gauge(
      'faemban_event_loop_delay_p99_seconds',
      'Event-loop delay, 99th percentile since the last scrape.',
      [],
      (gauge) => gauge.set(this.eventLoopDelaySeconds()),
    );
    this.gauge('faemban_process_resident_memory_bytes', 'Resident memory of the process.', [], (gauge) =>
      gauge.set(process.memoryUsage.rss()),
    );
    this.gauge('faemban_process_heap_used_bytes', 'Heap in use.', [], (gauge) =>
      gauge.set(process.memoryUsage().heapUsed),
    );
    this.gauge('faemban_process_cpu_seconds', 'CPU time used since start.', ['mode'], (gauge) => {
      const { user, system } = process.cpuUsage();
      gauge.set({ mode: 'user' }, user / 1e6);
      gauge.set({ mode: 'system' }, system / 1e6);
    });
    this.gauge('faemban_process_uptime_seconds', 'Time since the process began.', [], (gauge) =>
      gauge.set(process.uptime()),
    );
  }
}

/** Adds what is measured of every runner: lag, what it is complete through, parked events. */
export function addRunnerMetrics(metrics: Metrics, runners: Runners, clock: Platform['clock']): void {
  const each = (gauge: Gauge, value: (status: ReturnType<Runners['statuses']>[number]) => number): void => {
    for (const status of runners.statuses()) gauge.set({ runner: status.name, kind: status.kind }, value(status));
  };
  const labels = ['runner', 'kind'];
  metrics.gauge('faemban_lag_events', 'Recorded events a view or policy has not applied yet.', labels, (gauge) =>
    each(gauge, (status) => status.lagEvents),
  );
  metrics.gauge('faemban_lag_seconds', 'Age of the oldest event not applied yet.', labels, (gauge) =>
    each(gauge, (status) => status.lagSeconds),
  );
  metrics.gauge('faemban_parked_total', 'Events parked behind one that could not be applied.', labels, (gauge) =>
    each(gauge, (status) => status.parkedTotal),
  );
  metrics.gauge('faemban_parked_oldest_seconds', 'Age of the oldest parked event; 0 when none is.', labels, (gauge) =>
    each(gauge, (status) =>
      status.parkedOldestAt === null ? 0 : Math.max(0, (clock() - Date.parse(status.parkedOldestAt)) / 1000),
    ),
  );
  metrics.gauge('faemban_runner_up', '1 while the runner works, 0 when it stopped with a fault.', labels, (gauge) =>
    each(gauge, (status) => (status.state === 'faulted' || status.state === 'stopped' ? 0 : 1)),
  );
  metrics.gauge(
    'faemban_complete_through',
    'The last seq applied, per context and partition.',
    [...labels, 'context', 'partition'],
    (gauge) => {
      for (const { name, kind, vector } of runners.statuses()) {
        for (const [key, seq] of Object.entries(vector)) {
          const [context = '', partition = ''] = key.split('/');
          gauge.set({ runner: name, kind, context, partition }, seq);
        }
      }
    },
  );
}

/** Adds the sequencer's own liveness, apart from lag: whether heads can be read, how far they are, when they last moved. */
export function addSequencerMetrics(metrics: Metrics, platform: Pick<Platform, 'log' | 'contexts'>): void {
  metrics.gauge('faemban_sequencer_up', '1 when the heads of a context can be read.', ['context'], async (gauge) => {
    for (const context of platform.contexts) {
      const isUp = await platform.log.heads(context).then(
        () => true,
        () => false,
      );
      gauge.set({ context }, isUp ? 1 : 0);
    }
  });
  metrics.gauge(
    'faemban_sequenced_events',
    'Events recorded in a context, over all partitions.',
    ['context'],
    async (gauge) => {
      for (const context of platform.contexts) {
        const heads = await platform.log.heads(context);
        gauge.set(
          { context },
          heads.reduce((sum, head) => sum + head.seq, 0),
        );
      }
    },
  );
  metrics.gauge(
    'faemban_sequenced_last_timestamp_seconds',
    'When the last event of a context was recorded; absent before the first.',
    ['context'],
    async (gauge) => {
      for (const context of platform.contexts) {
        const latest = (await platform.log.heads(context)).reduce<string>(
          (last, { recordedAt }) => (recordedAt && recordedAt > last ? recordedAt : last),
          '',
        );
        if (latest) gauge.set({ context }, Date.parse(latest) / 1000);
      }
    },
  );
}
