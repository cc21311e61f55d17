import type { ContextName } from '@faemban/contracts';
import type { Head } from '@faemban/event-sourcing';
import { constants, monitorEventLoopDelay, PerformanceObserver, type ELDHistogram } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Platform } from '../platform';
import type { Runners } from '../runners/runners';
import type { HealthRegistry } from './health';

/** Bounds of the HTTP duration histogram, in seconds. */
const httpSecondsBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.3, 0.5, 1, 2, 5, 10];
/** Bounds of the histogram of garbage collections, in seconds. */
const gcSecondsBuckets = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1];
const gcKinds = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
]);
/** How long one scrape waits for one figure, in milliseconds. Prometheus itself waits 10 s for all of them. */
const collectMsMax = 2_000;
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
  private readonly gcSeconds = new Histogram({
    name: 'faemban_gc_duration_seconds',
    help: 'Pauses for garbage collection.',
    labelNames: ['kind'],
    buckets: gcSecondsBuckets,
    registers: [this.registry],
  });
  private readonly collections = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { duration, detail } = entry as typeof entry & { readonly detail?: { readonly kind?: number } };
      this.gcSeconds.observe({ kind: gcKinds.get(detail?.kind ?? -1) ?? 'other' }, duration / 1000);
    }
  });
  private readonly failures = this.counter(
    'faemban_metric_failures_total',
    'Figures that a scrape could not take in time; they are left out of it.',
    ['metric'],
  );

  constructor() {
    this.eventLoop.enable();
    this.collections.observe({ entryTypes: ['gc'] });
    this.addProcessMetrics();
  }

  /** A counter in this registry. */
  counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** A gauge in this registry whose value is taken when asked for. One that cannot be taken is left out, and counted; others are shown. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    collect: (gauge: Gauge) => void | Promise<void>,
  ): Gauge {
    const { failures } = this;
    return new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      async collect() {
        this.reset();
        try {
          await inTime(collect(this));
        } catch {
          this.reset();
          // Without labels a reset is a zero, which nobody measured.
          if (labelNames.length === 0) this.remove();
          failures.inc({ metric: name });
        }
      },
    });
  }

  /** Stops measuring. */
  close(): void {
    this.eventLoop.disable();
    this.collections.disconnect();
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

/**
 * Adds the sequencer's own liveness, apart from lag: whether heads can be read, how far they are, when they last moved. One scrape asks
 * once for each context's heads.
 */
export function addSequencerMetrics(metrics: Metrics, platform: Pick<Platform, 'log' | 'contexts'>): void {
  const underWay = new Map<ContextName, Promise<readonly Head[]>>();
  const headsOf = (context: ContextName): Promise<readonly Head[]> => {
    const asked = underWay.get(context) ?? platform.log.heads(context).finally(() => underWay.delete(context));
    underWay.set(context, asked);
    return asked;
  };
  const each = (name: string, help: string, set: (heads: readonly Head[] | undefined) => number | undefined): Gauge =>
    metrics.gauge(name, help, ['context'], async (gauge) => {
      const values = platform.contexts.map(async (context) => {
        const heads = await headsOf(context).catch(() => undefined);
        const value = set(heads);
        if (value !== undefined) gauge.set({ context }, value);
      });
      await Promise.all(values);
    });
  each('faemban_sequencer_up', '1 when the heads of a context can be read.', (heads) => (heads ? 1 : 0));
  each('faemban_sequenced_events', 'Events recorded in a context, over all partitions.', (heads) =>
    heads?.reduce((sum, { seq }) => sum + seq, 0),
  );
  each(
    'faemban_sequenced_last_timestamp_seconds',
    'When the last event of a context was recorded; absent before the first.',
    (heads) => {
      const instants = (heads ?? []).flatMap(({ recordedAt }) => (recordedAt === null ? [] : Date.parse(recordedAt)));
      return instants.length === 0 ? undefined : Math.max(...instants) / 1000;
    },
  );
}

/** Adds whether the process is ready, and, part by part, what it waits for. */
export function addHealthMetrics(metrics: Metrics, health: HealthRegistry): void {
  metrics.gauge('faemban_process_ready', '1 when the process is ready to serve.', [], async (gauge) => {
    gauge.set(0);
    gauge.set((await inTime(health.readiness())).ready ? 1 : 0);
  });
  metrics.gauge(
    'faemban_process_waiting_for',
    '1 for every part the process waits for; /health/ready says it in words.',
    ['what'],
    async (gauge) => {
      for (const { name, ready } of (await health.readiness()).checks) if (!ready) gauge.set({ what: name }, 1);
    },
  );
}

/** Adds what runs: 1, with the service, its version and Node's as labels. */
export function addBuildInfo(metrics: Metrics, { service, version }: { service: string; version: string }): void {
  metrics.gauge('faemban_build_info', 'What runs; always 1.', ['service', 'version', 'node'], (gauge) =>
    gauge.set({ service, version, node: process.versions.node }, 1),
  );
}

async function inTime<Value>(work: Value | Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('A figure was not there in time.')), collectMsMax);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
