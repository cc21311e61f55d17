/** One member of a group, and the partition numbers it has now. */
export interface Sharer {
  readonly memberId: string;
  readonly held: readonly number[];
}

/**
 * Shares the numbers below `count` among members: everyone has as many as the others, or one more, and as many as possible stay where
 * they are. Every member that works it out comes to the same.
 */
export function sharePartitions(sharers: readonly Sharer[], count: number): ReadonlyMap<string, readonly number[]> {
  const inOrder = [...sharers].sort((one, other) => (one.memberId < other.memberId ? -1 : 1));
  const least = Math.floor(count / inOrder.length);
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  const claimed = inOrder.map(({ memberId, held }) => {
    const own = [...new Set(held)].filter((partition) => free.delete(partition)).sort((one, other) => one - other);
    return { memberId, own };
  });
  // Those who have most keep one more, so that the fewest move.
  let withOneMore = count - least * inOrder.length;
  for (const { own } of [...claimed].sort((one, other) => other.own.length - one.own.length)) {
    const kept = own.length > least && withOneMore > 0 ? least + 1 : least;
    if (own.length > least && withOneMore > 0) withOneMore -= 1;
    for (const partition of own.splice(kept)) free.add(partition);
  }
  const waiting = [...free].sort((one, other) => one - other);
  for (const { own } of claimed) while (own.length < least) own.push(waiting.shift() as number);
  for (const { own } of claimed) if (own.length === least && waiting.length > 0) own.push(waiting.shift() as number);
  return new Map(claimed.map(({ memberId, own }) => [memberId, own.sort((one, other) => one - other)]));
}
