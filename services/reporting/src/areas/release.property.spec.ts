import { dimensionNames } from '@faemban/contracts';
import fc from 'fast-check';
import { populationOf, povertyOf } from './figures';
import { at, everyDimension, measureNames, setOf } from './measures';
import { release, type ExactFigures, type ReleasedFigures } from './release';
import type { AreaRow } from './small-cells';

/**
 * The attacker: he knows every figure that was released, how areas nest and how groups are part of each other, and combines them by
 * adding and subtracting in any way at all. A withheld count is given back exactly when it lies in the span of what was released.
 */
const sets = [0, setOf(['health']), setOf(['living']), setOf(['health', 'living'])] as const;
const flags = [false, true] as const;

/** The groups of one village nobody can tell further apart; all a release says is sums of these. */
const personGroups = sets.flatMap((set) =>
  flags.flatMap((registered) =>
    flags.flatMap((verified) => flags.map((elderly) => ({ set, registered, verified, elderly }))),
  ),
);
const householdGroups = sets.flatMap((set) => flags.map((happy) => ({ set, happy })));
type PersonGroup = (typeof personGroups)[number];
type HouseholdGroup = (typeof householdGroups)[number];
const groupCount = personGroups.length + householdGroups.length;

interface Village {
  readonly area: string;
  readonly persons: readonly number[];
  readonly households: readonly number[];
}

const amount = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 4, arbitrary: fc.integer({ min: 5, max: 60 }) },
);
const villageAt = (area: string): fc.Arbitrary<Village> =>
  fc.record({
    area: fc.constant(area),
    persons: fc.array(amount, { minLength: personGroups.length, maxLength: personGroups.length }),
    households: fc.array(amount, { minLength: householdGroups.length, maxLength: householdGroups.length }),
  });
const villageCodes = ['8401', '8402'].flatMap((district) =>
  ['01', '02', '51'].flatMap((tambon) => ['0101', '0201'].map((village) => district + tambon + village)),
);
const province = fc.tuple(...villageCodes.map(villageAt));
const levelLengths = [2, 4, 6, 10] as const;

/** The exact figures at every level, widest first. */
function levelsOf(villages: readonly Village[]): readonly (readonly AreaRow<ExactFigures>[])[] {
  return levelLengths.map((length) => {
    const areas = [...new Set(villages.map(({ area }) => area.slice(0, length)))];
    return areas.map((area) => ({ area, figures: figuresOf(villages.filter((each) => each.area.startsWith(area))) }));
  });
}

function figuresOf(villages: readonly Village[]): ExactFigures {
  const sums = new Float64Array(measureNames.length);
  const add = (index: number, count: number): void => {
    sums[index] = (sums[index] ?? 0) + count;
  };
  for (const { persons, households } of villages) {
    for (const [index, { set, registered, verified, elderly }] of personGroups.entries()) {
      const count = persons[index] ?? 0;
      add(at.members(set), count);
      if (registered) add(at.registered(set), count);
      if (verified) add(at.verified(set), count);
      if (elderly) add(at.elderly, count);
    }
    for (const [index, { set, happy }] of householdGroups.entries()) {
      const count = households[index] ?? 0;
      add(at.households(set), count);
      if (!happy) continue;
      add(at.happinessCount, count);
      add(at.happinessSum, 8 * count);
    }
  }
  return { ...populationOf(sums), ...povertyOf(sums, everyDimension) };
}

type Group =
  { readonly persons: (group: PersonGroup) => boolean } | { readonly households: (group: HouseholdGroup) => boolean };
const isIn = (set: number, dimension: 'health' | 'living'): boolean => (set & setOf([dimension])) !== 0;

/** What a shown figure counts. A mean is taken to give away how many households it is over: the attacker may know. */
const shownGroups: Readonly<Record<string, Group>> = {
  households: { households: () => true },
  members: { persons: () => true },
  registered: { persons: ({ registered }) => registered },
  verified: { persons: ({ verified }) => verified },
  elderly: { persons: ({ elderly }) => elderly },
  happinessMean: { households: ({ happy }) => happy },
  poorHouseholds: { households: ({ set }) => set !== 0 },
  poorPersons: { persons: ({ set }) => set !== 0 },
  poorRegistered: { persons: ({ set, registered }) => set !== 0 && registered },
  targetPersons: { persons: ({ set, verified }) => set !== 0 && verified },
  ratePercent: { persons: ({ set, verified }) => set !== 0 && verified },
  health: { persons: ({ set, verified }) => isIn(set, 'health') && verified },
  living: { persons: ({ set, verified }) => isIn(set, 'living') && verified },
};

/** Counts nobody may learn where they are 1 to 4: the shown ones, those left over, and masks other than the full one. */
const secretGroups: readonly Group[] = [
  ...Object.values(shownGroups),
  { persons: ({ registered }) => !registered },
  { persons: ({ verified }) => !verified },
  { persons: ({ elderly }) => !elderly },
  { households: ({ happy }) => !happy },
  { households: ({ set }) => set === 0 },
  { persons: ({ set }) => set === 0 },
  { persons: ({ set, verified }) => set !== 0 && !verified },
  { persons: ({ set, verified }) => set === 0 && verified },
  { persons: ({ set, registered }) => set !== 0 && !registered },
  { persons: ({ set, verified }) => set !== 0 && verified && !isIn(set, 'health') },
  { persons: ({ set, verified }) => set !== 0 && verified && !isIn(set, 'living') },
  { persons: ({ set, verified }) => isIn(set, 'health') && isIn(set, 'living') && verified },
  ...sets.map((only): Group => ({ persons: ({ set, verified }) => set === only && verified })),
];

