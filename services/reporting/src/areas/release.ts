import { dimensionNames, type DimensionName } from '@faemban/contracts';
import type { Population, Poverty } from './figures';
import { chooseShownAreas, type AreaRow, type SmallCellTable } from './small-cells';

/** An area's exact figures: what a release is cut from. */
export interface ExactFigures extends Population, Poverty {}

/** What leaves the scope of one area. `null` is a figure that is withheld, never zero. */
export interface ReleasedFigures {
  readonly households: number | null;
  readonly members: number | null;
  readonly registered: number | null;
  readonly verified: number | null;
  readonly elderly: number | null;
  readonly disabled: number | null;
  readonly chronic: number | null;
  readonly happinessMean: number | null;
  readonly poorHouseholds: number | null;
  readonly poorPersons: number | null;
  readonly poorRegistered: number | null;
  readonly targetPersons: number | null;
  readonly targetByDimension: Readonly<Record<DimensionName, number | null>>;
  readonly ratePercent: number | null;
}

/** A part of the members, cut off from the rest of them. */
const amongMembers = (name: 'registered' | 'verified' | 'elderly' | 'disabled' | 'chronic') => ({
  name,
  within: ['population'],
  parts: (figures: ExactFigures) => [figures[name], figures.members - figures[name]],
});

const tables: readonly SmallCellTable<ExactFigures>[] = [
  { name: 'population', within: [], parts: ({ households, members }) => [households, members] },
  amongMembers('registered'),
  amongMembers('verified'),
  amongMembers('elderly'),
  amongMembers('disabled'),
  amongMembers('chronic'),
  {
    name: 'happinessMean',
    within: ['population'],
    parts: ({ happinessCount, households }) => [happinessCount, households - happinessCount],
  },
  {
    name: 'poorHouseholds',
    within: ['population'],
    parts: ({ poorHouseholds, households }) => [poorHouseholds, households - poorHouseholds],
  },
  {
    name: 'poorPersons',
    within: ['population'],
    parts: ({ poorPersons, members }) => [poorPersons, members - poorPersons],
  },
  {
    name: 'poorRegistered',
    within: ['poorPersons', 'registered'],
    parts: ({ members, registered, poorPersons, poorRegistered }) =>
      fourParts(members, registered, poorPersons, poorRegistered),
  },
  {
    name: 'targetPersons',
    within: ['poorPersons', 'verified'],
    parts: ({ members, verified, poorPersons, targetPersons, targetByDimension }) => [
      ...fourParts(members, verified, poorPersons, targetPersons),
      // Where two dimensions alone are failed, this is how many fail both.
      dimensionNames.reduce((sum, dimension) => sum + targetByDimension[dimension], -targetPersons),
    ],
  },
  ...dimensionNames.map((dimension) => ({
    name: dimension,
    within: ['targetPersons'],
    parts: ({ targetPersons, targetByDimension }: ExactFigures) => [
      targetByDimension[dimension],
      targetPersons - targetByDimension[dimension],
    ],
  })),
];

/** Both, the one alone, the other alone, neither. */
function fourParts(all: number, one: number, other: number, both: number): readonly number[] {
  return [both, one - both, other - both, all - one - other + both];
}

/**
 * The figures of a release, by area. `levels` as for {@link chooseShownAreas}: province, district, tambon or municipality, village.
 * Figures by indicator are never part of a release: within a dimension they would cut its target persons into ever smaller groups.
 */
export function release(levels: readonly (readonly AreaRow<ExactFigures>[])[]): ReadonlyMap<string, ReleasedFigures> {
  const shown = chooseShownAreas(levels, tables);
  return new Map(
    levels.flat().map(({ area, figures }) => {
      const only = (table: string, figure: number | null): number | null =>
        shown.get(table)?.has(area) ? figure : null;
      const targetByDimension = Object.fromEntries(
        dimensionNames.map((dimension) => [dimension, only(dimension, figures.targetByDimension[dimension])]),
      ) as Record<DimensionName, number | null>;
      return [
        area,
        {
          households: only('population', figures.households),
          members: only('population', figures.members),
          registered: only('registered', figures.registered),
          verified: only('verified', figures.verified),
          elderly: only('elderly', figures.elderly),
          disabled: only('disabled', figures.disabled),
          chronic: only('chronic', figures.chronic),
          happinessMean: only('happinessMean', figures.happinessMean),
          poorHouseholds: only('poorHouseholds', figures.poorHouseholds),
          poorPersons: only('poorPersons', figures.poorPersons),
          poorRegistered: only('poorRegistered', figures.poorRegistered),
          targetPersons: only('targetPersons', figures.targetPersons),
          targetByDimension,
          ratePercent: only('targetPersons', figures.ratePercent),
        },
      ];
    }),
  );
}
