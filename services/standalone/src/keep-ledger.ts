import type { Clock } from '@faemban/event-sourcing';
import { writeLedger, type SqliteEvents } from '@faemban/store-sqlite';

/** How often it is written down how far the log goes, where that has changed. Milliseconds. */
const everyMsDefault = 10_000;

/**
 * Keeps beside the keys how far the log goes, so that a start, or a restore, notices when events are missing. What was recorded in the last
 * ten seconds before a power cut is not in it; that much less is never noticed, and more never refused.
 * @param onFailure told once for each time that it cannot be written; the next turn tries again
 */
export function keepLedger(
  keysFolder: string,
  events: Pick<SqliteEvents, 'log' | 'installationId'>,
  {
    clock,
    onFailure,
    everyMs = everyMsDefault,
  }: { readonly clock: Clock; readonly onFailure: (error: unknown) => void; readonly everyMs?: number },
): { close(): Promise<void> } {
  let isChanged = true;
  let writing: Promise<void> = Promise.resolve();
  const leave = events.log.onAppended(() => (isChanged = true));
  const write = async (): Promise<void> => {
    if (!isChanged) return;
    isChanged = false;
    try {
      await writeLedger(keysFolder, events, new Date(clock()).toISOString());
    } catch (error) {
      // A full disk must not end the process.
      isChanged = true;
      onFailure(error);
    }
  };
  const timer = setInterval(() => void (writing = writing.then(write)), everyMs).unref();
  return {
    async close() {
      clearInterval(timer);
      leave();
      await writing;
      await write();
    },
  };
}
