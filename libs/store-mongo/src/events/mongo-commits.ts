import { mongo } from 'mongoose';
import type { Commit, CommitStore, StreamEnd } from '@faemban/event-sourcing';
import { asDatabaseFailure, DatabaseUnavailable, isDuplicateKey, withDatabase } from '../failures';
import type { ContextCollections } from './context-collections';
import { Coalescer, type Answer } from './coalescer';
import { commitDocument, commitOf, type CommitDocument } from './documents';

/** Commands looked up, and commits inserted, at once. */
const atOnceMax = 500;
/** What is inserted at once must fit into one message to the server (48 MB), so that it fails or not as a whole. */
const messageBytesMax = 16 * 1024 * 1024;

type Inserted = 'inserted' | 'duplicate';

/** {@link CommitStore} on a collection: one insert under two unique keys decides. What is asked at the same time is asked together. */
export function createCommitStore({ context, commits }: ContextCollections): CommitStore {
  const byCommand = new Coalescer<string, Commit | undefined>(async (ids) => {
    const found = await withDatabase(() => commits.find({ _id: oneOf(ids) }).toArray());
    const known = new Map(found.map((document) => [document._id, commitOf(document, context)]));
    return ids.map((id) => ({ ok: true, value: known.get(id) }));
  }, atOnceMax);
  const lasts = new Coalescer<string, StreamEnd | undefined>(async (streams) => {
    const ends = await withDatabase(() => endsOf(commits, [...new Set(streams)]));
    return streams.map((stream) => ({ ok: true, value: ends.get(stream) }));
  }, atOnceMax);
  const inserts = new Coalescer<Commit, Inserted>((all) => insertAll(commits, all), atOnceMax, {
    of: bytesOf,
    max: messageBytesMax,
  });
  return {
    byCommand: (commandId) => byCommand.ask(commandId),
    last: (stream) => lasts.ask(stream),
    insert: (commit) => inserts.ask(commit),
  };
}

/** One id is asked for as itself: some servers look only that up by their index. */
function oneOf(ids: readonly string[]): string | { $in: string[] } {
  const [only] = ids;
  return ids.length === 1 && only !== undefined ? only : { $in: [...ids] };
}

/** Where streams end. Those that do not exist are found out together; of the others, only where their commits stand is read. */
async function endsOf(
  commits: mongo.Collection<CommitDocument>,
  streams: readonly string[],
): Promise<ReadonlyMap<string, StreamEnd>> {
  const ends = new Map<string, StreamEnd>();
  const projection = { _id: 0, stream: 1, partition: 1, lastVersion: 1 };
  const [only] = streams;
  if (only !== undefined && streams.length === 1) {
    const last = await commits.findOne({ stream: only }, { projection, sort: { firstVersion: -1 } });
    if (last !== null) ends.set(only, last);
    return ends;
  }
  const begun = await commits.find({ stream: { $in: [...streams] }, firstVersion: 1 }, { projection }).toArray();
  if (begun.length === 0) return ends;
  const existing = begun.map(({ stream }) => stream);
  const all = commits.find({ stream: { $in: existing } }, { projection }).sort({ stream: 1, firstVersion: 1 });
  for await (const { stream, partition, lastVersion } of all) ends.set(stream, { partition, lastVersion });
  return ends;
}

async function insertAll(
  commits: mongo.Collection<CommitDocument>,
  all: readonly Commit[],
): Promise<readonly Answer<Inserted>[]> {
  const outcomes: Answer<Inserted>[] = all.map(() => ({ ok: true, value: 'inserted' }));
  try {
    await commits.insertMany(all.map(commitDocument), { ordered: false });
  } catch (error) {
    // Without a failure per document nobody knows which of them are there: each is looked up under its command id.
    if (!(error instanceof mongo.MongoBulkWriteError)) throw asDatabaseFailure(error);
    const failures = [error.writeErrors].flat();
    if (failures.length === 0 || error.result.getWriteConcernError() !== undefined) {
      throw new DatabaseUnavailable(`Not acknowledged: ${error.message}`, { cause: error });
    }
    for (const { index, code, errmsg } of failures) {
      const failure = new mongo.MongoServerError({ message: errmsg ?? 'refused', code });
      outcomes[index] = isDuplicateKey(failure)
        ? { ok: true, value: 'duplicate' }
        : { ok: false, error: asDatabaseFailure(failure) };
    }
  }
  return outcomes;
}

/** About what a commit weighs on the wire, in bytes. */
function bytesOf({ events }: Commit): number {
  return events.reduce((sum, { body }) => sum + 3 * body.length + 1_000, 0);
}
