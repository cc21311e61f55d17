import type { ContextName } from '@faemban/contracts';
import {
  eventsOfSegment,
  genesisHash,
  IntegrityViolation,
  type Appended,
  type Head,
  type LoggedEvent,
  type RecordedEvent,
  type Segment,
} from '@faemban/event-sourcing';
import { withDatabase } from '../failures';
import { placesOf, type CommitPlace } from './commit-places';
import type { ContextCollections } from './context-collections';
import { commitOf, segmentOf, seqOf, type CommitDocument, type ReadSegment } from './documents';
import { RecentSegments } from './recent-segments';

/** Commits of a stream read at once. */
const streamPageCommits = 64;
/** Segments of a partition looked at together. */
const segmentsAtOnce = 8;

/** Reads one context's events: its log through segments, its streams through commits and where they stand. */
export class ContextReader {
  private readonly recent = new RecentSegments();

  constructor(readonly collections: ContextCollections) {}

  async heads(partitionCount: number): Promise<readonly Head[]> {
    const projection = { _id: 0, lastSeq: 1, hash: 1, recordedAt: 1 };
    return Promise.all(
      Array.from({ length: partitionCount }, async (_, partition): Promise<Head> => {
        const last = await withDatabase(() =>
          this.collections.segments.findOne({ partition }, { projection, sort: { lastSeq: -1 } }),
        );
        if (last === null) return { partition, seq: 0, chainHash: genesisHash, recordedAt: null };
        return { partition, seq: Number(last.lastSeq), chainHash: last.hash, recordedAt: last.recordedAt };
      }),
    );
  }

  /** Events with seq in (afterSeq, afterSeq + limit]. */
  async readLog(partition: number, afterSeq: number, limit: number): Promise<readonly LoggedEvent[]> {
    const events: LoggedEvent[] = [];
    const toSeq = afterSeq + limit;
    for (let reached = afterSeq; reached < toSeq;) {
      const found = this.collections.segments
        .find({ partition, lastSeq: { $gt: seqOf(reached) } })
        .sort({ lastSeq: 1 })
        .limit(segmentsAtOnce);
      const segments = (await withDatabase(() => found.toArray())) as unknown as readonly ReadSegment[];
      for (const segment of segments.map(segmentOf)) {
        if (segment.firstSeq > toSeq) return events;
        const wanted = (await this.eventsOf(segment)).filter(({ seq }) => seq > afterSeq && seq <= toSeq);
        events.push(...wanted);
        reached = segment.lastSeq;
      }
      if (segments.length < segmentsAtOnce) return events;
    }
    return events;
  }

  /** Events of a stream that stand in the log, in version order. */
  async *readStream(
    stream: string,
    { fromVersion = 1, toVersion = Number.MAX_SAFE_INTEGER }: { fromVersion?: number; toVersion?: number } = {},
  ): AsyncGenerator<RecordedEvent> {
    let next = await this.commitHolding(stream, fromVersion);
    while (next !== undefined && next <= toVersion) {
      const firstVersion = { $gte: next, $lte: Math.min(toVersion, 2 ** 31 - 1) };
      const found = this.collections.commits.find({ stream, firstVersion }).sort({ firstVersion: 1 });
      const page = await withDatabase(() => found.limit(streamPageCommits).toArray());
      const places = await this.placesOf(page);
      for (const document of page) {
        const place = places.get(document._id);
        // What stands nowhere yet was not answered to anybody, and nothing behind it was either.
        if (place === undefined) return;
        for (const event of recordedIn(document, place, this.collections.context)) {
          if (event.version >= fromVersion && event.version <= toVersion) yield event;
        }
      }
      const last = page.at(-1);
      next = last === undefined || page.length < streamPageCommits ? undefined : last.lastVersion + 1;
    }
  }

  /** What became of a command that stands in the log. */
  async outcomeOf(commandId: string): Promise<(Appended & { readonly commandDigest: string }) | undefined> {
    const document = await withDatabase(() => this.collections.commits.findOne({ _id: commandId }));
    const place = document === null ? undefined : (await this.placesOf([document])).get(commandId);
    if (document === null || place === undefined) return undefined;
    const { stream, partition, firstVersion, lastVersion, digest } = document;
    const eventIds = document.events.map(({ id }) => id);
    return {
      commandId,
      stream,
      partition,
      firstVersion,
      lastVersion,
      lastSeq: place.lastSeq,
      eventIds,
      repeated: false,
      commandDigest: digest,
    };
  }

  placesOf(documents: readonly CommitDocument[]): Promise<ReadonlyMap<string, CommitPlace>> {
    return placesOf(this.collections, documents);
  }

  /** The first version of the commit that has a version; where a page of the stream begins. */
  private async commitHolding(stream: string, version: number): Promise<number | undefined> {
    if (version <= 1) return 1;
    const found = await withDatabase(() =>
      this.collections.commits.findOne(
        { stream, firstVersion: { $lte: version } },
        { projection: { firstVersion: 1 }, sort: { firstVersion: -1 } },
      ),
    );
    return found?.firstVersion;
  }

  private async eventsOf(segment: Segment): Promise<readonly LoggedEvent[]> {
    const { context, commits } = this.collections;
    const { partition, firstSeq, commandIds } = segment;
    const key = `${partition}/${firstSeq}`;
    const known = this.recent.get(key);
    if (known !== undefined) return known;
    const found = await withDatabase(() => commits.find({ _id: { $in: [...commandIds] } }).toArray());
    const byId = new Map(found.map((document) => [document._id, commitOf(document, context)]));
    const inOrder = commandIds.map((commandId) => {
      const commit = byId.get(commandId);
      if (commit !== undefined) return commit;
      throw new IntegrityViolation(context, partition, firstSeq, `the commit ${commandId} of this segment is missing`);
    });
    const events = eventsOfSegment(segment, inOrder);
    const end = events.at(-1);
    if (end?.seq !== segment.lastSeq || end.chainHash !== segment.hash) {
      throw new IntegrityViolation(
        context,
        partition,
        segment.lastSeq,
        'the events of this segment are not those it names',
      );
    }
    const bytes = inOrder.reduce((sum, one) => sum + one.events.reduce((all, { body }) => all + body.length, 0), 0);
    this.recent.set(key, events, bytes);
    return events;
  }
}

function recordedIn(document: CommitDocument, place: CommitPlace, context: ContextName): readonly RecordedEvent[] {
  return commitOf(document, context).events.map(({ body, ...event }, index) => ({
    ...event,
    seq: place.firstSeq + index,
    recordedAt: place.recordedAt,
    data: JSON.parse(body) as unknown,
  }));
}
