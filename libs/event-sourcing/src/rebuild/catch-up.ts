import { IntegrityViolation } from '../errors';
import { vectorKey, type EventLog, type Vector, type ViewHandle } from '../ports';
import type { Folder } from '../views/fold-batch';

const batchEvents = 500;

/** Brings a generation up to a vector by the steps a live runner takes. Answers how many events that took. */
export async function catchUp(generation: {
  readonly folder: Folder;
  readonly log: EventLog;
  readonly handle: ViewHandle;
  readonly to: Vector;
  readonly parkedAt: string;
}): Promise<number> {
  const { folder, log, handle, to, parkedAt } = generation;
  const stands = await handle.checkpoint();
  const epochs = new Map<number, number>();
  let applied = 0;
  for (const context of folder.shape.contexts) {
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      const end = to[vectorKey(context, partition)] ?? 0;
      let after = stands[vectorKey(context, partition)] ?? 0;
      while (after < end) {
        const epoch = epochs.get(partition) ?? (await handle.take(partition));
        epochs.set(partition, epoch);
        const events = await log.read(context, partition, after, Math.min(batchEvents, end - after));
        if (events.length === 0) throw new IntegrityViolation(context, partition, after + 1, 'the event is missing');
        const identified = folder.identify(events);
        const ids = [...new Set([...identified.map(({ id }) => id), ...events.map(({ stream }) => stream)])];
        const stored = await handle.slices(ids);
        const parkedIds = await handle.parkedIds(context, ids);
        const folded = folder.fold({ context, identified, stored, parkedIds, parkedAt });
        const toSeq = after + events.length;
        await handle.apply({ context, partition, fromSeq: after + 1, toSeq, epoch, ...folded });
        applied += events.length;
        after = toSeq;
      }
    }
  }
  return applied;
}
