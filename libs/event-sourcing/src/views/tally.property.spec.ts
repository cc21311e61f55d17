import fc from 'fast-check';
import { thaiDayOf } from '../days';
import type { RecordedEvent } from '../events';
import { deliver } from '../testing/deliveries';
import { recorded } from '../testing/recorded';
import { defineTally, type Contribution } from './define-view';
import { sumDifferences } from './tally-sums';

interface Fact {
  readonly round: string;
  readonly day: string;
  readonly area: string;
  readonly poor: boolean;
}
interface Told {
  readonly householdId: string;
  /** A fact, or the withdrawal of everything known of a round. */
  readonly fact?: Fact;
  readonly withdraw?: string;
}

/** One series per round, and one of whatever is newest; a later fact ends the one before it, a fact of the same day replaces it. */
const figures = defineTally<readonly Fact[]>({
  name: 'figures',
  version: 1,
  context: 'mpi-scoring',
  idOf: ({ data }) => (data as Told).householdId,
  fold: (facts = [], event) => {
    const { fact, withdraw } = event.data as Told;
    return fact === undefined ? facts.filter(({ round }) => round !== withdraw) : [...facts, fact];
  },
  measures: ['households', 'poor'],
  contributions: (facts) => [
    ...[...new Set(facts.map(({ round }) => round))].flatMap((round) =>
      stretches(
        round,
        facts.filter((fact) => fact.round === round),
      ),
    ),
    ...stretches('current', facts),
  ],
});

function stretches(series: string, facts: readonly Fact[]): Contribution[] {
  const byDay = new Map<string, Fact>();
  for (const fact of facts) byDay.set(fact.day, fact);
  const inOrder = [...byDay.values()].sort((one, other) => (one.day < other.day ? -1 : 1));
  return inOrder.map(({ day, area, poor }, index) => {
    const next = inOrder[index + 1]?.day;
    return {
      areas: { village: area, province: area.slice(0, 2) },
      round: series,
      ruleset: 'r',
      from: day,
      ...(next === undefined ? {} : { to: dayBefore(next) }),
      add: new Map(
        poor
          ? [
              [0, 1],
              [1, 1],
            ]
          : [[0, 1]],
      ),
    };
  });
}

const dayBefore = (day: string) => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);

/** The same question answered without any tally: go through what was known by then and look for the newest fact. */
function countedDirectly(events: readonly RecordedEvent[], series: string, asOf: string, asKnownAt: string) {
  const counts = new Map<string, [number, number]>();
  for (const household of new Set(events.map(({ data }) => (data as Told).householdId))) {
    let newest: Fact | undefined;
    for (const { data, recordedAt } of events) {
      const { householdId, fact } = data as Told;
      if (householdId !== household || fact === undefined || thaiDayOf(recordedAt) > asKnownAt) continue;
      if (series !== 'current' && fact.round !== series) continue;
      const place = events.findIndex((event) => event.data === data);
      const isWithdrawn = events.some(
        (later, at) =>
          at > place &&
          (later.data as Told).householdId === household &&
          (later.data as Told).withdraw === fact.round &&
          thaiDayOf(later.recordedAt) <= asKnownAt,
      );
      if (!isWithdrawn && fact.day <= asOf && (newest === undefined || fact.day >= newest.day)) newest = fact;
    }
    if (newest === undefined) continue;
    const [households, poor] = counts.get(newest.area) ?? [0, 0];
    counts.set(newest.area, [households + 1, poor + (newest.poor ? 1 : 0)]);
  }
  return Object.fromEntries([...counts].sort());
}

const day = fc.integer({ min: 0, max: 12 }).map((n) => new Date(Date.UTC(2018, 1, 24 + n)).toISOString().slice(0, 10));
const round = fc.constantFrom('2561', '2562');
const told = fc.record({
  householdId: fc.constantFrom('h1', 'h2', 'h3'),
  change: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ round, day, area: fc.constantFrom('8401', '8402', '9001'), poor: fc.boolean() }),
    },
    { weight: 1, arbitrary: round },
  ),
  hoursLater: fc.integer({ min: 0, max: 30 }),
});

function history(list: readonly { householdId: string; change: Fact | string; hoursLater: number }[]): RecordedEvent[] {
  let clock = Date.UTC(2018, 1, 24, 12);
  return list.map(({ householdId, change, hoursLater }, index) => {
    clock += hoursLater * 3_600_000;
    const data: Told = typeof change === 'string' ? { householdId, withdraw: change } : { householdId, fact: change };
    const overrides = { context: 'mpi-scoring' as const, seq: index + 1, recordedAt: new Date(clock).toISOString() };
    return recorded({ type: 'Told', data }, overrides);
  });
}

const question = { under: '', level: 'village', ruleset: 'r' };

describe('a tally', () => {
  test('answers every (asOf, asKnownAt) as a direct count over what was known by then would, whatever arrives late', () => {
    fc.assert(
      fc.property(
        fc.array(told, { maxLength: 14 }),
        fc.constantFrom('2561', '2562', 'current'),
        fc.array(fc.tuple(day, day), { minLength: 1, maxLength: 6 }),
        (list, series, questions) => {
          const events = history(list);
          for (const { differences } of deliver(figures, events)) {
            for (const [asOf, asKnownAt] of questions) {
              const sums = sumDifferences(differences, { ...question, round: series, asOf, asKnownAt }, 2);
              const counted = Object.fromEntries(sums.map(({ area, sums: vector }) => [area, [...vector]]));
              expect(counted).toEqual(countedDirectly(events, series, asOf, asKnownAt));
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('counts each household once or not at all on every day, as known on every day', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 14 }), day, day, (list, asOf, asKnownAt) => {
        const events = history(list.map((one) => ({ ...one, householdId: 'h1' })));
        for (const series of ['2561', '2562', 'current']) {
          const asked = { ...question, round: series, asOf, asKnownAt };
          for (const { differences } of deliver(figures, events)) {
            const households = sumDifferences(differences, asked, 2).map(({ sums }) => sums[0]);
            expect([[], [1]]).toContainEqual(households);
            const inProvince = sumDifferences(differences, { ...asked, level: 'province' }, 2);
            expect(inProvince.map(({ sums }) => sums[0])).toEqual(households);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('books nothing for a day on which nothing changed, and nothing twice', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 10 }), (list) => {
        for (const { differences } of deliver(figures, history(list))) {
          expect(differences.filter(({ add }) => add.size === 0 || [...add.values()].includes(0))).toEqual([]);
        }
      }),
      { numRuns: 15 },
    );
  });
});
