import type { mongo } from 'mongoose';
import type { ContextName } from '@faemban/contracts';
import { ensureIndexes, type WantedIndex } from '../connection/open-database';
import type { CommitDocument, EpochDocument, OwnerDocument, PublishedDocument, SegmentDocument } from './documents';

/** One context's collections. */
export interface ContextCollections {
  readonly context: ContextName;
  readonly commits: mongo.Collection<CommitDocument>;
  readonly segments: mongo.Collection<SegmentDocument>;
  readonly epochs: mongo.Collection<EpochDocument>;
  readonly owners: mongo.Collection<OwnerDocument>;
  readonly published: mongo.Collection<PublishedDocument>;
}

// A commit's id is its command's, so that is unique by itself.
const commitIndexes: readonly WantedIndex[] = [
  { name: 'place-in-stream', key: { stream: 1, firstVersion: 1 }, unique: true },
  { name: 'to-be-sequenced', key: { isSequenced: 1, partition: 1, _id: 1 } },
];
const segmentIndexes: readonly WantedIndex[] = [
  { name: 'place-in-sequence', key: { partition: 1, firstSeq: 1 }, unique: true },
  { name: 'end', key: { partition: 1, lastSeq: 1 } },
];
const epochIndexes: readonly WantedIndex[] = [{ name: 'epoch', key: { partition: 1, epoch: 1 }, unique: true }];

/** A context's collections as they are named; nothing is made. */
export function collectionsOf(db: mongo.Db, context: ContextName): ContextCollections {
  return {
    context,
    commits: db.collection<CommitDocument>(`${context}.commits`),
    segments: db.collection<SegmentDocument>(`${context}.segments`),
    epochs: db.collection<EpochDocument>(`${context}.epochs`),
    owners: db.collection<OwnerDocument>(`${context}.owners`),
    published: db.collection<PublishedDocument>(`${context}.published`),
  };
}

/** Makes what is missing of a context's collections and checks the rest. @throws MongoRefused */
export async function prepareCollections({ commits, segments, epochs }: ContextCollections): Promise<void> {
  await ensureIndexes(commits as unknown as mongo.Collection, commitIndexes);
  await ensureIndexes(segments as unknown as mongo.Collection, segmentIndexes);
  await ensureIndexes(epochs as unknown as mongo.Collection, epochIndexes);
}
