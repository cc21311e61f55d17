import type { FragilityEntry } from './household-history.view';

/** The groups that lists put a household in, each with the year of the list that did so first; null while no list has. */
export interface FragileGroups {
  readonly fragile: number | null;
  readonly tpmap: number | null;
}

/**
 * The groups a household has by what lists said of it, in the order of recording. It is the union of all they ever said: a group once gained
 * is not lost by a later list, nor by one that corrects.
 */
export function fragileGroups(
  entries: readonly Pick<FragilityEntry, 'listYear' | 'fragile' | 'tpmap'>[],
): FragileGroups {
  let groups: FragileGroups = { fragile: null, tpmap: null };
  for (const { listYear, fragile, tpmap } of entries) {
    groups = {
      fragile: groups.fragile ?? (fragile ? listYear : null),
      tpmap: groups.tpmap ?? (tpmap ? listYear : null),
    };
  }
  return groups;
}