function rowOf(villages: readonly Village[], area: string, group: Group): number[] {
  return villages.flatMap((village) => {
    const isInside = village.area.startsWith(area);
    const persons = personGroups.map((each) => Number(isInside && 'persons' in group && group.persons(each)));
    const households = householdGroups.map((each) =>
      Number(isInside && 'households' in group && group.households(each)),
    );
    return [...persons, ...households];
  });
}

function countOf(villages: readonly Village[], row: readonly number[]): number {
  const counts = villages.flatMap(({ persons, households }) => [...persons, ...households]);
  return row.reduce((sum, factor, index) => sum + factor * (counts[index] ?? 0), 0);
}

/** Everything released, as rows of what it sums up. */
function releasedRows(villages: readonly Village[], released: ReadonlyMap<string, ReleasedFigures>): number[][] {
  return [...released].flatMap(([area, { targetByDimension, ...figures }]) =>
    Object.entries({ ...figures, ...targetByDimension }).flatMap(([name, figure]) => {
      const group = shownGroups[name];
      return figure === null || !group ? [] : [rowOf(villages, area, group)];
    }),
  );
}

/** Linear algebra over a prime field: what is in the span over the fractions is in it here, but for odds of one in 67 million. */
const prime = 67_108_859;

class Span {
  private readonly rows: { readonly pivot: number; readonly values: Float64Array }[] = [];

  add(row: readonly number[]): void {
    const values = this.reduce(row);
    const pivot = values.findIndex((value) => value !== 0);
    if (pivot < 0) return;
    const inverse = power(values[pivot] ?? 1, prime - 2);
    this.rows.push({ pivot, values: values.map((value) => (value * inverse) % prime) });
  }

  has(row: readonly number[]): boolean {
    return this.reduce(row).every((value) => value === 0);
  }

  private reduce(row: readonly number[]): Float64Array {
    const values = Float64Array.from(row);
    for (const { pivot, values: known } of this.rows) {
      const factor = values[pivot] ?? 0;
      if (factor === 0) continue;
      for (let index = pivot; index < values.length; index++) {
        values[index] = ((values[index] ?? 0) + (prime - factor) * (known[index] ?? 0)) % prime;
      }
    }
    return values;
  }
}

function power(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  const half = power(base, Math.floor(exponent / 2));
  return (((half * half) % prime) * (exponent % 2 === 1 ? base : 1)) % prime;
}

describe('what leaves the area scope', () => {
  test('never shows a count of 1 to 4', () => {
    fc.assert(
      fc.property(province, (villages) => {
        for (const { targetByDimension, happinessMean: _, ratePercent: __, ...figures } of release(
          levelsOf(villages),
        ).values()) {
          for (const figure of [...Object.values(figures), ...Object.values(targetByDimension)]) {
            expect(figure === null || figure === 0 || figure >= 5).toBe(true);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('does not give one back by any adding and subtracting over areas, levels, tables and masks', () => {
    fc.assert(
      fc.property(
        province,
        fc.array(fc.nat({ max: villageCodes.length - 1 }), { minLength: 2, maxLength: 4 }),
        (villages, some) => {
          const released = release(levelsOf(villages));
          const span = new Span();
          for (const row of releasedRows(villages, released)) span.add(row);
          const groupsOfVillages = new Set(some).size < 2 ? [] : [[...new Set(some)]];
          for (const group of secretGroups) {
            const rows = [...released.keys()].map((area) => rowOf(villages, area, group));
            for (const together of groupsOfVillages) {
              const parts = together.map((index) => rowOf(villages, villageCodes[index] ?? '', group));
              rows.push(parts.reduce((sum, part) => sum.map((value, place) => value + (part[place] ?? 0))));
            }
            for (const row of rows) {
              const count = countOf(villages, row);
              if (count >= 1 && count <= 4)
                expect({ count, isGivenBack: span.has(row) }).toEqual({ count, isGivenBack: false });
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  });

  test('withholds nothing where every group is large', () => {
    const villages = villageCodes.map((area) => ({
      area,
      persons: personGroups.map(() => 10),
      households: householdGroups.map(() => 10),
    }));
    const released = [...release(levelsOf(villages)).values()];
    expect(released).toHaveLength(1 + 2 + 6 + villageCodes.length);
    for (const figures of released) {
      for (const name of ['members', 'poorPersons', 'targetPersons', 'ratePercent', 'elderly'] as const) {
        expect(figures[name]).not.toBeNull();
      }
      for (const dimension of dimensionNames.slice(0, 2)) expect(figures.targetByDimension[dimension]).not.toBeNull();
    }
    expect(groupCount).toBe(40);
  });

  test('one small village takes a second one with it, and the district stays', () => {
    const large = { persons: personGroups.map(() => 10), households: householdGroups.map(() => 10) };
    const [small = '', second = '', ...others] = villageCodes;
    const targetsAreFew = personGroups.map(({ set, verified }) => (set !== 0 && verified ? 0 : 10));
    const villages = [
      {
        ...large,
        area: small,
        persons: targetsAreFew.map((count, index) => (index === personGroups.length - 1 ? 2 : count)),
      },
      { ...large, area: second },
      ...others.map((area) => ({ ...large, area })),
    ];
    const released = release(levelsOf(villages));
    expect(released.get(small)?.targetPersons).toBeNull();
    expect(released.get(second)?.targetPersons).toBeNull();
    expect(released.get(small.slice(0, 6))?.targetPersons).toBe(122);
    expect(released.get(second)?.members).toBe(320);
  });
});
