import type { AfFigures } from './figures';

/** A subgroup's weight in the whole, and in its poverty. Contributions add up to 1 over the subgroups; A has no such decomposition. */
export interface SubgroupShare {
  /** Share of the persons counted. */
  readonly share: number | null;
  /** Share of M0: share × M0 of the group ÷ M0 of the whole; null where that is zero. */
  readonly contribution: number | null;
  /** Share of the poor. */
  readonly shareOfPoor: number | null;
}

/** How the figures of a subgroup stand in those of the whole. */
export function subgroupShare(group: AfFigures, whole: AfFigures): SubgroupShare {
  const share = whole.persons === 0 ? null : group.persons / whole.persons;
  const M0 = group.persons === 0 ? 0 : group.M0;
  return {
    share,
    contribution: share === null || M0 === null || !whole.M0 ? null : (share * M0) / whole.M0,
    shareOfPoor: whole.poor === 0 ? null : group.poor / whole.poor,
  };
}
