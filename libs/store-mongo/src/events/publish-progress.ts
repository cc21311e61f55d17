import type { mongo } from 'mongoose';
import type { PublishProgress } from '@faemban/event-sourcing';
import { isDuplicateKey, withDatabase } from '../failures';
import { seqOf, type PublishedDocument } from './documents';

/**
 * How far a context was published, one document per partition. It never goes back; where a server updates without being atomic, two
 * processes at once can put it back by a batch, which is then sent once more.
 */
export function createPublishProgress(published: mongo.Collection<PublishedDocument>): PublishProgress {
  const raise = (partition: number, toSeq: number) =>
    withDatabase(() => published.updateOne({ _id: partition }, { $max: { seq: seqOf(toSeq) } }, { upsert: true }));
  return {
    async published() {
      const found = await withDatabase(() => published.find().toArray());
      return new Map(found.map(({ _id, seq }) => [_id, Number(seq)]));
    },
    async advance(partition, toSeq) {
      try {
        await raise(partition, toSeq);
      } catch (error) {
        // Another process made the document at the same moment.
        if (!isDuplicateKey(error)) throw error;
        await raise(partition, toSeq);
      }
    },
  };
}
