import { isSameSegment, type Segment } from './score';

/** How a round's segments differ from before. */
export interface ChangedSegments {
  /** The first day that had a score and that none of `changed` replaces; absent where each such day is replaced. */
  readonly withdrawnFrom?: string;
  /** The first segment that is not as it was, and all that follow, ascending. */
  readonly changed: readonly Segment[];
}

/**
 * What has to be scored anew of a round. A score replaces those from its valid day on, so what was known needs withdrawing only where
 * it began before the first changed segment does, or where nothing is left.
 */
export function changedSegments(known: readonly Segment[], segments: readonly Segment[]): ChangedSegments {
  const first = segments.findIndex((segment, index) => !isSameSegment(segment, known[index]));
  const from = first < 0 ? segments.length : first;
  const changed = segments.slice(from);
  const dropped = known[from];
  const replacedFrom = changed[0]?.validFrom;
  return dropped !== undefined && (replacedFrom === undefined || dropped.validFrom < replacedFrom)
    ? { withdrawnFrom: dropped.validFrom, changed }
    : { changed };
}
