import type { ContextName } from '@faemban/contracts';
import {
  chainHash,
  digestUnknown,
  genesisHash,
  NotAvailable,
  serializeData,
  type Head,
  type LoggedEvent,
  type PublishedPage,
  type PublishedPlace,
  type PublishedUpTo,
  type Segment,
  type StoredEvent,
  type RememberedCommand,
} from '@faemban/event-sourcing';
import type { ContextCollections } from '../events/context-collections';
import { lastSegmentOf } from '../events/mongo-segments';
import { createPublishProgress } from '../events/publish-progress';
import { MongoRefused, withDatabase } from '../failures';
import { copyPartition } from './copy-partition';
import type { ForeignLog } from './foreign-log';
import type { RecoveryClaim } from './recovery-claim';
import { TailBatch } from './tail-batch';

const pageEvents = 500;

/** A context's published log as recovery reads it. */
export interface PublishedLog {
  /** How many records each partition has: at least as many as events were published of it. */
  records(context: ContextName): Promise<ReadonlyMap<number, number>>;
  /** What it has behind a seq. @throws what is transient where that did not come in time */
  page(context: ContextName, partition: number, place: PublishedPlace): Promise<PublishedPage>;
}

/** What came back of a context: how many events, of how many partitions. */
export interface RecoveredTail {
  readonly events: number;
  readonly partitions: number;
}

/**
 * Fetches what the published log has beyond this database, as after a restore of an older backup: others hold it already, so history must
 * not go on without it. The same events with the same seqs, times and hashes, as commits and segments; their commands are known again by
 * their ids, whose digests are not published. Run before anything is sequenced. Interrupted, it is run again; of several processes that
 * come at once, one does it.
 *
 * Where the tail ends is read before the claim is taken, and where the database ends after it. A process begins to sequence only when its
 * database has all that was published. So where somebody has begun before the claim was taken, the database is not behind any more; and
 * what he published since then is in no tail.
 * @throws MongoRefused where the published log is not a continuation of what is here, or lacks some of it; NotAvailableInWords where
 * another process is at it, or at work; DatabaseUnavailable, and what `published` throws
 */
export async function recoverTail(
  collections: ContextCollections,
  published: PublishedLog,
  installation: { readonly installationId: string; readonly partitionCount: number },
  claim: RecoveryClaim,
): Promise<RecoveredTail> {
  const { context } = collections;
  const records = await published.records(context);
  await requireOwnTopic(collections, records);
  const recorded = await createPublishProgress(collections.published).published();
  const read = thoroughReader(collections, published, { records, recorded });
  const ends = new Map<number, number>();
  for (const partition of records.keys()) {
    const last = await lastSegmentOf(collections, partition);
    const endSeq = await endOf(read, partition, last?.lastSeq ?? 0);
    if (endSeq > (last?.lastSeq ?? 0)) ends.set(partition, endSeq);
  }
  if (ends.size === 0) return { events: 0, partitions: 0 };
  return claim.whileHeld(async () => {
    let [events, partitions] = [0, 0];
    for (const [partition, endSeq] of ends) {
      const last = await lastSegmentOf(collections, partition);
      const lacking = endSeq - (last?.lastSeq ?? 0);
      if (lacking <= 0) continue;
      const [next] = await read(partition, last?.lastSeq ?? 0, 1);
      if (next === undefined)
        throw new NotAvailable(`${context}/${partition} is published up to ${endSeq} and was not brought.`);
      requireContinuation(context, next, last);
      if (partitions === 0) await claim.requireNobodyAtWork();
      const source = tailOf(read, { ...installation, partition, endSeq });
      const watch = { copied: () => undefined, beforeWrite: () => undefined };
      const batch = new TailBatch(collections, watch);
      await copyPartition(collections, source, partition, batch, watch);
      await batch.write();
      events += lacking;
      partitions += 1;
    }
    return { events, partitions };
  });
}

/** A database that has nothing at all is a new installation; the events of another one are not its tail. */
async function requireOwnTopic(
  { context, segments }: ContextCollections,
  records: ReadonlyMap<number, number>,
): Promise<void> {
  if ([...records.values()].every((count) => count === 0)) return;
  if ((await withDatabase(() => segments.findOne({}, { projection: { _id: 1 } }))) !== null) return;
  throw new MongoRefused({
    th: `Kafka มีเหตุการณ์ของ ${context} อยู่แล้ว แต่ฐานข้อมูลนี้ว่างเปล่า โปรดกู้คืนฐานข้อมูลจากข้อมูลสำรอง หรือใช้ Kafka อื่นสำหรับระบบติดตั้งใหม่`,
    en: `Kafka has events of ${context} already, and this database has none. Restore the database from its backup, or give a new installation a Kafka of its own.`,
  });
}

type Read = (partition: number, afterSeq: number, limit: number) => Promise<readonly LoggedEvent[]>;

/**
 * Reads a partition to its end: nothing came means that nothing is there.
 * @throws MongoRefused where later events are there and the next one is not
 */
function thoroughReader(
  collections: ContextCollections,
  published: PublishedLog,
  known: {
    readonly records: ReadonlyMap<number, number>;
    readonly recorded: ReadonlyMap<number, PublishedUpTo>;
  },
): Read {
  const { context } = collections;
  const begins = new Map<number, number>();
  return async (partition, afterSeq, limit) => {
    const records = known.records.get(partition) ?? 0;
    if (records <= afterSeq) return [];
    const fromOffset =
      begins.get(partition) ??
      (await beginOf(published, context, { ...{ partition, records, afterSeq }, upTo: known.recorded.get(partition) }));
    begins.set(partition, fromOffset);
    const page = await published.page(context, partition, { afterSeq, limit, fromOffset });
    if (page.is === 'events') return page.events;
    if (page.is === 'hole') {
      // What is sequenced is published later: where somebody sequenced it meanwhile, nothing is missing here.
      const last = await lastSegmentOf(collections, partition);
      if ((last?.lastSeq ?? 0) < page.lastSeq) throw holeIn(`${context}/${partition}`, afterSeq + 1, page.lastSeq);
    }
    return [];
  };
}

