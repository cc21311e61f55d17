import {
  PartitionVerifier,
  serializeData,
  type EventLog,
  type Finding,
  type Head,
  type Seal,
  type SealedPartition,
  type SignedDocument,
  type RememberedCommand,
} from '@faemban/event-sourcing';
import type { ContextCollections } from '../events/context-collections';
import type { CommitDocument } from '../events/documents';
import { withDatabase } from '../failures';
import type { ForeignLog } from './foreign-log';

/** Events read of the log at a time, and commands asked of the source. */
const pageEvents = 1_000;
const pageCommands = 500;

/** One partition that was read back and found to be the source's. */
export interface VerifiedTransfer {
  readonly events: number;
  readonly commands: number;
  readonly streams: number;
  readonly segments: number;
}

/** What was taken over is not what the source has. */
export class TransferDiffers extends Error {
  override readonly name = 'TransferDiffers';
  constructor(
    readonly place: string,
    readonly what: string,
    readonly finding?: Finding,
  ) {
    super(`${place}: ${what}`);
  }
}

/**
 * Reads one partition back through the log: every content hash, the whole chain to the source's head, and what seals say of it. An equal
 * head means equal events, since the chain goes over all of them. Then every commit: its digest, its place in its stream and its mark, as
 * the source remembers the command. @throws TransferDiffers
 */
export async function verifyTransfer(
  collections: ContextCollections,
  log: EventLog,
  source: ForeignLog,
  {
    head,
    seals,
    onEvents,
  }: { readonly head: Head; readonly seals: readonly SignedDocument<Seal>[]; onEvents(count: number): void },
): Promise<VerifiedTransfer> {
  const { context } = collections;
  const { partition } = head;
  const verifier = new PartitionVerifier(context, partition, sealedOf(seals, partition));
  for (let seq = 0; ;) {
    const events = await log.read(context, partition, seq, pageEvents);
    for (const event of events) {
      // What JSON.stringify wrote, it writes again after JSON.parse: the bytes that were hashed.
      if (!verifier.take({ ...event, body: serializeData(event.data) })) break;
    }
    onEvents(events.length);
    const last = events.at(-1);
    if (last === undefined || verifier.finding !== undefined) break;
    seq = last.seq;
  }
  const finding = verifier.end(head);
  if (finding !== undefined) {
    throw new TransferDiffers(`${context}/${partition}@${finding.seq}`, finding.sentence.en, finding);
  }
  const marks = await marksOf(collections, partition);
  const { commands, streams } = await verifyCommits(collections, source, partition, marks);
  const named = marks.reduce((sum, mark) => sum + mark.commands, 0);
  if (named !== commands) {
    throw new TransferDiffers(`${context}/${partition}`, `segments name ${named} commits, there are ${commands}`);
  }
  return { events: verifier.events, commands, streams, segments: marks.length };
}

interface SegmentBounds {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly commands: number;
}

/** Where the segments of a partition begin and end, in their order. */
async function marksOf({ segments }: ContextCollections, partition: number): Promise<readonly SegmentBounds[]> {
  const projection = { _id: 0, firstSeq: 1, lastSeq: 1, eventCounts: 1 };
  const found = segments.find({ partition }, { projection }).sort({ firstSeq: 1 });
  const bounds: SegmentBounds[] = [];
  await withDatabase(async () => {
    for await (const { firstSeq, lastSeq, eventCounts } of found) {
      bounds.push({ firstSeq: Number(firstSeq), lastSeq: Number(lastSeq), commands: eventCounts.length });
    }
  });
  return bounds;
}

type SeenCommit = Pick<
  CommitDocument,
  '_id' | 'digest' | 'stream' | 'firstVersion' | 'lastVersion' | 'isSequenced' | 'segment'
>;

async function verifyCommits(
  { context, commits }: ContextCollections,
  source: ForeignLog,
  partition: number,
  segments: readonly SegmentBounds[],
): Promise<{ readonly commands: number; readonly streams: number }> {
  const projection = { digest: 1, stream: 1, firstVersion: 1, lastVersion: 1, isSequenced: 1, segment: 1 };
  const found = commits.find({ isSequenced: true, partition }, { projection });
  let [commands, streams] = [0, 0];
  const verifyPage = async (seen: readonly SeenCommit[]): Promise<void> => {
    const known = await source.commands(
      context,
      seen.map(({ _id }) => _id),
    );
    for (const commit of seen) {
      const what = differenceOf(commit, known.get(commit._id), segments);
      if (what !== undefined) throw new TransferDiffers(`${context}/${partition} command ${commit._id}`, what);
      commands += 1;
      if (commit.firstVersion === 1) streams += 1;
    }
  };
  await withDatabase(async () => {
    let seen: SeenCommit[] = [];
    for await (const commit of found) {
      seen.push(commit);
      if (seen.length < pageCommands) continue;
      await verifyPage(seen);
      seen = [];
    }
    await verifyPage(seen);
  });
  return { commands, streams };
}

function differenceOf(
  commit: SeenCommit,
  command: RememberedCommand | undefined,
  segments: readonly SegmentBounds[],
): string | undefined {
  if (command === undefined) return 'the source does not know it';
  if (commit.digest !== command.digest) return 'its digest differs';
  if (commit.stream !== command.stream) return 'its stream differs';
  const isInPlace = commit.firstVersion === command.firstVersion && commit.lastVersion === command.lastVersion;
  if (!isInPlace) return 'its place in its stream differs';
  const segment = segmentWith(segments, command.lastSeq);
  if (segment === undefined || Number(commit.segment) !== segment.firstSeq) return 'its mark names another segment';
  return undefined;
}

/** The segment that has a seq, by halving. */
function segmentWith(segments: readonly SegmentBounds[], seq: number): SegmentBounds | undefined {
  let [low, high] = [0, segments.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.lastSeq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  const found = segments[low];
  return found !== undefined && found.firstSeq <= seq && seq <= found.lastSeq ? found : undefined;
}

/** What seals say of a partition, each size once. */
function sealedOf(seals: readonly SignedDocument<Seal>[], partition: number): readonly SealedPartition[] {
  const sealed = new Map<number, SealedPartition>();
  for (const { document } of seals) {
    const found = document.partitions.find((one) => one.partition === partition);
    if (found !== undefined && !sealed.has(found.size)) sealed.set(found.size, found);
  }
  return [...sealed.values()];
}
