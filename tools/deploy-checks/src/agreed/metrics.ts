import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tree';

/** What the processes of the distributed profile measure besides, and what telemetry adds, under these names. */
export const distributedMetrics = [
  'faemban_publish_lag_events',
  'faemban_publish_lag_seconds',
  'faemban_sequencer_held_partitions',
  'faemban_sequencer_alive',
  'faemban_consumed_lag_events',
  'faemban_assigned_partitions',
  'faemban_process_ready',
  'faemban_process_waiting_for',
  'faemban_build_info',
  'faemban_gc_duration_seconds',
  'faemban_metric_failures_total',
] as const;

/** Metrics of others: Prometheus itself, Kubernetes, node-exporter beside compose, and what the collector makes of traces. */
const outsideMetrics = [
  'up',
  'ALERTS',
  'kubelet_volume_stats_available_bytes',
  'kubelet_volume_stats_capacity_bytes',
  'node_filesystem_avail_bytes',
  'node_filesystem_size_bytes',
  'faemban_spans_duration_seconds',
  'faemban_spans_calls_total',
];

/** Names that the sources of libraries and services register. */
export function registeredMetrics(): ReadonlySet<string> {
  const names = new Set<string>();
  for (const group of ['libs', 'services']) {
    for (const file of readdirSync(join(root, group), { recursive: true, encoding: 'utf8' })) {
      if (!/\/src\/.*\.ts$/.test(file) || /node_modules|\.spec\.ts$/.test(file)) continue;
      const text = readFileSync(join(root, group, file), 'utf8');
      for (const [, name = ''] of text.matchAll(/['"`](faemban_[a-z0-9_]+)['"`]/g)) names.add(name);
    }
  }
  return names;
}

/** Metric names in a PromQL expression, without what Prometheus adds to a histogram's. */
export function metricsIn(expression: string): string[] {
  const withoutLabels = expression.replace(/\{[^}]*\}/g, ' ').replace(/\b(by|without)\s*\([^)]*\)/g, ' ');
  const names = withoutLabels.match(/\b(faemban_[a-z0-9_]+|kubelet_[a-z0-9_]+|node_[a-z0-9_]+|ALERTS|up)\b/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
}

/** Those of the names that nobody measures. */
export function unmeasured(names: readonly string[]): string[] {
  const known = new Set<string>([...registeredMetrics(), ...distributedMetrics, ...outsideMetrics]);
  return names.filter((name) => !known.has(name));
}
