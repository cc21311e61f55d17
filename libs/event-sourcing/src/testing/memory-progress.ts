import { nothingPublished, type PublishedUpTo, type PublishProgress } from '../publishing/publish-progress';

/** A record of what was published, in memory. */
export function createMemoryProgress(): PublishProgress {
  const places = new Map<number, PublishedUpTo>();
  const placeOf = (partition: number): PublishedUpTo => places.get(partition) ?? nothingPublished;
  return {
    published: async () => new Map(places),
    advance: async (partition, to) => {
      const { seq, resends } = placeOf(partition);
      if (resends !== to.resends) return false;
      if (to.seq > seq) places.set(partition, to);
      return true;
    },
    setBack: async (partition, resends) => {
      if (placeOf(partition).resends < resends) places.set(partition, { ...nothingPublished, resends });
    },
  };
}
