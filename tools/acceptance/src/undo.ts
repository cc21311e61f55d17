import { Client, waitForRollback } from '@faemban/cli';
import type { Compared } from './acceptance';
import type { Difference } from './compare';
import { cellsOf, type PublishedFile } from './published-files';
import type { Stages } from './stages';
import type { SystemUnderTest } from './system-under-test';

/** What undoing every import and importing again left different: cells, and figures that should be gone. All are to be 0. */
export interface UndoReport {
  /** After the changed survey was undone, against the published files. */
  readonly correctionUndone: number;
  /** As known the day before that, against the changed survey. */
  readonly asKnownBeforeUndo: number;
  /** Cells other than 0 after everything was undone. */
  readonly figuresLeft: number;
  /** As known the day before everything was undone, against the published files. */
  readonly asKnownBeforeAll: number;
  /** After both files were imported again, against the published files. */
  readonly importedAgain: number;
}

/** What {@link undoAndImportAgain} works with. */
export interface UndoScene {
  readonly system: SystemUnderTest;
  readonly stages: Stages;
  readonly published: readonly PublishedFile[];
  readonly changed: { readonly importId: string; readonly files: readonly PublishedFile[] };
  /** Imports of the first day, the last one first. */
  readonly newestFirst: readonly string[];
  readonly importBoth: () => Promise<unknown>;
  readonly nextDay: () => Promise<void>;
  /** The day so many days after the first. */
  readonly dayAfter: (days: number) => string;
  readonly compare: (files: readonly PublishedFile[], query?: string, everyColumn?: boolean) => Promise<Compared>;
}

/**
 * Every import undone, a day apart, and imported again: figures are those without what was undone, from the day of the undoing on, and
 * those with it as they were known before.
 */
export async function undoAndImportAgain(
  scene: UndoScene,
): Promise<{ readonly report: UndoReport; readonly differences: readonly Difference[] }> {
  const { system, stages, published, changed, newestFirst, dayAfter, compare } = scene;
  await scene.nextDay();
  await stages.run('undo changed survey', () => undo(system, changed.importId));
  const correction = await stages.run('report undone', () => compare(published));
  const before = await compare(changed.files, `?asKnownAt=${dayAfter(1)}`, true);
  await scene.nextDay();
  for (const importId of newestFirst) await stages.run('undo', () => undo(system, importId));
  const figuresLeft = await stages.run('report nothing', () => countFigures(system, published));
  const beforeAll = await compare(published, `?asKnownAt=${dayAfter(2)}`);
  await scene.importBoth();
  const again = await stages.run('report again', () => compare(published));
  return {
    report: {
      correctionUndone: correction.differences.length,
      asKnownBeforeUndo: before.differences.length,
      figuresLeft,
      asKnownBeforeAll: beforeAll.differences.length,
      importedAgain: again.differences.length,
    },
    differences: [correction, before, beforeAll, again].flatMap(({ differences }) => differences),
  };
}

/** Asks as one operator, approves as another, waits until figures show it. */
async function undo(system: SystemUnderTest, importId: string): Promise<void> {
  const asking = new Client({ url: system.url, operator: 'malee' });
  const approving = new Client({ url: system.url, operator: 'somchai' });
  await asking.post(`/imports/${importId}/rollback`, { reason: 'test-data' });
  const { state, sentence } = await waitForRollback(asking, importId);
  if (state !== 'awaiting-approval') throw new Error(`Undoing ${importId} is ${state}: ${sentence?.en ?? ''}`);
  await approving.post(`/imports/${importId}/rollback/approval`);
  await waitForRollback(approving, importId);
  await system.settled();
}

/** How many cells of the published files the system still fills with something other than 0. */
async function countFigures(system: SystemUnderTest, published: readonly PublishedFile[]): Promise<number> {
  const client = new Client({ url: system.url });
  let left = 0;
  for (const { name } of published) {
    for (const [key, row] of cellsOf(await client.text(`/tpmap/${name}.csv`))) {
      left += Object.values(row).filter((value) => value !== key && value !== '' && Number(value) !== 0).length;
    }
  }
  return left;
}
