/**
 * Keeps counts of 1–4 from leaving the area scope, also by subtraction.
 *
 * Every table is released on a pruned tree of areas: an area's row is shown whole or not at all, and below a hidden row nothing is shown.
 * What subtraction can then give, however it is combined, are the rows that are shown and, under each shown row, the *rest*: that row
 * less its shown children, which is the sum of its hidden ones. So it is enough that every shown row and every rest is safe; where a rest
 * is not, further children are hidden until it is.
 *
 * A row is safe when each of its parts is 0 or at least 5. Parts cut a table's persons into disjoint groups: not only who is counted
 * but also who is not, since the one follows from the other and the total. A table that is part of others (target persons are poor and
 * verified) is shown only where they are: then each of its rests is a sum of rests of theirs, and comparing tables says nothing new.
 */
export interface SmallCellTable<Figures> {
  readonly name: string;
  /** Tables this one is part of; they stand before it in the list. */
  readonly within: readonly string[];
  /** The disjoint groups that can be told apart by this table and those it is part of. They add up over areas. */
  readonly parts: (figures: Figures) => readonly number[];
}

/** An area with its exact figures. Areas nest by the beginnings of their codes. */
export interface AreaRow<Figures> {
  readonly area: string;
  readonly figures: Figures;
}

/** The smallest count that may be shown; anything from 1 to 4 may not. */
export const smallestShownCount = 5;

/** The areas at which each table may be shown, by the table's name. */
export type ShownAreas = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Decides which rows may be shown. `levels` holds the rows of each level, widest first; every row but the widest lies in one of the level
 * before, and its figures are part of that one's.
 */
export function chooseShownAreas<Figures>(
  levels: readonly (readonly AreaRow<Figures>[])[],
  tables: readonly SmallCellTable<Figures>[],
): ShownAreas {
  const shown = new Map<string, Set<string>>();
  for (const table of tables) {
    const areas = new Set<string>();
    const mayShow = ({ area, figures }: AreaRow<Figures>): boolean =>
      table.within.every((name) => shown.get(name)?.has(area)) && areSafe(table.parts(figures));
    let parents: readonly AreaRow<Figures>[] = [];
    for (const [depth, rows] of levels.entries()) {
      const families = depth === 0 ? [rows] : childrenOf(rows, parents);
      for (const family of families) {
        const kept = depth === 0 ? family.filter(mayShow) : keepWithSafeRest(family, mayShow, table);
        for (const { area } of kept) areas.add(area);
      }
      parents = rows.filter(({ area }) => areas.has(area));
    }
    shown.set(table.name, areas);
  }
  return shown;
}

/** The children of each shown parent. */
function childrenOf<Figures>(
  rows: readonly AreaRow<Figures>[],
  parents: readonly AreaRow<Figures>[],
): readonly (readonly AreaRow<Figures>[])[] {
  return parents.map((parent) => rows.filter(({ area }) => area.startsWith(parent.area)));
}

/** Hides children that may not be shown, then others, smallest first, until what is hidden is safe as a whole. */
function keepWithSafeRest<Figures>(
  family: readonly AreaRow<Figures>[],
  mayShow: (row: AreaRow<Figures>) => boolean,
  { parts }: SmallCellTable<Figures>,
): readonly AreaRow<Figures>[] {
  const kept = family
    .filter(mayShow)
    .map((row) => ({ row, parts: parts(row.figures) }))
    .sort((one, other) => total(one.parts) - total(other.parts) || (one.row.area < other.row.area ? -1 : 1));
  let rest = family
    .filter((row) => !kept.some((each) => each.row === row))
    .map(({ figures }) => parts(figures))
    .reduce<readonly number[]>(added, []);
  while (!areSafe(rest) && kept.length > 0) {
    const sufficient = kept.findIndex((each) => areSafe(added(rest, each.parts)));
    const [hidden] = kept.splice(Math.max(sufficient, 0), 1);
    rest = added(rest, hidden?.parts ?? []);
  }
  return kept.map(({ row }) => row);
}

function areSafe(parts: readonly number[]): boolean {
  return parts.every((part) => part === 0 || part >= smallestShownCount);
}

function added(one: readonly number[], other: readonly number[]): readonly number[] {
  return one.length === 0 ? other : one.map((part, index) => part + (other[index] ?? 0));
}

function total(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + part, 0);
}
