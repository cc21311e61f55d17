import type { ContextName } from '@faemban/contracts';
import type { Clock, EventLog, Seal, SignedDocument } from '@faemban/event-sourcing';
import { openDatabase, type MongoOptions } from '../connection/open-database';
import { collectionsOf, prepareCollections } from '../events/context-collections';
import { ContextReader } from '../events/context-reader';
import { isDuplicateKey, withDatabase } from '../failures';
import { Batch, copyPartition, transferEpoch, type CopyWatch } from './copy-partition';
import type { ForeignLog } from './foreign-log';
import { markBegun, markFinished, standingOf, type TransferStanding } from './marker';
import { TransferDiffers, verifyTransfer, type VerifiedTransfer } from './verify-partition';

/** Partitions copied, or read back, at the same time: of a server that replaces atomically, and of a small one that does one thing at a time. */
const partitionsAtOnceDefault = { able: 4, small: 1 };

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
  const { context, clock, capabilities } = options;
  const isAble = capabilities?.replacesAtomically ?? true;
  const { partitionsAtOnce = isAble ? partitionsAtOnceDefault.able : partitionsAtOnceDefault.small } = options;
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
      const epochs = partitions.map((partition) => ({ partition, epoch: transferEpoch, owner: 'migration' }));
      try {
        await withDatabase(() => collections.epochs.insertMany(epochs, { ordered: false }));
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async copy({ copied = () => undefined, beforeWrite = () => undefined } = {}) {
      const watch = { copied, beforeWrite };
      // Whether anything is there is asked once: most partitions of a small installation have little, and the database may be far away.
      const isNew = (await withDatabase(() => collections.commits.findOne({}, { projection: { _id: 1 } }))) === null;
      const heads = await source.heads(context);
      const worked = heads.filter(({ seq }) => !isNew || seq > 0).map(({ partition }) => partition);
      await atOnce(worked, partitionsAtOnce, async (next) => {
        const batch = new Batch(collections, watch);
        for (let partition = next(); partition !== undefined; partition = next()) {
          await copyPartition(collections, source, partition, batch, watch);
        }
        await batch.write();
      });
    },
    async verify(seals, onEvents = () => undefined) {
      const heads = await source.heads(context);
      let sum: VerifiedTransfer = { events: 0, commands: 0, streams: 0, segments: 0 };
      // That nothing stands in the others is seen by the counts of all.
      const worked = heads.filter((head) => head.seq > 0 || isSealed(seals, head.partition));
      await atOnce(worked, partitionsAtOnce, async (next) => {
        for (let head = next(); head !== undefined; head = next()) {
          const one = await verifyTransfer(collections, log, source, { head, seals, onEvents });
          sum = {
            events: sum.events + one.events,
            commands: sum.commands + one.commands,
            streams: sum.streams + one.streams,
            segments: sum.segments + one.segments,
          };
        }
      });
      const counts = await source.counts(context);
      const stored = await withDatabase(() => collections.commits.countDocuments({}));
      const segments = await withDatabase(() => collections.segments.countDocuments({}));
      requireSame(context, 'commands', counts.commands, sum.commands);
      requireSame(context, 'commits', counts.commands, stored);
      requireSame(context, 'segments', sum.segments, segments);
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

const isSealed = (seals: readonly SignedDocument<Seal>[], partition: number): boolean =>
  seals.some(({ document }) => document.partitions.some((one) => one.partition === partition));

/** Works through a list by several workers, each taking what is next; the first failure ends it, once those under way have ended. */
async function atOnce<Item>(
  items: readonly Item[],
  count: number,
  work: (next: () => Item | undefined) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  let failed = false;
  const next = (): Item | undefined => (failed ? undefined : waiting.shift());
  const worker = async (): Promise<void> => {
    try {
      await work(next);
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(count, items.length) }, worker));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