/**
 * The offset from which a partition is read. What stands before the recorded end was published out of this database, so that it has it;
 * that is so where the topic still is the recorded one, as the event that was acknowledged last shows by its place. Else everything is
 * looked at from the event before on, which cannot stand before the offset that its seq says.
 */
async function beginOf(
  published: PublishedLog,
  context: ContextName,
  of: {
    readonly partition: number;
    readonly records: number;
    readonly afterSeq: number;
    readonly upTo: PublishedUpTo | undefined;
  },
): Promise<number> {
  const { partition, records, afterSeq, upTo } = of;
  const { seq = 0, endOffset = 0 } = upTo ?? {};
  if (seq > 0 && seq <= afterSeq && seq <= endOffset && endOffset <= records) {
    const fromOffset = endOffset - 1;
    const page = await published.page(context, partition, { afterSeq: seq - 1, limit: 1, fromOffset });
    if (page.is === 'events' && page.offset === fromOffset) return fromOffset;
  }
  return Math.max(0, afterSeq - 1);
}

function holeIn(place: string, missing: number, lastSeq: number): MongoRefused {
  return new MongoRefused({
    th: `Kafka มีเหตุการณ์ของ ${place} ถึงลำดับ ${lastSeq} แต่ไม่มีลำดับ ${missing} ซึ่งต่อจากที่ฐานข้อมูลนี้มี จึงนำส่วนที่เผยแพร่แล้วกลับมาไม่ครบ และหากทำงานต่อประวัติจะแตกเป็นสองสาย จึงไม่เริ่มทำงาน โปรดกู้คืนฐานข้อมูลจากข้อมูลสำรองที่ใหม่กว่า ซึ่งมีถึงลำดับ ${lastSeq} หรือกู้คืนหัวข้อของ Kafka ให้ครบ`,
    en: `Kafka has events of ${place} up to ${lastSeq}, but not ${missing}, which follows on what this database has: what was published cannot be taken back whole, and history would fork, so it does not start. Restore a newer backup of the database, one that goes up to ${lastSeq}, or a copy of the topic that has them all.`,
  });
}

function requireContinuation(context: ContextName, next: LoggedEvent, last: Segment | undefined): void {
  const { partition, seq, recordedAt, contentHash } = next;
  const previous = last?.hash ?? genesisHash;
  if (chainHash(previous, partition, seq, recordedAt, contentHash) === next.chainHash) return;
  const place = `${context}/${partition}`;
  throw new MongoRefused({
    th: `เหตุการณ์ที่เผยแพร่แล้วของ ${place} ลำดับ ${seq} ไม่ต่อจากที่ฐานข้อมูลนี้มี ประวัติจะแตกเป็นสองสาย จึงไม่เริ่มทำงาน โปรดกู้คืนฐานข้อมูลของระบบติดตั้งเดียวกันกับ Kafka นี้`,
    en: `What was published of ${place} at ${seq} does not go on from what this database has: history would fork, so it does not start. Restore the database of the installation that this Kafka belongs to.`,
  });
}

async function endOf(read: Read, partition: number, from: number): Promise<number> {
  for (let end = from; ;) {
    const page = await read(partition, end, pageEvents);
    const last = page.at(-1);
    if (last === undefined) return end;
    end = last.seq;
  }
}

/** The published events as the log of another store: whole commands at a time, told from the events themselves. */
function tailOf(
  read: Read,
  of: {
    readonly installationId: string;
    readonly partitionCount: number;
    readonly partition: number;
    readonly endSeq: number;
  },
): ForeignLog {
  const { installationId, partitionCount, partition, endSeq } = of;
  let known = new Map<string, RememberedCommand>();
  return {
    installationId,
    partitionCount,
    heads: (): readonly Head[] => [{ partition, seq: endSeq, chainHash: '', recordedAt: null }],
    counts: () => ({ commands: 0, streams: 0 }),
    async read(_context, _partition, afterSeq, { limit }) {
      const events: LoggedEvent[] = [];
      for (let after = afterSeq; after < endSeq; after = events.at(-1)?.seq ?? endSeq) {
        const page = await read(partition, after, Math.min(pageEvents, endSeq - after));
        if (page.length === 0) break;
        events.push(...page);
        // A command's events stand together, so what follows the last whole one is read again with the next page.
        const lastCommand = events.at(-1)?.commandId;
        const whole = events.findLastIndex(({ commandId }) => commandId !== lastCommand) + 1;
        if (events.at(-1)?.seq === endSeq) break;
        if (whole > 0 && events.length >= Math.min(limit, pageEvents)) {
          events.length = whole;
          break;
        }
      }
      known = commandsOf(events);
      return events.map((event): StoredEvent => ({ ...event, body: serializeData(event.data) }));
    },
    commands: () => known,
  };
}

function commandsOf(events: readonly LoggedEvent[]): Map<string, RememberedCommand> {
  const commands = new Map<string, RememberedCommand>();
  for (const { commandId, stream, version, seq } of events) {
    const firstVersion = commands.get(commandId)?.firstVersion ?? version;
    commands.set(commandId, {
      commandId,
      digest: digestUnknown,
      stream,
      firstVersion,
      lastVersion: version,
      lastSeq: seq,
    });
  }
  return commands;
}
