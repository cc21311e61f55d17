import { rmSync } from 'node:fs';
import {
  asViewShape,
  createSharedControl,
  defineView,
  isTally,
  LocalRebuildEngine,
  obeying,
  vectorKey,
  type Tally,
  type View,
} from '@faemban/event-sourcing';
import { openSqliteEvents, openSqliteViews } from '@faemban/store-sqlite';

/* eslint-disable @typescript-eslint/no-explicit-any -- the slices do not matter here */

/** Rebuilds a read model from an events file into a new views file beside it, in the calling thread. Seconds are those of filling, indexes included. */
export async function rebuildInThisThread(
  eventsFile: string,
  readModel: View<any> | Tally<any>,
): Promise<{ readonly events: number; readonly seconds: number; readonly rows: number }> {
  const viewsFile = `${eventsFile}.views`;
  const events = await openSqliteEvents({ file: eventsFile, clock: Date.now, readonly: true });
  const { views, close } = await openSqliteViews({ file: viewsFile });
  try {
    const shape = asViewShape(readModel);
    await views.open(shape);
    const generations = await views.generations(shape);
    const target: Record<string, number> = {};
    for (const context of shape.contexts) {
      for (const { partition, seq } of await events.log.heads(context)) target[vectorKey(context, partition)] = seq;
    }
    const job = { view: readModel.name, before: 0, generation: await generations.begin(), target };
    const engine = new LocalRebuildEngine({ log: events.log, store: views, clock: Date.now, readModels: [readModel] });
    const begun = performance.now();
    await engine.fill(job, obeying(createSharedControl()), () => undefined);
    await (await generations.open(job.generation)).finishFilling();
    const seconds = (performance.now() - begun) / 1000;
    const pinned = await generations.pin();
    try {
      let rows = 0;
      for (const part of ['documents', 'counters'] as const) {
        for (let after = ''; ;) {
          const page = await pinned.rows(job.generation, part, after, 5_000);
          rows += page.length;
          const last = page.at(-1);
          if (last === undefined) break;
          after = last.key;
        }
      }
      return { events: Object.values(target).reduce((sum, seq) => sum + seq, 0), seconds, rows };
    } finally {
      await pinned.close();
    }
  } finally {
    await close();
    await events.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${viewsFile}${suffix}`, { force: true });
  }
}

/** The fold of a tally alone: its slices as a view that shows nothing and counts nothing. */
export function documentsOf(readModel: View<any> | Tally<any>): View<any> {
  if (!isTally(readModel)) return readModel;
  return defineView({
    name: `${readModel.name}-slices`,
    version: 1,
    idOf: readModel.idOf,
    slices: { [readModel.context]: readModel.fold },
    show: () => undefined,
    indexes: {},
  });
}
