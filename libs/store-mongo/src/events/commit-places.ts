import { invariant, type Segment } from '@faemban/event-sourcing';
import { withDatabase } from '../failures';
import type { ContextCollections } from './context-collections';
import { seqOf, type CommitDocument, type ReadSegment, segmentOf } from './documents';
import { lastSegmentOf } from './mongo-segments';

/** Where the events of a commit stand in the log. */
export interface CommitPlace {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly recordedAt: string;
}

type Placeable = Pick<CommitDocument, '_id' | 'partition' | 'isSequenced'> & { readonly segment?: unknown };

/** Where each commit of a segment stands. */
export function placesIn(segment: Segment): ReadonlyMap<string, CommitPlace> {
  const places = new Map<string, CommitPlace>();
  let seq = segment.firstSeq;
  for (const [index, commandId] of segment.commandIds.entries()) {
    const count = segment.eventCounts[index] ?? 0;
    places.set(commandId, { firstSeq: seq, lastSeq: seq + count - 1, recordedAt: segment.recordedAt });
    seq += count;
  }
  return places;
}

/**
 * Where commits stand in the log, by their id; those that stand nowhere yet are left out. The truth is in the segments: a mark, which is
 * written only behind the insert of its segment, says in which one to look. A commit without a mark can only stand in the last segment
 * of its partition, since that is marked before another follows it; and one that has no mark even after that was looked at stood
 * nowhere then.
 */
export async function placesOf(
  collections: ContextCollections,
  commits: readonly Placeable[],
): Promise<ReadonlyMap<string, CommitPlace>> {
  const places = new Map<string, CommitPlace>();
  await placeMarked(collections, commits, places);
  const unmarked = commits.filter(({ isSequenced }) => !isSequenced);
  if (unmarked.length === 0) return places;
  const byPartition = Map.groupBy(unmarked, ({ partition }) => partition);
  await Promise.all(
    [...byPartition].map(async ([partition, wanted]) => {
      const last = await lastSegmentOf(collections, partition);
      if (last !== undefined) keep(last, wanted, places);
    }),
  );
  const missing = unmarked.map(({ _id }) => _id).filter((id) => !places.has(id));
  if (missing.length === 0) return places;
  const projection = { partition: 1, isSequenced: 1, segment: 1 };
  const again = collections.commits.find({ _id: { $in: missing }, isSequenced: true }, { projection });
  await placeMarked(collections, await withDatabase(() => again.toArray()), places);
  return places;
}

async function placeMarked(
  { segments }: ContextCollections,
  commits: readonly Placeable[],
  places: Map<string, CommitPlace>,
): Promise<void> {
  const marked = Map.groupBy(
    commits.filter(({ isSequenced }) => isSequenced),
    ({ partition, segment }) => `${partition}/${Number(segment)}`,
  );
  await Promise.all(
    [...marked.values()].map(async (wanted) => {
      const [{ partition, segment }] = wanted as [Placeable];
      const firstSeq = Number(segment);
      const found = await withDatabase(() => segments.findOne({ partition, firstSeq: seqOf(firstSeq) }));
      invariant(found !== null, `the segment ${partition}/${firstSeq} that a mark names is there`);
      keep(segmentOf(found as unknown as ReadSegment), wanted, places);
    }),
  );
}

function keep(segment: Segment, wanted: readonly Placeable[], places: Map<string, CommitPlace>): void {
  const inSegment = placesIn(segment);
  for (const { _id } of wanted) {
    const place = inSegment.get(_id);
    if (place !== undefined) places.set(_id, place);
  }
}
