import type { ContextName } from '@faemban/contracts';
import type { HealthRegistry, Metrics } from '@faemban/nest-kit';
import type { DistributedPlatform } from './distributed-platform';
export function addPlatformHealth(health: HealthRegistry, opened: DistributedPlatform, context: ContextName): void {}
export function addPlatformMetrics(
  metrics: Metrics,
  opened: DistributedPlatform,
  context: ContextName,
  health: HealthRegistry,
): void {}
