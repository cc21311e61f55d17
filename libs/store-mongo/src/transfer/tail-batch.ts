import { insertInOrder, insertUnlessThere } from '../connection/inserts';
import type { CommitDocument, SegmentDocument } from '../events/documents';
import { DatabaseUnavailable, MongoRefused, withDatabase } from '../failures';
import { Batch } from './copy-partition';

/**
 * Stretches that are taken back. Nothing is removed: what is there already stays, and an identical one is taken for one's own, so
 * that another process that takes back the same loses nothing by it. Segments are inserted one behind the other under their unique key, so
 * that of two who cut them differently one is refused before it has put anything behind the other's.
 */
export class TailBatch extends Batch {
  /** Commits of this batch that were there before. */
  private found: readonly CommitDocument[] = [];

  /** What an interrupted attempt left stays, and is found where its segment is inserted. */
  override async beginBehind(): Promise<void> {}

  /** What waits without a place gets its mark before its segment, so that nobody sequences it: its place is decided. */
  protected override async insertCommits(documents: readonly CommitDocument[]): Promise<void> {
    const { commits } = this.collections;
    const taken = await insertUnlessThere(commits, documents);
    this.found = taken.map((at) => documents[at] as CommitDocument);
    if (this.found.length === 0) return;
    const ids = this.found.map(({ _id }) => _id);
    const there = await withDatabase(() => commits.find({ _id: { $in: ids } }).toArray());
    const byId = new Map(there.map((document) => [document._id, document]));
    for (const document of this.found) {
      if (!isSame(document, byId.get(document._id))) throw otherCommit(this.collections.context, document);
    }
    await this.mark((document) => ({ _id: document._id, isSequenced: false }));
  }

  protected override async insertSegments(documents: readonly SegmentDocument[]): Promise<void> {
    const { segments } = this.collections;
    for (let at = 0; at < documents.length; at += 1) {
      at += await insertInOrder(segments, documents.slice(at));
      const taken = documents[at];
      if (taken === undefined) break;
      const { partition, firstSeq, lastSeq, hash } = taken;
      const there = await withDatabase(() => segments.findOne({ partition, firstSeq }));
      if (Number(there?.lastSeq) !== Number(lastSeq) || there?.hash !== hash) {
        throw new DatabaseUnavailable(`Another process takes back ${partition}@${Number(firstSeq)} in other pieces.`);
      }
    }
    // Whoever inserted these commits may have meant other segments.
    await this.mark((document) => ({ _id: document._id, segment: { $ne: document.segment } }));
  }

  private async mark(which: (document: CommitDocument) => object): Promise<void> {
    if (this.found.length === 0) return;
    const operations = this.found.map((document) => ({
      updateOne: { filter: which(document), update: { $set: { isSequenced: true, segment: document.segment } } },
    }));
    await withDatabase(() => this.collections.commits.bulkWrite(operations as never, { ordered: false }));
  }
}

/** The same command's events; a digest is not published, and is kept where it is known. */
function isSame(one: CommitDocument, other: CommitDocument | undefined): boolean {
  return other !== undefined && contentOf(one) === contentOf(other);
}

function contentOf({ stream, partition, firstVersion, lastVersion, events }: CommitDocument): string {
  return JSON.stringify([
    stream,
    partition,
    firstVersion,
    lastVersion,
    events.map(({ id, contentHash }) => [id, contentHash]),
  ]);
}

function otherCommit(context: string, { stream, firstVersion }: CommitDocument): MongoRefused {
  return new MongoRefused({
    th: `${stream} ของ ${context} มีเหตุการณ์อื่นที่ลำดับ ${firstVersion} จากที่เผยแพร่แล้ว ประวัติจะแตกเป็นสองสาย จึงไม่เริ่มทำงาน โปรดกู้คืนฐานข้อมูลของระบบติดตั้งเดียวกันกับ Kafka นี้`,
    en: `${stream} of ${context} has other events at version ${firstVersion} than were published: history would fork, so it does not start. Restore the database of the installation that this Kafka belongs to.`,
  });
}
