import type { TallyDifference, TallyQuestion, TallySum } from '../ports';

/**
 * Answers a question to a tally from its booked differences: per area the sum of what is valid on `asOf` as it was known on
 * `asKnownAt`, both inclusive and open where absent. Areas in which everything sums to nothing are left out; areas rise.
 */
export function sumDifferences(
  differences: Iterable<TallyDifference>,
  question: TallyQuestion,
  measureCount: number,
): readonly TallySum[] {
  const { under, level, round, ruleset, asOf, asKnownAt } = question;
  const byArea = new Map<string, Float64Array>();
  for (const difference of differences) {
    if (difference.level !== level || difference.round !== round || difference.ruleset !== ruleset) continue;
    if (!difference.area.startsWith(under)) continue;
    if (asOf !== undefined && difference.validDay > asOf) continue;
    if (asKnownAt !== undefined && difference.knownDay > asKnownAt) continue;
    const sums = byArea.get(difference.area) ?? new Float64Array(measureCount);
    byArea.set(difference.area, sums);
    for (const [measure, amount] of difference.add) sums[measure] = (sums[measure] ?? 0) + amount;
  }
  return [...byArea]
    .filter(([, sums]) => sums.some((sum) => sum !== 0))
    .map(([area, sums]) => ({ area, sums }))
    .sort((one, other) => (one.area < other.area ? -1 : 1));
}
