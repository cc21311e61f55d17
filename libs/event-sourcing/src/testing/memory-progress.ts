import type { PublishProgress } from '../publishing/publish-progress';

/** A record of what was published, in memory. */
export function createMemoryProgress(): PublishProgress {
  const seqs = new Map<number, number>();
  return {
    published: async () => new Map(seqs),
    advance: async (partition, toSeq) => {
      seqs.set(partition, Math.max(toSeq, seqs.get(partition) ?? 0));
    },
  };
}
