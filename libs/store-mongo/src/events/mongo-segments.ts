import type { Commit, Segment, SegmentStore } from '@faemban/event-sourcing';
import { isDuplicateKey, withDatabase } from '../failures';
import type { ContextCollections } from './context-collections';
import { commitOf, segmentDocument, segmentOf, seqOf, type ReadSegment } from './documents';

/** About how much one segment holds, in characters of bodies: a reader has it in memory as a whole. */
const segmentBytesMax = 4 * 1024 * 1024;

/** The last segment of a partition. */
export async function lastSegmentOf(
  { segments }: Pick<ContextCollections, 'segments'>,
  partition: number,
): Promise<Segment | undefined> {
  const found = await withDatabase(() => segments.findOne({ partition }, { sort: { lastSeq: -1 } }));
  return found === null ? undefined : segmentOf(found as unknown as ReadSegment);
}

/** {@link SegmentStore} on collections, for sequencers that call themselves `owner`. */
export function createSegmentStore(
  collections: ContextCollections,
  { owner, serverTime }: { readonly owner: string; readonly serverTime: () => Promise<number> },
): SegmentStore {
  const { context, commits, segments, epochs } = collections;
  const highestEpoch = async (partition: number): Promise<number> => {
    const highest = await withDatabase(() => epochs.findOne({ partition }, { sort: { epoch: -1 } }));
    return highest?.epoch ?? 0;
  };
  return {
    async takeEpoch(partition) {
      for (;;) {
        const epoch = (await highestEpoch(partition)) + 1;
        try {
          await withDatabase(() => epochs.insertOne({ partition, epoch, owner }));
        } catch (error) {
          if (isDuplicateKey(error)) continue;
          throw error;
        }
        // What it overtook says nothing any more; the highest one stays, so that numbers only rise.
        await withDatabase(() => epochs.deleteMany({ partition, epoch: { $lt: epoch } }));
        return epoch;
      }
    },
    highestEpoch,
    lastSegment: (partition) => lastSegmentOf(collections, partition),
    async unmarked(partition, limit) {
      const found = commits.find({ isSequenced: false, partition }).sort({ _id: 1 }).limit(limit);
      const waiting: Commit[] = [];
      await withDatabase(async () => {
        let bytes = 0;
        for await (const document of found) {
          const commit = commitOf(document, context);
          waiting.push(commit);
          bytes += commit.events.reduce((sum, { body }) => sum + body.length, 0);
          if (bytes >= segmentBytesMax) break;
        }
      });
      return waiting;
    },
    async commitEndingAt(stream, version) {
      const found = await withDatabase(() =>
        commits.findOne({ stream, firstVersion: { $lte: version } }, { sort: { firstVersion: -1 } }),
      );
      if (found?.lastVersion !== version) return undefined;
      return { commit: commitOf(found, context), isMarked: found.isSequenced };
    },
    async insert(segment) {
      try {
        await withDatabase(() => segments.insertOne(segmentDocument(segment)));
        return 'inserted';
      } catch (error) {
        if (isDuplicateKey(error)) return 'taken';
        throw error;
      }
    },
    async mark({ commandIds, firstSeq }) {
      const unmarked = { _id: { $in: [...commandIds] }, isSequenced: false };
      await withDatabase(() => commits.updateMany(unmarked, { $set: { isSequenced: true, segment: seqOf(firstSeq) } }));
    },
    now: serverTime,
  };
}
