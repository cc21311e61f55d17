import { householdScored, type EventOf } from '@faemban/contracts';
import { ScoreRows } from './score-rows';
import { takeSnapshot, type Snapshot } from './snapshot';

type Scored = EventOf<typeof householdScored>['data'];
const [example] = householdScored.examples;
const scored = (change: Partial<Scored> = {}) => ({ type: 'HouseholdScored', data: { ...example, ...change } });

function on(rows: ScoreRows, day: number, round: number | 'current' = 2561): Snapshot {
  const work = takeSnapshot(rows, { ruleset: 'tpmap-2561/1', round, day });
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

describe('rows of scores', () => {
  test('a withdrawn score leaves the household absent from its valid day on, and present before', () => {
    const rows = new ScoreRows();
    rows.apply(scored());
    rows.apply(scored({ validFrom: '2018-05-01' }));
    const { householdId, round, ruleset } = example;
    rows.apply({ type: 'HouseholdScoreWithdrawn', data: { householdId, round, ruleset, validFrom: '2018-05-01' } });
    expect(on(rows, 2018_06_01).columns.length).toBe(1);
    rows.apply({ type: 'HouseholdScoreWithdrawn', data: { householdId, round, ruleset, validFrom: '2018-02-14' } });
    expect(on(rows, 2018_06_01).columns.length).toBe(0);
    rows.apply(scored());
    expect(on(rows, 2018_06_01).columns.length).toBe(1);
  });

  test('of another ruleset or round stand beside each other, and the newest round begun is current', () => {
    const rows = new ScoreRows();
    rows.apply(scored());
    rows.apply(scored({ ruleset: { id: 'tpmap-2561', version: 2 }, answers: 'f'.repeat(31) }));
    rows.apply(scored({ round: 2562, validFrom: '2019-02-14', answers: 'p'.repeat(31) }));
    expect([...on(rows, 2020_01_01).columns.deprived]).toEqual([1 << 21]);
    expect([...on(rows, 2020_01_01, 'current').columns.deprived]).toEqual([0]);
    expect([...on(rows, 2018_12_31, 'current').columns.deprived]).toEqual([1 << 21]);
  });
});
