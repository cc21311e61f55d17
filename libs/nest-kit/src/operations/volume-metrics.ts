import { statfs } from 'node:fs/promises';
import type { Metrics } from './metrics';

/** Adds how much room there is where the process keeps its files: of the whole file system that the folder is on. */
export function addVolumeMetrics(metrics: Metrics, folder: string): void {
  metrics.gauge(
    'faemban_data_volume_available_bytes',
    'Bytes that may still be written where the process keeps its files.',
    [],
    async (gauge) => {
      const { bavail, bsize } = await statfs(folder);
      gauge.set(bavail * bsize);
    },
  );
  metrics.gauge(
    'faemban_data_volume_size_bytes',
    'Size of the file system where the process keeps its files.',
    [],
    async (gauge) => {
      const { blocks, bsize } = await statfs(folder);
      gauge.set(blocks * bsize);
    },
  );
}
