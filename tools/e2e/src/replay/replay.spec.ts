import { differencesOf, judge, unraisedFolds, type Difference } from './differences';
import { foldRecording, type Folded } from './fold-recording';
import { readRecordings } from './recording';

const recordings = readRecordings();

describe.each(recordings)('the streams recorded as $name', ({ events, folded, declared, name }) => {
  const today = foldRecording(events);

  test('are folded without parking anything', () => {
    expect(today.parked).toEqual([]);
    expect(folded.parked).toEqual([]);
  });

  /*
   * A failure here means that today's code makes something else of events that were recorded before. Where that is not meant, it is a
   * defect. Where it is, say so in `declared-differences.json` with the reason, give an aggregate whose state differs a new fold version,
   * and a view whose rows differ a new version. Never record over what was recorded.
   */
  test('come to what they came to when they were recorded, except as declared', () => {
    const { undeclared } = judge(differencesOf(folded, today), declared);
    expect(undeclared.slice(0, 20).map(tell)).toEqual([]);
  });

  test('bear every declared difference out', () => {
    expect(judge(differencesOf(folded, today), declared).idle).toEqual([]);
  });

  test('come to another state only under another fold version, so that no snapshot of the old one is read', () => {
    expect(unraisedFolds(folded, today)).toEqual([]);
  });

  test('are of every aggregate and read model there was', () => {
    const isEmpty = (part: object) => Object.entries(part).filter(([, all]) => Object.keys(all as object).length === 0);
    for (const part of [folded.aggregates, folded.views, folded.tallies])
      expect([name, isEmpty(part)]).toEqual([name, []]);
  });
});

test('there are recordings of earlier releases', () => {
  expect(recordings.map(({ name }) => name)).toContain('0.1');
});

describe('a difference', () => {
  const one: Folded = {
    aggregates: { score: { 'score-a': { facts: ['x'], surveys: [{ round: 2561 }] } } },
    views: { list: { a: { isPoor: true } } },
    tallies: { figures: { 'series a': { members: 3 } } },
    parked: [],
  };
  const other: Folded = {
    aggregates: { score: { 'score-a': { facts: ['x'], surveys: [{ round: 2562 }] } } },
    views: { list: { a: { isPoor: true }, b: { isPoor: false } } },
    tallies: { figures: { 'series a': { members: 4 } } },
    parked: [],
  };

  test('is found wherever it is, and named by its place', () => {
    expect(differencesOf(one, other).map(({ of, key, place }) => [of, key, place])).toEqual([
      ['aggregates/score', 'score-a', 'surveys/0/round'],
      ['views/list', 'b', ''],
      ['tallies/figures', 'series a', 'members'],
    ]);
    expect(differencesOf(one, one)).toEqual([]);
  });

  test('of a state needs another fold version, where snapshots are taken', () => {
    const [before, same, raised] = [1, 1, 2].map((score, index) => ({
      ...(index === 0 ? one : other),
      folds: { score },
    }));
    expect(unraisedFolds(before as Folded, same as Folded)).toEqual(['score']);
    expect(unraisedFolds(before as Folded, raised as Folded)).toEqual([]);
    expect(unraisedFolds(one, other)).toEqual([]);
  });

  test('is let through only where it was declared, and a declaration that nothing bears out is told', () => {
    const declared = [
      { of: 'aggregates/score', place: 'surveys', reason: 'meant' },
      { of: 'views/list', place: 'isPoor', reason: 'not so' },
    ];
    const { undeclared, idle } = judge(differencesOf(one, other), declared);
    expect(undeclared.map(({ of }) => of)).toEqual(['views/list', 'tallies/figures']);
    expect(idle).toEqual([declared[1]]);
  });
});

const tell = ({ of, key, place, recorded, today }: Difference): string =>
  `${of} of ${key}${place === '' ? '' : ` at ${place}`}: was ${JSON.stringify(recorded)}, is ${JSON.stringify(today)}`;
