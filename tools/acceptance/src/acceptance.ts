import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Progress, uploadImport } from '@faemban/cli';
import { undoAndImportAgain, type UndoReport } from './undo';
import { aggregateSurvey, generatePopulation, revisePopulation } from '@faemban/population';
import { thaiDayOf } from '@faemban/thai';
import type { AgainReport } from './again';
import { compareCells, type Difference } from './compare';
import { eventsOf } from './events-of';
import { type Cells, cellsOf, type PublishedFile, readPublished } from './published-files';
import { Stages } from './stages';
import { EmbeddedRun } from './embedded-run';
import { DistributedRun, type DistributedAgainReport, type MigratedReport } from './distributed-run';
import type { SystemUnderTest } from './system-under-test';

/** What to accept: a province's published files, or one district of them. */
export interface AcceptanceOptions {
  readonly tpmap: string;
  readonly province: string;
  readonly district?: string;
  /** Undoes every import at the end, newest first, and imports the survey and the register again. */
  readonly undo?: boolean;
  /** Shows stages and bars on standard error. */
  readonly visible: boolean;
  /** Embedded unless given. */
  readonly profile?: 'embedded' | 'distributed';
  /** Migrates the embedded installation to the distributed profile at the end, and has its figures there too. */
  readonly migrate?: boolean;
  /** Processes of each service, for the distributed profile; one unless given. */
  readonly instances?: number;
}

/** What a run found; printed as its last line. */
export interface AcceptanceReport {
  readonly profile: 'embedded' | 'distributed';
  /** The servers it ran on, where there are any. */
  readonly servers?: readonly string[];
  readonly province: string;
  readonly district: string | null;
  readonly files: number;
  readonly cells: number;
  readonly differences: number;
  readonly notReached: number;
  readonly changed: {
    readonly cells: number;
    readonly cellsThatMoved: number;
    readonly differences: number;
    readonly asKnownBefore: number;
  };
  readonly undo?: UndoReport;
  /** The figures once more: after rebuilds, and from a restored, exported, restarted or migrated installation, as the profile has it. */
  readonly again: (AgainReport & { readonly migrated?: MigratedReport }) | DistributedAgainReport;
  readonly seconds: number;
  readonly stageSeconds: Readonly<Record<string, number>>;
  readonly peakRssMb: number;
  readonly cpuSeconds: number;
  readonly events: number;
}

const dayMs = 24 * 3600 * 1000;
/** Noon in Thailand, so that a day's shift lands on the next calendar day whatever the run takes. */
const firstDayMs = Date.UTC(2018, 9, 1, 5);
/** Later than the run is at the end of its last day, and still that day. */
const laterMs = 9 * 3600 * 1000;
/** The published files are those of data year 2561. */
const round = 2561;

/**
 * A province in, its published figures out, through the doors everyone uses: files are uploaded and approved over HTTP, scored from
 * events, and read back in TPMAP's own format. Then a changed survey one day later: today's figures follow it, and what was known the
 * day before is still what was published. At last the same once more: rebuilt, restored elsewhere, and from the exported log.
 */
