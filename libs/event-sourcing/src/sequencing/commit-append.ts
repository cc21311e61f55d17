import type { ContextName } from '@faemban/contracts';
import { classify } from '../classify';
import { CommandIdReused, OutcomeUnknown, PartitionMismatch, WrongExpectedVersion } from '../errors';
import type { Ids } from '../ids';
import { isDigestOf } from '../integrity/command-digest';
import { contentHashOf } from '../integrity/hashing';
import { partitionOfAppend } from '../partitions';
import type { Append, Appended } from '../ports';
import { fieldsOf, prepareEvents } from '../recording';
import type { Commit } from './segments';

/** An append whose answers were lost, or that met a key nobody holds, so often has an outcome that is called unknown. */
export const insertAttemptsMax = 5;

/** Where a stream ends, and the partition that its first commit fixed. */
export type StreamEnd = Pick<Commit, 'partition' | 'lastVersion'>;

/** What an append asks of the store of one context's commits. */
export interface CommitStore {
  byCommand(commandId: string): Promise<Commit | undefined>;
  /** Where the latest commit of a stream ends. */
  last(stream: string): Promise<StreamEnd | undefined>;
  /** Unique by command id and by (stream, firstVersion). */
  insert(commit: Commit): Promise<'inserted' | 'duplicate'>;
}

/** Where the events of a command stand in their stream; their place in the log follows when they are sequenced. */
export type Committed = Omit<Appended, 'lastSeq'>;

/**
 * Stores a command's events as one commit, where one insert is all the store can do at once. An insert without an answer is made again
 * under the same command id; on a duplicate key the command is looked up first, then the head, and where neither moved it was transient.
 * @throws WrongExpectedVersion | CommandIdReused | EventTooLarge | PartitionMismatch | OutcomeUnknown
 */
export async function commitAppend(
  store: CommitStore,
  append: Append,
  {
    context,
    partitionCount,
    ids,
  }: { readonly context: ContextName; readonly partitionCount: number; readonly ids: Ids },
): Promise<Committed> {
  const { commandId } = append.context;
  const prepared = prepareEvents(append);
  let failure: unknown;
  let foundBefore: number | undefined;
  for (let failures = 0; failures < insertAttemptsMax;) {
    try {
      const before = await store.byCommand(commandId);
      if (before !== undefined) return repeated(before, append);
      const last = await store.last(append.stream);
      const version = checkedVersion(append, last, partitionCount);
      // Where the head moved, somebody else got on: whoever expects no version tries as long as that happens.
      if (foundBefore === version) failures += 1;
      foundBefore = version;
      const events = prepared.map(({ event, body }, index) => {
        const fields = fieldsOf(append, event, { context, version: version + index + 1, id: ids.next() });
        const partition = partitionOfAppend(append, partitionCount);
        return { ...fields, partition, contentHash: contentHashOf(fields, body), body };
      });
      const commit: Commit = {
        commandId,
        commandDigest: append.commandDigest,
        stream: append.stream,
        partition: partitionOfAppend(append, partitionCount),
        firstVersion: version + 1,
        lastVersion: version + events.length,
        events,
      };
      if ((await store.insert(commit)) === 'inserted') return committed(commit, false);
    } catch (error) {
      if (classify(error) !== 'transient') throw error;
      failure = error;
      failures += 1;
      foundBefore = undefined;
    }
  }
  throw new OutcomeUnknown(commandId, { cause: failure });
}

function repeated(before: Commit, { commandDigest }: Append): Committed {
  if (!isDigestOf(before.commandDigest, commandDigest)) throw new CommandIdReused(before.commandId);
  return committed(before, true);
}

function checkedVersion(append: Append, last: StreamEnd | undefined, partitionCount: number): number {
  const { stream, expectedVersion: expected } = append;
  const asked = partitionOfAppend(append, partitionCount);
  if (last !== undefined && last.partition !== asked) throw new PartitionMismatch(stream, last.partition, asked);
  const version = last?.lastVersion ?? 0;
  if (expected !== 'any' && version !== (expected === 'none' ? 0 : expected)) {
    throw new WrongExpectedVersion(stream, expected, version);
  }
  return version;
}

function committed(
  { commandId, stream, partition, firstVersion, lastVersion, events }: Commit,
  isRepeated: boolean,
): Committed {
  const eventIds = events.map(({ id }) => id);
  return { commandId, stream, partition, firstVersion, lastVersion, eventIds, repeated: isRepeated };
}
