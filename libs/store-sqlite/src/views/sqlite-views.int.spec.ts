import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TallyDifference, ViewBatch } from '@faemban/event-sourcing';
import { policyStoreSuite, viewStoreSuite } from '@faemban/event-sourcing/testing';
import { openSqliteViews, type SqliteViews } from './sqlite-views';

interface Opened extends SqliteViews {
  reopen(): Promise<Opened>;
}

async function open(folder: string): Promise<Opened> {
  const opened = await openSqliteViews({ file: join(folder, 'reporting.views.sqlite') });
  return {
    ...opened,
    async close() {
      await opened.close();
      rmSync(folder, { recursive: true, force: true });
    },
    async reopen() {
      await opened.close();
      return open(folder);
    },
  };
}
const onRealFile = (): Promise<Opened> => open(mkdtempSync(join(tmpdir(), 'faemban-views-')));

describe('the view store on SQLite', () => {
  viewStoreSuite(onRealFile);
});

describe('the policy store on SQLite', () => {
  policyStoreSuite(onRealFile);
});

describe('a question to a tally over many areas', () => {
  const shape = {
    name: 'area-figures',
    version: 1,
    contexts: ['mpi-scoring'],
    indexes: {},
    show: () => undefined,
  } as const;
  const question = { under: '84', level: 'village', round: '2561', ruleset: 'tpmap-2561' };
  const everywhere = (amount: number): TallyDifference[] =>
    Array.from({ length: 330 }, (_, index) => ({
      level: 'village',
      area: `8417${String(index).padStart(6, '0')}`,
      round: '2561',
      ruleset: 'tpmap-2561',
      validDay: '2018-02-14',
      knownDay: '2018-03-01',
      add: new Map([[index % 2, amount]]),
    }));
  const book = (seq: number, tallies: readonly TallyDifference[]): ViewBatch => {
    const context = 'mpi-scoring';
    return { context, partition: 0, fromSeq: seq, toSeq: seq, epoch: 1, puts: [], removals: [], tallies, parked: [] };
  };

  test('is answered at one moment, while batches are applied and others ask', async () => {
    const opened = await onRealFile();
    const tally = await opened.views.open({ ...shape, measures: ['households', 'poor'] });
    await tally.take(0);
    await tally.apply(book(1, everywhere(1)));
    const before = Array.from({ length: 5 }, () => tally.sum(question));
    const applied = tally.apply(book(2, everywhere(1)));
    const answers = await Promise.all(before);
    await applied;
    for (const answer of answers) {
      expect(answer).toHaveLength(330);
      // Each answer stands before or after the second batch, never between.
      expect(new Set(answer.map(({ sums }) => (sums[0] ?? 0) + (sums[1] ?? 0))).size).toBe(1);
    }
    const after = await tally.sum(question);
    expect(after.every(({ sums }) => (sums[0] ?? 0) + (sums[1] ?? 0) === 2)).toBe(true);
    expect(after.map(({ area }) => area)).toEqual(everywhere(1).map(({ area }) => area));
    await opened.close();
  });

  test('refuses a measure that the tally has not declared, with the whole batch', async () => {
    const opened = await onRealFile();
    const tally = await opened.views.open({ ...shape, measures: ['households'] });
    await tally.take(0);
    await expect(tally.apply(book(1, everywhere(1)))).rejects.toThrow(/measure 1/);
    expect(await tally.sum(question)).toEqual([]);
    expect(await tally.checkpoint()).toEqual({});
    await opened.close();
  });
});
