/** How two orders of the same areas agree. Null where there is nothing to compare: fewer than two areas, or all tied. */
export interface Agreement {
  /** Kendall's tau-b: concordant minus discordant pairs, over pairs untied in the one and in the other (geometric mean). */
  readonly kendallTauB: number | null;
  /** Pearson's correlation of mid-ranks. */
  readonly spearman: number | null;
  readonly pairs: number;
  /** Pairs whose order is the same in both: the same sign of the difference, ties included. */
  readonly pairsKept: number;
  readonly pairsReversed: number;
}

/** Compares two figures of the same areas, pair by pair. Source of tau-b: Kendall 1945; use: Alkire et al. 2015, chapter 8. */
export function agreementOf(left: readonly number[], right: readonly number[]): Agreement {
  let concordant = 0;
  let discordant = 0;
  let tiedLeft = 0;
  let tiedRight = 0;
  let tiedBoth = 0;
  for (let one = 0; one < left.length; one++) {
    for (let other = one + 1; other < left.length; other++) {
      const a = Math.sign((left[one] ?? 0) - (left[other] ?? 0));
      const b = Math.sign((right[one] ?? 0) - (right[other] ?? 0));
      if (a === 0 && b === 0) tiedBoth++;
      else if (a === 0) tiedLeft++;
      else if (b === 0) tiedRight++;
      else if (a === b) concordant++;
      else discordant++;
    }
  }
  const untied = concordant + discordant;
  const scale = Math.sqrt((untied + tiedLeft) * (untied + tiedRight));
  return {
    kendallTauB: scale === 0 ? null : (concordant - discordant) / scale,
    spearman: correlation(midRanks(left), midRanks(right)),
    pairs: untied + tiedLeft + tiedRight + tiedBoth,
    pairsKept: concordant + tiedBoth,
    pairsReversed: discordant,
  };
}

/** Ranks from 1 for the highest; equal ones share the mean of their places. */
export function midRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((one, other) => (values[other] ?? 0) - (values[one] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    for (let place = from; place < to; place++) ranks[order[place] ?? 0] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

function correlation(left: readonly number[], right: readonly number[]): number | null {
  const mean = (of: readonly number[]): number => of.reduce((sum, each) => sum + each, 0) / of.length;
  const [meanLeft, meanRight] = [mean(left), mean(right)];
  let product = 0;
  let squaresLeft = 0;
  let squaresRight = 0;
  left.forEach((value, index) => {
    const [a, b] = [value - meanLeft, (right[index] ?? 0) - meanRight];
    product += a * b;
    squaresLeft += a * a;
    squaresRight += b * b;
  });
  const scale = Math.sqrt(squaresLeft * squaresRight);
  return scale > 0 ? product / scale : null;
}

/**
 * First-order dominance over k: whether one complementary cumulative curve lies on or above the other at every cut-off and above it at
 * some. Then the one area is at least as poor whatever cut-off is chosen.
 */
export function dominates(one: readonly number[], other: readonly number[]): boolean {
  let isAbove = false;
  for (let index = 0; index < one.length; index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference < 0) return false;
    if (difference > 0) isAbove = true;
  }
  return isAbove;
}
