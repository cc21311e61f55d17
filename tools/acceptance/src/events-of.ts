import { Client } from '@faemban/cli';
import type { SystemUnderTest } from './system-under-test';

/** How many events the system has recorded, over all contexts. */
export async function eventsOf(system: Pick<SystemUnderTest, 'url'>): Promise<number> {
  const { contexts } = await new Client({ url: system.url }).get<{ contexts: { events: number }[] }>('/status');
  return contexts.reduce((sum, { events }) => sum + events, 0);
}
