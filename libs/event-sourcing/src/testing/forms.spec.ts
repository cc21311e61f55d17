import { householdListed } from '@faemban/contracts';
import { defineTally, defineView } from '../views/define-view';
import { exampleHousehold, type HouseholdCommand } from './example-household';
import { given } from './given';
import { recorded } from './recorded';
import { tallyOf, viewOf } from './view-of';

const householdId = 'a';
const opened = { type: 'HouseholdOpened' as const, data: { householdId, area: '84' } };
const closed = { type: 'HouseholdClosed' as const, data: { householdId, by: 'malee', at: '2021-03-01T02:00:00.000Z' } };
const note: HouseholdCommand = { type: 'TakeNotes', householdId, values: [1] };

describe('given … when', () => {
  test('… then compares events', () => {
    given(exampleHousehold, opened)
      .when(note)
      .then({ type: 'NoteTaken', data: { householdId, value: 1 } });
    expect(() => given(exampleHousehold, opened).when(note).then(opened)).toThrow('NoteTaken');
    expect(() => given(exampleHousehold).when(note).then(opened)).toThrow('household-must-be-open');
  });

  test('… thenRefused names the rule', () => {
    given(exampleHousehold).when(note).thenRefused('household-must-be-open');
    given(exampleHousehold, opened, closed).when(note).thenRefused('household-must-be-open');
    expect(() => given(exampleHousehold).when(note).thenRefused('another-rule')).toThrow('another-rule');
    expect(() => given(exampleHousehold, opened).when(note).thenRefused('household-must-be-open')).toThrow('NoteTaken');
  });

  test('… thenNothing means no event', () => {
    given(exampleHousehold, opened).when({ type: 'OpenHousehold', householdId, area: '90' }).thenNothing();
    expect(() => given(exampleHousehold, opened).when(note).thenNothing()).toThrow('NoteTaken');
  });

  test('takes actor and time from the context', () => {
    const context = {
      occurredAt: '2022-01-01T00:00:00.000Z',
      actor: { ...recorded(opened, { context: 'ingestion' }).actor, accountId: 'x' },
    };
    given(exampleHousehold, opened)
      .when({ type: 'CloseHousehold', householdId }, context)
      .then({ type: 'HouseholdClosed', data: { householdId, by: 'x', at: context.occurredAt } });
  });

  test('refuses events that do not fit their schema, deciders that guess, and folds that change their state', () => {
    const { decider } = exampleHousehold;
    let calls = 0;
    const guessing = { ...exampleHousehold, decider: { ...decider, decide: () => ((calls += 1) % 2 ? [] : [opened]) } };
    expect(() => given(guessing, opened).when(note)).toThrow('twice');
    const wrong = {
      ...exampleHousehold,
      decider: { ...decider, decide: () => [{ ...opened, data: { householdId } as never }] },
    };
    expect(() => given(wrong, opened).when(note)).toThrow('area');
    const changing = {
      ...exampleHousehold,
      decider: {
        ...decider,
        evolve: (state: { status: string }) => Object.assign(state, { status: 'open' }) as never,
      },
    };
    expect(() => given(changing, opened).when(note)).toThrow('read only');
  });
});

describe('viewOf … after', () => {
  interface Row {
    readonly id: string;
    readonly listed: number;
    readonly scored: number;
  }
  const rows = defineView<Row>({
    name: 'rows',
    version: 1,
    idOf: ({ data }) => (data as { householdId?: string }).householdId,
    slices: {
      ingestion: (count: number | undefined) => (count ?? 0) + 1,
      'mpi-scoring': (count: number | undefined) => (count ?? 0) + 10,
    },
    show: ({ ingestion, 'mpi-scoring': scoring }: { ingestion?: number; 'mpi-scoring'?: number }, id) =>
      ingestion === undefined ? undefined : { id, listed: ingestion, scored: scoring ?? 0 },
    indexes: { byScored: ['scored'] },
  });
  const listed = { type: 'HouseholdListed', data: householdListed.examples[0] };
  const id = listed.data.householdId;
  const scored = recorded({ type: 'Scored', data: { householdId: id } }, { context: 'mpi-scoring' });

  test('shows what is left, however events are delivered', () => {
    viewOf(rows).after(listed, scored, listed, scored).shows({ id, listed: 2, scored: 20 });
    viewOf(rows).after(listed).shows({ id, listed: 1, scored: 0 }, id);
    viewOf(rows).after(scored).showsNothing();
    viewOf(rows).after(listed).showsNothing('another');
    expect(() => viewOf(rows).after(listed).shows({ id, listed: 2, scored: 0 })).toThrow('listed');
    expect(() => viewOf(rows).after(listed).showsNothing()).toThrow('listed');
  });

  test('refuses folds that remember more than their slice, and folds that change it', () => {
    let calls = 0;
    const remembering = { ...rows, slices: { ingestion: () => (calls += 1) } };
    expect(() => viewOf(remembering).after(listed).shows({ id, listed: 1, scored: 0 })).toThrow('listed');
    const pushes = { ...rows, slices: { ingestion: (all: number[] = []) => (all.push(1), [...all]) } };
    expect(() => viewOf(pushes).after(listed, listed)).toThrow('not extensible');
  });
});

describe('tallyOf … after', () => {
  const open = defineTally<'open' | 'closed'>({
    name: 'open-households',
    version: 1,
    context: 'case-management',
    idOf: ({ data }) => (data as { householdId: string }).householdId,
    fold: (_, { type }) => (type === 'HouseholdOpened' ? 'open' : 'closed'),
    measures: ['households', 'others'],
    contributions: (state) =>
      state === 'closed'
        ? []
        : [{ areas: { province: '84' }, round: 'current', ruleset: '-', from: '2021-01-01', add: new Map([[0, 1]]) }],
  });
  const at = (recordedAt: string) => ({ context: 'case-management' as const, recordedAt });
  const question = { level: 'province', round: 'current', ruleset: '-' };

  test('counts by valid day and by known day', () => {
    tallyOf(open)
      .after(recorded(opened, at('2021-03-01T02:00:00.000Z')), recorded(closed, at('2021-03-02T17:00:00.000Z')))
      .counts(question, { households: 0 })
      .counts({ ...question, asKnownAt: '2021-03-02' }, { households: 1, others: 0 })
      .counts({ ...question, asKnownAt: '2021-03-02', asOf: '2020-12-31' }, { households: 0 })
      .counts({ ...question, under: '90', asKnownAt: '2021-03-02' }, { households: 0 });
  });

  test('refuses another count, and a measure that there is not', () => {
    const counted = tallyOf(open).after(recorded(opened, at('2021-03-01T02:00:00.000Z')));
    expect(() => counted.counts(question, { households: 2 })).toThrow('households');
    expect(() => counted.counts(question, { poor: 0 })).toThrow('poor');
  });
});
