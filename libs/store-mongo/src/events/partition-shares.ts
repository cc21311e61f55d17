/** Who holds a partition, by its highest epoch. */
export interface Holding {
  readonly partition: number;
  readonly owner: string;
}

/**
 * The partitions that one of several owners takes next: those nobody who is well holds, up to its share, and some of whoever has at
 * least two more than it. So shares come to differ by one at most. Everybody decides alone; who was faster shows in the epochs.
 */
export function partitionsToTake(
  me: string,
  holdings: readonly Holding[],
  wellOwners: ReadonlySet<string>,
  partitionCount: number,
): readonly number[] {
  const owners = new Set([...wellOwners, me]);
  const shareMax = Math.ceil(partitionCount / owners.size);
  const held = new Map<string, number[]>([...owners].map((owner) => [owner, []]));
  const free = new Set(Array.from({ length: partitionCount }, (_, partition) => partition));
  for (const { partition, owner } of holdings) {
    const partitions = held.get(owner);
    if (partitions === undefined) continue;
    free.delete(partition);
    partitions.push(partition);
  }
  const mine = held.get(me)?.length ?? 0;
  held.delete(me);
  const taken = [...free].slice(0, Math.max(0, shareMax - mine));
  for (;;) {
    const richest = [...held.values()].reduce((most, one) => (one.length > most.length ? one : most), []);
    const partition = richest.at(-1);
    if (partition === undefined || richest.length - mine - taken.length < 2) return taken;
    richest.pop();
    taken.push(partition);
  }
}
