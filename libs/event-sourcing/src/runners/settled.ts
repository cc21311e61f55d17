import type { ContextName } from '@faemban/contracts';
import { contextNames } from '@faemban/contracts';
import type { EventLog } from '../ports';
import type { Runner } from './runner';

/**
 * Resolves when every runner has applied everything recorded so far and what that caused in turn: it waits until nothing was appended
 * while all were settling. Rejects when a runner is faulted or stopped.
 */
export async function settled(
  runners: readonly Runner[],
  log: EventLog,
  contexts: readonly ContextName[] = contextNames,
): Promise<void> {
  const total = async (): Promise<number> => {
    const heads = await Promise.all(contexts.map((context) => log.heads(context)));
    return heads.flat().reduce((sum, { seq }) => sum + seq, 0);
  };
  for (;;) {
    const before = await total();
    await Promise.all(runners.map((runner) => runner.settled()));
    if ((await total()) === before) return;
  }
}
