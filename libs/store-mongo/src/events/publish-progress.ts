import type { mongo } from 'mongoose';
import { nothingPublished, type PublishedUpTo, type PublishProgress } from '@faemban/event-sourcing';
import { isDuplicateKey, withDatabase } from '../failures';
import { seqOf, type PublishedDocument } from './documents';

/**
 * How far a context was published, one document per partition. Where a server updates without being atomic, two processes at once can
 * put it back by a batch, which is then sent once more.
 */
export function createPublishProgress(published: mongo.Collection<PublishedDocument>): PublishProgress {
  /** Changes the document where it is `when`, or makes it; answers whether it now is what was to be. */
  const put = async (
    to: PublishedUpTo & { readonly partition: number },
    when: mongo.Filter<PublishedDocument>,
  ): Promise<boolean> => {
    const change = fieldsOf(to);
    const changed = () =>
      withDatabase(async () => {
        const { matchedCount } = await published.updateOne({ ...when, _id: to.partition }, { $set: change });
        return matchedCount > 0;
      });
    if (await changed()) return true;
    try {
      await withDatabase(() => published.insertOne({ _id: to.partition, ...change }));
      return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    // It is there and otherwise, or another process made it at the same moment.
    return changed();
  };
  return {
    async published() {
      const found = await withDatabase(() => published.find().toArray());
      return new Map(found.map((document) => [document._id, placeOf(document)]));
    },
    async advance(partition, to) {
      const isSetBackAsOften = to.resends === 0 ? { $exists: false } : to.resends;
      if (await put({ partition, ...to }, { seq: { $lt: seqOf(to.seq) }, resends: isSetBackAsOften })) return true;
      const found = await withDatabase(() => published.findOne({ _id: partition }));
      return (found?.resends ?? 0) === to.resends;
    },
    async setBack(partition, resends) {
      const isSetBackLessOften = { $or: [{ resends: { $exists: false } }, { resends: { $lt: resends } }] };
      await put({ partition, ...nothingPublished, resends }, isSetBackLessOften);
    },
  };
}

function fieldsOf({ seq, endOffset, resends }: PublishedUpTo): Omit<PublishedDocument, '_id'> {
  return {
    seq: seqOf(seq),
    ...(endOffset === undefined ? undefined : { endOffset: seqOf(endOffset) }),
    ...(resends === 0 ? undefined : { resends }),
  };
}

function placeOf({ seq, endOffset, resends = 0 }: PublishedDocument): PublishedUpTo {
  return { seq: Number(seq), ...(endOffset === undefined ? undefined : { endOffset: Number(endOffset) }), resends };
}
