import { mongo } from 'mongoose';
import type { ContextName } from '@faemban/contracts';
import type { Commit, CommittedEvent, Segment } from '@faemban/event-sourcing';

/** One event in a commit; what all of a command's events share stands in the commit. `body` is the JSON text that was hashed, as bytes. */
export interface EventDocument {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly subjects: readonly string[];
  readonly corrects?: string;
  readonly contentHash: string;
  readonly body: mongo.Binary;
}

/** The events of one accepted command. Its id is the command's. Written once, but for the mark. */
export interface CommitDocument {
  readonly _id: string;
  readonly digest: string;
  readonly stream: string;
  readonly partition: number;
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly shared: SharedFields;
  readonly events: readonly EventDocument[];
  readonly isSequenced: boolean;
  /** With the mark: the `firstSeq` of the segment it stands in. */
  readonly segment?: mongo.Long;
}

/** What of the envelope is the same in every event of a command. */
type SharedFields = Pick<
  CommittedEvent,
  'occurredAt' | 'area' | 'actor' | 'correlationId' | 'causationId' | 'traceparent'
>;

/** A stretch of a partition's sequence. Seqs are always 64-bit integers: some servers hold 1 and 1 of two types for different keys. */
export type SegmentDocument = Omit<Segment, 'firstSeq' | 'lastSeq'> & {
  readonly firstSeq: mongo.Long;
  readonly lastSeq: mongo.Long;
};

/** What is read of a segment; the driver gives 64-bit integers as numbers. */
export type ReadSegment = Segment & { readonly _id: unknown };

/** One taking of a partition by one sequencer; the highest epoch counts. Never changed. */
export interface EpochDocument {
  readonly partition: number;
  readonly epoch: number;
  readonly owner: string;
}

/** One process that sequences. Only it changes this. */
export interface OwnerDocument {
  readonly _id: string;
  /** Goes up as long as it is well. */
  readonly beat: number;
}

/** How far one partition was published; its id is the partition's number. */
export interface PublishedDocument {
  readonly _id: number;
  readonly seq: mongo.Long;
  /** Behind the record of `seq`; absent in documents from before it was recorded. */
  readonly endOffset?: mongo.Long;
  /** How often it was set back; absent where it never was. */
  readonly resends?: number;
}

/** The document of a commit. */
export function commitDocument(commit: Commit): CommitDocument {
  const [first] = commit.events;
  if (first === undefined) throw new Error('a commit has events');
  const { occurredAt, area, actor, correlationId, causationId, traceparent } = first;
  return {
    _id: commit.commandId,
    digest: commit.commandDigest,
    stream: commit.stream,
    partition: commit.partition,
    firstVersion: commit.firstVersion,
    lastVersion: commit.lastVersion,
    shared: {
      occurredAt,
      area,
      actor: { ...actor },
      correlationId,
      ...(causationId === undefined ? undefined : { causationId }),
      ...(traceparent === undefined ? undefined : { traceparent }),
    },
    events: commit.events.map(({ id, type, schemaVersion, subjects, corrects, contentHash, body }) => ({
      id,
      type,
      schemaVersion,
      subjects: [...subjects],
      ...(corrects === undefined ? undefined : { corrects }),
      contentHash,
      body: new mongo.Binary(Buffer.from(body)),
    })),
    isSequenced: false,
  };
}

/** The commit of a document. */
export function commitOf(document: CommitDocument, context: ContextName): Commit {
  const { _id: commandId, stream, partition, firstVersion, lastVersion, shared } = document;
  const events = document.events.map(({ body, ...event }, index): CommittedEvent => {
    const text = Buffer.from(body.buffer).toString('utf8', 0, body.position);
    const place = { context, stream, version: firstVersion + index, partition, commandId };
    return { ...event, ...shared, ...place, subjects: [...event.subjects], body: text };
  });
  return { commandId, commandDigest: document.digest, stream, partition, firstVersion, lastVersion, events };
}

/** A seq as every document has it. */
export const seqOf = (seq: number): mongo.Long => mongo.Long.fromNumber(seq);

/** The document of a segment. */
export function segmentDocument(segment: Segment): SegmentDocument {
  const { commandIds, eventCounts, firstSeq, lastSeq, ...rest } = segment;
  return {
    ...rest,
    firstSeq: seqOf(firstSeq),
    lastSeq: seqOf(lastSeq),
    commandIds: [...commandIds],
    eventCounts: [...eventCounts],
  };
}

/** The segment of a document. */
export function segmentOf({ _id: _, ...segment }: ReadSegment): Segment {
  return segment;
}
