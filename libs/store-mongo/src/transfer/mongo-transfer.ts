import type { ContextName } from '@faemban/contracts';
import type { Clock, EventLog, Seal, SignedDocument } from '@faemban/event-sourcing';
import { openDatabase, type MongoOptions } from '../connection/open-database';
import { collectionsOf, prepareCollections } from '../events/context-collections';
import { ContextReader } from '../events/context-reader';
import { isDuplicateKey, withDatabase } from '../failures';
import { copyPartition, transferEpoch, type CopyWatch } from './copy-partition';
import type { ForeignLog } from './foreign-log';
import { markBegun, markFinished, standingOf, type TransferStanding } from './marker';
import { TransferDiffers, verifyTransfer, type VerifiedTransfer } from './verify-partition';

/** Partitions copied, or read back, at the same time. */
const partitionsAtOnceDefault = 4;

/** The database that takes one context over. */
export interface MongoTransferOptions extends MongoOptions {
  readonly context: ContextName;
  readonly clock: Clock;
  readonly partitionsAtOnce?: number;
}

/** One context's events on their way from another store into their database. Every step may be interrupted anywhere and repeated. */
export interface MongoTransfer {
  /** The context's log as its database has it, also while that is being filled. */
  readonly log: EventLog;
  /** What the database is to a migration of the source. @throws MongoRefused where it holds something else */
  standing(): Promise<TransferStanding>;
  /** Marks the database, so that nobody else opens it before it is finished, and makes its collections. @throws MongoRefused */
  begin(): Promise<void>;
  /**
   * Copies what is missing. `copied` counts events that have their place, those of an earlier attempt too.
   * @throws IntegrityViolation naming an event of the source that does not fit; MongoRefused; DatabaseUnavailable
   */
  copy(watch?: Partial<CopyWatch>): Promise<void>;
  /** Reads everything back and compares it with the source. @throws TransferDiffers naming the first place that differs */
  verify(seals: readonly SignedDocument<Seal>[], onEvents?: (count: number) => void): Promise<VerifiedTransfer>;
  /** Opens the database to its services. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a context's database to take over what `source` has of the context: the same events under the same ids, versions, seqs, recorded
 * times and hashes, and the same commands, so that one that is repeated has its recorded outcome. Sequences nothing.
 * @throws MongoRefused where the server is not what was declared; DatabaseUnavailable where it cannot be reached
 */
export async function openMongoTransfer(source: ForeignLog, options: MongoTransferOptions): Promise<MongoTransfer> {
  const { context, clock, partitionsAtOnce = partitionsAtOnceDefault } = options;
  const { db, close } = await openDatabase(options);
  const { installationId, partitionCount } = source;
  const installation = { installationId, partitionCount };
  const collections = collectionsOf(db, context);
  const reader = new ContextReader(collections);
  const now = (): string => new Date(clock()).toISOString();
  const log: EventLog = {
    partitionCount,
    heads: () => reader.heads(partitionCount),
    read: (_, partition, afterSeq, limit) => reader.readLog(partition, afterSeq, limit),
    places: (_, partition, afterSeq, limit) => reader.readLog(partition, afterSeq, limit),
    onAppended: () => () => undefined,
  };
  const partitions = Array.from({ length: partitionCount }, (_, partition) => partition);
  return {
    log,
    standing: () => standingOf(db, installation),
    async begin() {
      await markBegun(db, installation, now());
      await withDatabase(() => prepareCollections(collections));
      for (const partition of partitions) {
        try {
          await withDatabase(() =>
            collections.epochs.insertOne({ partition, epoch: transferEpoch, owner: 'migration' }),
          );
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
      }
    },
    async copy({ copied = () => undefined, beforeWrite = () => undefined } = {}) {
      await atOnce(partitions, partitionsAtOnce, (partition) =>
        copyPartition(collections, source, partition, { copied, beforeWrite }),
      );
    },
    async verify(seals, onEvents = () => undefined) {
      const heads = await source.heads(context);
      let sum: VerifiedTransfer = { events: 0, commands: 0, streams: 0, segments: 0 };
      await atOnce(heads, partitionsAtOnce, async (head) => {
        const one = await verifyTransfer(collections, log, source, { head, seals, onEvents });
        sum = {
          events: sum.events + one.events,
          commands: sum.commands + one.commands,
          streams: sum.streams + one.streams,
          segments: sum.segments + one.segments,
        };
      });
      const counts = await source.counts(context);
      const stored = await withDatabase(() => collections.commits.countDocuments({}));
      requireSame(context, 'commands', counts.commands, sum.commands);
      requireSame(context, 'commits', counts.commands, stored);
      requireSame(context, 'streams', counts.streams, sum.streams);
      return sum;
    },
    finish: () => markFinished(db, now()),
    close,
  };
}

function requireSame(context: ContextName, what: string, wanted: number, found: number): void {
  if (wanted !== found) throw new TransferDiffers(context, `the source has ${wanted} ${what}, the database ${found}`);
}

/** Works through a list, some at a time; the first failure ends it, once those under way have ended. */
async function atOnce<Item>(items: readonly Item[], count: number, work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && !failed; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(count, items.length) }, worker));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