export async function accept(
  options: AcceptanceOptions,
): Promise<AcceptanceReport & { readonly firstDifferences: readonly Difference[] }> {
  const work = mkdtempSync(join(tmpdir(), 'faemban-acceptance-'));
  const say = (text: string) => options.visible && process.stderr.write(`${text}\n`);
  const stages = new Stages((name) => say(`· ${name}`));
  const published = readPublished(options.tpmap, options.province, options.district);
  if (published.length === 0)
    throw new Error(`No published files of province ${options.province} in ${options.tpmap}.`);
  const profile =
    options.profile === 'distributed'
      ? new DistributedRun(options.instances ?? 1)
      : new EmbeddedRun(work, options.migrate ?? false);
  try {
    const survey = join(work, 'survey');
    const revised = join(work, 'revised');
    mkdirSync(survey);
    mkdirSync(revised);
    await stages.run('generate', async () => {
      await generatePopulation({
        tpmap: options.tpmap,
        province: options.province,
        district: options.district,
        out: survey,
        seed: 2561,
      });
      await revisePopulation({ from: survey, share: 0.02, seed: 2562, out: revised });
    });
    const running = await profile.start(firstDayMs);
    const begun = performance.now();

    const importBoth = async (again = ''): Promise<readonly [string, string]> => [
      await importFiles(running, stages, options.visible, `survey${again}`, 'bmn-survey', 'cdd-bmn', {
        households: join(survey, 'households.csv'),
        members: join(survey, 'members.csv'),
      }),
      await importFiles(running, stages, options.visible, `register${again}`, 'welfare-register', 'mof-welfare', {
        register: join(survey, 'register.csv'),
      }),
    ];
    const [surveyImport, registerImport] = await importBoth();
    const tell = ({ cells, differences, notReached }: Compared): void =>
      void say(`  ${cells} cells, ${differences.length} differences, ${notReached} persons not reached`);
    const first = await stages.run('report', () => compareAll(running, published));
    tell(first);
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    const measured = await running.measure();
    const events = await eventsOf(running);

    let daysPassed = 0;
    const nextDay = async (): Promise<void> => {
      await running.shiftClock(dayMs);
      daysPassed += 1;
    };
    await nextDay();
    const changedImport = await importFiles(
      running,
      stages,
      options.visible,
      'changed survey',
      'bmn-survey',
      'cdd-bmn',
      {
        households: join(revised, 'households.csv'),
        members: join(revised, 'members.csv'),
      },
    );
    const dayBefore = thaiDayOf(new Date(firstDayMs).toISOString());
    const after = await stages.run('report changed', async () => {
      const expected = await aggregateSurvey(
        revised,
        published.map(({ name }) => name),
      );
      const changedFiles = published.map(({ name }) => ({ name, cells: cellsOf(expected.get(name) ?? '') }));
      const today = await compareAll(running, changedFiles, '', true);
      tell(today);
      const before = await compareAll(running, published, `?asKnownAt=${dayBefore}`);
      tell(before);
      return { today, before, moved: cellsThatMoved(published, expected), changedFiles };
    });
    const undone = options.undo
      ? await undoAndImportAgain({
          ...{ system: running, stages, published, importBoth: () => importBoth(' again') },
          changed: { importId: changedImport, files: after.changedFiles },
          newestFirst: [registerImport, surveyImport],
          nextDay,
          dayAfter: (days) => thaiDayOf(new Date(firstDayMs + days * dayMs).toISOString()),
          compare: (files, query, everyColumn) => compareAll(running, files, query, everyColumn),
        })
      : undefined;
    const names = published.map(({ name }) => `/tpmap/${name}.csv`);
    const again = await profile.again({
      paths: [...names, ...names.map((name) => `${name}?asKnownAt=${dayBefore}`)],
      stages,
      nowMs: firstDayMs + daysPassed * dayMs + laterMs,
    });
    const found = [first, after.today, after.before, ...(undone === undefined ? [] : [undone])];
    const all = found.flatMap(({ differences }) => differences);
    return {
      profile: options.profile ?? 'embedded',
      ...(profile.servers === undefined ? {} : { servers: profile.servers }),
      province: options.province,
      district: options.district ?? null,
      files: published.length,
      cells: first.cells,
      differences: first.differences.length,
      notReached: first.notReached,
      changed: {
        cells: after.today.cells,
        cellsThatMoved: after.moved,
        differences: after.today.differences.length,
        asKnownBefore: after.before.differences.length,
      },
      ...(undone ? { undo: undone.report } : {}),
      again,
      seconds,
      stageSeconds: stages.seconds,
      ...measured,
      events,
      firstDifferences: all.slice(0, 20),
    };
  } finally {
    await profile.end();
    rmSync(work, { recursive: true, force: true });
  }
}

/** Uploads as one operator, approves as another, waits until figures show it. Answers the import's id. */
async function importFiles(
  system: SystemUnderTest,
  stages: Stages,
  visible: boolean,
  name: string,
  kind: string,
  source: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const progress = new Progress(visible && process.stderr.isTTY);
  const uploader = new Client({ url: system.url, operator: 'somchai' });
  const approver = new Client({ url: system.url, operator: 'malee' });
  const { importId, errors, state } = await stages.run(`${name}: upload and validate`, () =>
    uploadImport(uploader, { kind, source, round, files }, { progress }),
  );
  // A whole file with a few corrections repeats what is applied: the import stops and asks.
  if (state === 'held') await approver.post(`/imports/${importId}/release`, { reason: 'corrected-file-sent-whole' });
  else if (state !== 'validated') throw new Error(`The ${name} import is ${state}, with ${errors ?? 0} rows in error.`);
  await stages.run(`${name}: apply`, async () => {
    await approver.post(`/imports/${importId}/approval`);
    await approver.waitForImport(
      importId,
      (status) => status.state === 'applied',
      (status) => progress.ofImport(status),
    );
  });
  progress.close();
  await stages.run(`${name}: settle`, () => system.settled());
  return importId;
}

/** What comparing files with the system found. */
export interface Compared {
  readonly cells: number;
  readonly differences: Difference[];
  readonly notReached: number;
}

async function compareAll(
  system: SystemUnderTest,
  published: readonly PublishedFile[],
  query = '',
  everyColumn = false,
): Promise<Compared> {
  const client = new Client({ url: system.url });
  const found: Compared = { cells: 0, differences: [], notReached: 0 };
  let { cells, notReached } = found;
  for (const file of published) {
    const ours: Cells = cellsOf(await client.text(`/tpmap/${file.name}.csv${query}`));
    const comparison = compareCells(file.name, file.cells, ours, everyColumn);
    cells += comparison.cells;
    notReached += comparison.notReached;
    found.differences.push(...comparison.differences);
  }
  return { ...found, cells, notReached };
}

/** How many cells the changed survey moved: a changed import that changed nothing would prove nothing. */
function cellsThatMoved(published: readonly PublishedFile[], expected: ReadonlyMap<string, string>): number {
  let moved = 0;
  for (const { name, cells } of published) {
    moved += compareCells(name, cells, cellsOf(expected.get(name) ?? '')).differences.length;
  }
  return moved;
}
