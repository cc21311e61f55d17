import { Client } from '@faemban/cli';
import type { System } from './system';

/** How many events the system has recorded, over all contexts. */
export async function eventsOf(system: System): Promise<number> {
  const { contexts } = await new Client({ url: system.url }).get<{ contexts: { events: number }[] }>('/status');
  return contexts.reduce((sum, { events }) => sum + events, 0);
}
