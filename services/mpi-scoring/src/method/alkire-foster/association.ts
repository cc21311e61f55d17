/** How far two indicators say the same. Null where one of them never, or always, occurs. */
export interface Association {
  /** Cramér's V of the two by two table: |phi|. */
  readonly cramersV: number | null;
  /** Overlap R0: share deprived in both, of the share deprived in the rarer one. */
  readonly overlap: number | null;
}

/** @param counts persons in all, deprived in the one, in the other, in both */
export function associationOf(counts: {
  readonly persons: number;
  readonly one: number;
  readonly other: number;
  readonly both: number;
}): Association {
  const { persons, one, other, both } = counts;
  const rarer = Math.min(one, other);
  const scale = Math.sqrt(one * (persons - one)) * Math.sqrt(other * (persons - other));
  return {
    cramersV: scale === 0 ? null : Math.abs(persons * both - one * other) / scale,
    overlap: rarer === 0 ? null : both / rarer,
  };
}
