import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContextName } from '@faemban/contracts';
import { invariant } from '../errors';
import type { RecordedEvent } from '../events';
import { replayView } from '../parking/replay-view';
import type { Clock, EventLog, LoggedEvent, ParkedEvent, StoredSlices, ViewHandle, ViewStore } from '../ports';
import { followLog, type Opening } from '../runners/follow-log';
import { unobserved, type ObserveBatch } from '../runners/observe-batch';
import type { Lag, Progress } from '../runners/progress';
import { reportParked, type ReportIncident, type RetryPlan, type Runner } from '../runners/runner';
import type { Upcasters } from '../upcasters';
import { createFolder, ownsWithin } from './fold-batch';
import type { Tally, View } from './define-view';

/** Events of one partition that are folded and applied together, by default: a few milliseconds of work. */
export const batchEventsMaxDefault = 500;

/** What a view runner is made of: a view or a tally, and either its open handle or the store to open it in. */
export type ViewRunnerOptions = (
  | {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the document's type does not matter here
      readonly view: View<any>;
      readonly tally?: undefined;
    }
  | {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the slice's type does not matter here
      readonly tally: Tally<any>;
      readonly view?: undefined;
    }
) & {
  readonly log: EventLog;
  readonly handle?: ViewHandle;
  readonly store?: Pick<ViewStore, 'open'>;
  readonly clock: Clock;
  readonly upcasters?: Upcasters;
  readonly report?: ReportIncident;
  readonly batchEventsMax?: number;
  readonly retry?: RetryPlan;
  /** Stands round folding and applying each batch. */
  readonly observe?: ObserveBatch;
};

/**
 * Keeps a view or a tally up to date with the log: per partition in order, in bounded batches applied with their checkpoint, each event
 * once. Partitions take turns and the event loop runs in between. A document whose event cannot be folded is parked, the others go on.
 */
export function createViewRunner(options: ViewRunnerOptions): Runner {
  const { log, clock, upcasters, report, retry } = options;
  const { batchEventsMax = batchEventsMaxDefault, observe = unobserved } = options;
  const readModel = options.view ?? options.tally;
  invariant(readModel !== undefined, 'a view runner is given a view or a tally');
  const folder = createFolder(readModel, { upcasters, isOwn: ownsWithin(log.partitionCount) });
  const { contexts } = folder.shape;
  const epochs = new Map<number, number>();
  let handle: ViewHandle | undefined = options.handle;

  const opened = async (): Promise<ViewHandle> => {
    handle ??= await options.store?.open(folder.shape);
    invariant(handle !== undefined, 'a view runner is given an open handle or a store');
    return handle;
  };

  const open = async ({ partitions, isHeld }: Opening) => {
    const view = await opened();
    const wanted = new Set(partitions);
    for (const partition of epochs.keys()) if (!isHeld || !wanted.has(partition)) epochs.delete(partition);
    for (const partition of partitions) {
      if (!epochs.has(partition)) epochs.set(partition, await view.take(partition));
    }
    // Only now, since whoever wrote before may have gone on until its partitions were taken.
    return { vector: await view.checkpoint(), parked: await view.parked(0) };
  };

  const workOne = async (view: ViewHandle, lag: Lag, progress: Progress): Promise<boolean> => {
    const { context, partition, after } = lag;
    const events = await log.read(context, partition, after, batchEventsMax);
    progress.noticed(lag, events);
    const toSeq = after + events.length;
    const batch = { what: 'apply', name: readModel.name, context, partition, events } as const;
    const parked = await observe(batch, () => applyBatch(view, lag, toSeq, events, progress));
    progress.advanced(lag, toSeq, parked);
    if (parked.length > 0) reportParked(readModel.name, parked, report);
    return events.length === batchEventsMax;
  };

  /** Folds a batch into what is stored and applies it with its checkpoint. Answers what had to be parked. */
  const applyBatch = async (
    view: ViewHandle,
    { context, partition, after }: Lag,
    toSeq: number,
    events: readonly LoggedEvent[],
    progress: Progress,
  ): Promise<readonly ParkedEvent[]> => {
    const identified = folder.identify(events);
    const ids = [...new Set(identified.map(({ id }) => id))];
    const stored = ids.length === 0 ? new Map<string, StoredSlices>() : await view.slices(ids);
    const parkedIds = await parkedAmong(view, context, progress, ids, events);
    const parkedAt = new Date(clock()).toISOString();
    const folded = folder.fold({ context, identified, stored, parkedIds, parkedAt });
    const epoch = epochs.get(partition) ?? 0;
    await view.apply({ context, partition, fromSeq: after + 1, toSeq, epoch, ...folded });
    return folded.parked;
  };

  return followLog({
    name: readModel.name,
    kind: options.view === undefined ? 'tally' : 'view',
    contexts,
    log,
    clock,
    report,
    retry,
    restsBetweenPasses: true,
    open,
    async work(lags, progress, isStopping) {
      const view = await opened();
      let isMoreWaiting = false;
      for (const lag of lags) {
        if (isStopping()) break;
        if (await workOne(view, lag, progress)) isMoreWaiting = true;
        await nextTurn();
      }
      return isMoreWaiting;
    },
    async replay(request, progress) {
      const view = await opened();
      const epochFor = async (partition: number): Promise<number> =>
        epochs.get(partition) ?? (await view.take(partition));
      const now = (): string => new Date(clock()).toISOString();
      const outcome = await replayView({ folder, log, handle: view, epochFor, now }, request);
      progress.parked(await view.parked(0));
      return outcome;
    },
  });
}

/** Which of a batch's documents and streams are parked; the store is asked only when anything is. */
async function parkedAmong(
  view: ViewHandle,
  context: ContextName,
  progress: Progress,
  ids: readonly string[],
  events: readonly RecordedEvent[],
): Promise<ReadonlySet<string>> {
  if (progress.parkedTotal === 0 || ids.length === 0) return new Set();
  return view.parkedIds(context, [...new Set([...ids, ...events.map(({ stream }) => stream)])]);
}
