import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addConsumingMetrics, addPublishingMetrics, addSequencingMetrics } from './distributed-metrics';
import { HealthRegistry } from './health';
import { addBuildInfo, addHealthMetrics, addSequencerMetrics, Metrics } from './metrics';
import { addVolumeMetrics } from './volume-metrics';

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics();
});
afterEach(() => metrics.close());
const text = () => metrics.registry.metrics();

describe('a scrape', () => {
  test('shows the other figures where one cannot be taken, and counts that', async () => {
    metrics.gauge('faemban_broken', 'Cannot be taken.', [], () => Promise.reject(new Error('the database is gone')));
    metrics.gauge('faemban_whole', 'Can be taken.', [], (gauge) => gauge.set(7));
    await text();
    expect(await text()).toContain('faemban_whole 7');
    expect(await text()).not.toMatch(/^faemban_broken /m);
    expect(await text()).toMatch(/faemban_metric_failures_total\{metric="faemban_broken"\} [23]/);
  });

  test('does not wait for a figure that does not come', async () => {
    metrics.gauge('faemban_late', 'Never comes.', [], () => new Promise(() => undefined));
    metrics.gauge('faemban_prompt', 'Comes.', [], (gauge) => gauge.set(1));
    expect(await text()).toContain('faemban_prompt 1');
  });

  test('asks once for the heads of each context, and tells which cannot be read', async () => {
    const asked: string[] = [];
    const heads = [
      { partition: 0, seq: 3, chainHash: '', recordedAt: '2018-06-01T00:00:00.000Z' },
      { partition: 1, seq: 4, chainHash: '', recordedAt: null },
    ];
    const log = {
      heads: (context: string) => {
        asked.push(context);
        return context === 'ingestion' ? Promise.reject(new Error('gone')) : Promise.resolve(heads);
      },
    };
    addSequencerMetrics(metrics, { log, contexts: ['ingestion', 'mpi-scoring'] } as never);
    const shown = await text();
    expect(new Set(asked).size).toBe(asked.length);
    expect(shown).toContain('faemban_sequencer_up{context="ingestion"} 0');
    expect(shown).toContain('faemban_sequencer_up{context="mpi-scoring"} 1');
    expect(shown).toContain('faemban_sequenced_events{context="mpi-scoring"} 7');
    expect(shown).toContain('faemban_sequenced_last_timestamp_seconds{context="mpi-scoring"} 1527811200');
    expect(shown).not.toContain('faemban_sequenced_events{context="ingestion"}');
  });

  test('tells what the process waits for, and no more once it is ready', async () => {
    const health = new HealthRegistry();
    let isThere = false;
    health.add('kafka', () => ({ ready: isThere }));
    health.add('mongodb', () => ({ ready: true }));
    addHealthMetrics(metrics, health);
    expect(await text()).toContain('faemban_process_ready 0\n');
    expect(await text()).toContain('faemban_process_waiting_for{what="kafka"} 1');
    expect(await text()).not.toContain('what="mongodb"');
    isThere = true;
    expect(await text()).toContain('faemban_process_ready 1\n');
    expect(await text()).not.toContain('what="kafka"');
  });

  test('tells what runs, and of its garbage collections', async () => {
    addBuildInfo(metrics, { service: 'reporting', version: '0.4.0' });
    expect(await text()).toContain(
      `faemban_build_info{service="reporting",version="0.4.0",node="${process.versions.node}"} 1`,
    );
    // When the engine collects is its own affair, and it tells of it in a later turn.
    const hasCollected = async () => /faemban_gc_duration_seconds_count\{kind="minor"\} [1-9]/.test(await text());
    for (let round = 0; round < 500 && !(await hasCollected()); round += 1) {
      for (let turn = 0; turn < 100; turn += 1) Array.from({ length: 2_000 }, (_, at) => ({ at }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await text()).toMatch(/faemban_gc_duration_seconds_sum\{kind="minor"\} [0-9.e-]+/);
  });
});

test('a scrape tells how much room there is where files are kept, and leaves it out where that cannot be told', async () => {
  addVolumeMetrics(metrics, tmpdir());
  const [, available = ''] = /^faemban_data_volume_available_bytes (\S+)$/m.exec(await text()) ?? [];
  const [, size = ''] = /^faemban_data_volume_size_bytes (\S+)$/m.exec(await text()) ?? [];
  expect(Number(available)).toBeGreaterThan(0);
  expect(Number(size)).toBeGreaterThanOrEqual(Number(available));
  const without = new Metrics();
  addVolumeMetrics(without, join(tmpdir(), 'faemban-is-not-here'));
  expect(await without.registry.metrics()).not.toMatch(/^faemban_data_volume_\w+ /m);
  without.close();
});

test('the distributed profile’s figures are those of the functions that were registered', async () => {
  addPublishingMetrics(metrics, () => [{ context: 'ingestion', lagEvents: 12, lagSeconds: 1.5 }]);
  addSequencingMetrics(metrics, async () => [
    { context: 'ingestion', heldPartitions: 16, isAlive: true },
    { context: 'reporting', heldPartitions: 0, isAlive: false },
  ]);
  addConsumingMetrics(metrics, {
    service: 'reporting',
    assignedPartitions: () => 11,
    statuses: () => [{ context: 'mpi-scoring', lagEvents: 40 }],
  });
  const shown = await text();
  for (const line of [
    'faemban_publish_lag_events{context="ingestion"} 12',
    'faemban_publish_lag_seconds{context="ingestion"} 1.5',
    'faemban_sequencer_held_partitions{context="ingestion"} 16',
    'faemban_sequencer_alive{context="ingestion"} 1',
    'faemban_sequencer_alive{context="reporting"} 0',
    'faemban_consumed_lag_events{context="mpi-scoring"} 40',
    'faemban_assigned_partitions{service="reporting"} 11',
  ])
    expect(shown).toContain(line);
});
