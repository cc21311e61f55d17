import { mongo } from 'mongoose';
import { IntegrityViolation, invariant, type Commit, type Segment } from '@faemban/event-sourcing';
import type { ContextCollections } from '../events/context-collections';
import { commitDocument, segmentDocument, seqOf, type CommitDocument, type SegmentDocument } from '../events/documents';
import { lastSegmentOf } from '../events/mongo-segments';
import { DatabaseUnavailable, isDuplicateKey, MongoRefused, withDatabase } from '../failures';
import type { ForeignLog } from './foreign-log';
import { SegmentCutter, type Stretch } from './segment-cutter';

/** The epoch of everything that was taken over; the first service to take a partition gets the next one. */
export const transferEpoch = 1;
/** Events read of the source, and characters of their bodies, at a time: what is held in memory is a few times that. */
const page = { limit: 2_000, bytesMax: 4 * 1024 * 1024 };
/** Commits, and characters of their bodies, inserted at a time. */
const batch = { commitsMax: 500, bytesMax: 8 * 1024 * 1024 };

/** What a copy tells while it works. */
export interface CopyWatch {
  /** Events that have their segment now. */
  copied(events: number): void;
  /** Before every write to the database; what it throws ends the copy there, as if the process had ended. */
  beforeWrite(what: 'commits' | 'segments' | 'removal'): void | Promise<void>;
}

/**
 * Takes one partition of a context over, behind what an earlier attempt had: commits first, then the segments that name them, so that
 * whatever is interrupted, the segments there are a whole beginning of the partition. The last of it may still wait in `waiting`.
 * @throws IntegrityViolation naming the event of the source that does not fit; MongoRefused where the database has another beginning
 */
export async function copyPartition(
  collections: ContextCollections,
  source: ForeignLog,
  partition: number,
  waiting: Batch,
  watch: CopyWatch,
): Promise<void> {
  const { context } = collections;
  const last = await lastSegmentOf(collections, partition);
  if (last !== undefined) await requireSameBeginning(collections, source, last);
  await waiting.beginBehind(partition, last);
  const head = (await source.heads(context)).find((one) => one.partition === partition);
  const cutter = new SegmentCutter({ context, partition, epoch: transferEpoch, after: last });
  watch.copied(last?.lastSeq ?? 0);
  for (let seq = last?.lastSeq ?? 0; seq < (head?.seq ?? 0);) {
    const events = await source.read(context, partition, seq, page);
    const end = events.at(-1);
    if (end === undefined) throw new IntegrityViolation(context, partition, seq + 1, 'the event is missing');
    const commands = await source.commands(context, [...new Set(events.map(({ commandId }) => commandId))]);
    for (const event of events) {
      for (const stretch of cutter.take(event, commands.get(event.commandId))) await waiting.add(stretch);
    }
    seq = end.seq;
  }
  for (const stretch of cutter.end()) await waiting.add(stretch);
}

/** What is there must be of this history; events are only ever added at its end. */
async function requireSameBeginning(
  { context }: ContextCollections,
  source: ForeignLog,
  { partition, lastSeq, hash }: Segment,
): Promise<void> {
  const [event] = await source.read(context, partition, lastSeq - 1, { limit: 1, bytesMax: 1 });
  if (event?.seq === lastSeq && event.chainHash === hash) return;
  throw new MongoRefused({
    th: `สิ่งที่ย้ายไปแล้วของ ${context}/${partition} ไม่ตรงกับโฟลเดอร์ข้อมูลนี้ (ลำดับ ${lastSeq}) โปรดลบฐานข้อมูลแล้วเริ่มย้ายใหม่ หรือเลือกชื่ออื่นด้วย --database-prefix`,
    en: `What was migrated of ${context}/${partition} is not the beginning of this data folder's (seq ${lastSeq}). Drop the databases and begin anew, or choose other names with --database-prefix.`,
  });
}

/**
 * Stretches that wait to be written together, of one partition after the other. Segments are inserted in the order in which they came, so
 * that those there are always a beginning of each partition. Nobody else may write here.
 */
export class Batch {
  protected readonly collections: ContextCollections;
  private stretches: Stretch[] = [];
  private commits = 0;
  private bytes = 0;

  constructor(
    collections: ContextCollections,
    private readonly watch: CopyWatch,
  ) {
    this.collections = collections;
  }

  /** Before the first stretch of a partition: removes commits that an interrupted attempt left without their segment. */
  async beginBehind(partition: number, last: Segment | undefined): Promise<void> {
    const { commits } = this.collections;
    const strays = { isSequenced: true, partition, segment: { $gt: seqOf(last?.lastSeq ?? 0) } };
    if ((await withDatabase(() => commits.findOne(strays, { projection: { _id: 1 } }))) === null) return;
    await this.watch.beforeWrite('removal');
    await withDatabase(() => commits.deleteMany(strays));
  }

  async add(stretch: Stretch): Promise<void> {
    this.stretches.push(stretch);
    this.commits += stretch.commits.length;
    this.bytes += stretch.commits.reduce((sum, commit) => sum + bytesOf(commit), 0);
    if (this.commits >= batch.commitsMax || this.bytes >= batch.bytesMax) await this.write();
  }

  async write(): Promise<void> {
    if (this.stretches.length === 0) return;
    const { stretches } = this;
    this.stretches = [];
    this.commits = 0;
    this.bytes = 0;
    const documents = stretches.flatMap(({ segment, commits: named }) =>
      named.map((commit) => ({ ...commitDocument(commit), isSequenced: true, segment: seqOf(segment.firstSeq) })),
    );
    await this.watch.beforeWrite('commits');
    await this.insertCommits(documents);
    await this.watch.beforeWrite('segments');
    await this.insertSegments(stretches.map(({ segment }) => segmentDocument(segment)));
    this.watch.copied(stretches.reduce((sum, { segment }) => sum + segment.lastSeq - segment.firstSeq + 1, 0));
  }

  /** @throws MongoRefused where somebody else writes here */
  protected async insertCommits(documents: readonly CommitDocument[]): Promise<void> {
    await inserted(this.collections, () => this.collections.commits.insertMany(documents, { ordered: false }));
  }

  /** One after the other, so that a beginning of them is there if not all are. @throws MongoRefused where somebody else writes here */
  protected async insertSegments(documents: readonly SegmentDocument[]): Promise<void> {
    await inserted(this.collections, () => this.collections.segments.insertMany(documents, { ordered: true }));
  }
}

async function inserted(
  { context }: ContextCollections,
  insert: () => Promise<{ readonly insertedCount: number }>,
): Promise<void> {
  try {
    const { insertedCount } = await withDatabase(insert);
    invariant(insertedCount > 0, 'what was asked to be inserted is');
  } catch (error) {
    // Without a failure per document, nobody knows which are there: the next attempt looks.
    const isLost = error instanceof mongo.MongoBulkWriteError && [error.writeErrors].flat().length === 0;
    if (isLost) throw new DatabaseUnavailable(`Not acknowledged: ${error.message}`, { cause: error });
    if (!isDuplicateKey(error)) throw error;
    throw new MongoRefused(
      {
        th: `มีผู้อื่นกำลังเขียนในฐานข้อมูลของ ${context} ขณะย้าย โปรดหยุดโปรเซสนั้น แล้วสั่ง faemban migrate --resume`,
        en: `Somebody else writes into the database of ${context} while it is being filled. Stop that process, then go on with: faemban migrate --resume`,
      },
      { cause: error },
    );
  }
}

const bytesOf = ({ events }: Commit): number => events.reduce((sum, { body }) => sum + body.length, 0);
