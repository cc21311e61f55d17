import type { mongo } from 'mongoose';
import { invariant } from '@faemban/event-sourcing';
import { insertUnlessThere } from '../connection/inserts';
import { DatabaseUnavailable, withDatabase } from '../failures';

/** What every row says beside its content: whose it is, and which intent of that partition wrote it last (0: it was filled in). */
export interface Row extends mongo.Document {
  readonly _id: string;
  readonly partition: number;
  readonly n: number;
}

/** The content of a row; empty where it is gone. */
export type RowContent = Readonly<Record<string, unknown>>;

/** Rows to be changed by one intent: how each comes out of what was there before. */
export type RowChanges = ReadonlyMap<string, (before: mongo.Document | undefined) => RowContent>;

/** Rows asked for, and written, at once. */
const atOnce = 2_000;
/** Only another writer of the very same intent can get in between, and it writes the same. */
const attemptsMax = 5;

/** Keeps what rows were before they change, for those who read an earlier moment. Absent where nobody does. */
export type KeepBefore = (before: readonly Row[]) => Promise<void>;

/**
 * Writes rows as the `n`th intent of a partition, each once: a row that this intent or a later one wrote is left alone. A row is replaced
 * only as it was read, so that a writer who was paused and wakes up late changes nothing. What goes leaves an empty row behind.
 */
export async function writeRows(
  rows: mongo.Collection<Row>,
  at: { readonly partition: number; readonly n: number },
  changes: RowChanges,
  keepBefore?: KeepBefore,
): Promise<void> {
  const ids = [...changes.keys()];
  for (let from = 0; from < ids.length; from += atOnce) {
    let left: readonly string[] = ids.slice(from, from + atOnce);
    for (let attempt = 0; left.length > 0; attempt += 1) {
      if (attempt === attemptsMax)
        throw new DatabaseUnavailable(`Others write the same rows of ${rows.collectionName}.`);
      left = await writeSome(rows, at, changes, left, keepBefore);
    }
  }
}

/** One attempt; answers the ids of which it is not known that they are written. */
async function writeSome(
  rows: mongo.Collection<Row>,
  { partition, n }: { readonly partition: number; readonly n: number },
  changes: RowChanges,
  ids: readonly string[],
  keepBefore: KeepBefore | undefined,
): Promise<readonly string[]> {
  const before = await findRows(rows, ids);
  for (const row of before.values()) {
    invariant(
      row.partition === partition,
      `a row of partition ${row.partition} is not changed by partition ${partition}`,
    );
  }
  const waiting = ids.filter((id) => (before.get(id)?.n ?? -1) < n);
  const old = waiting.map((id) => before.get(id)).filter((row) => row !== undefined);
  if (keepBefore !== undefined && old.length > 0) await keepBefore(old);
  const contentOf = (id: string): Row => ({ _id: id, partition, n, ...changes.get(id)?.(before.get(id)) });
  const fresh = waiting.filter((id) => !before.has(id));
  const [taken, replaced] = await Promise.all([
    insertUnlessThere(rows, fresh.map(contentOf)),
    replaceAsRead(rows, old, contentOf),
  ]);
  return [...taken.map((place) => fresh[place] as string), ...(replaced ? [] : old.map(({ _id }) => _id))];
}

async function replaceAsRead(
  rows: mongo.Collection<Row>,
  old: readonly Row[],
  contentOf: (id: string) => Row,
): Promise<boolean> {
  if (old.length === 0) return true;
  const operations = old.map(({ _id, n }) => {
    const { _id: _, ...replacement } = contentOf(_id);
    return { replaceOne: { filter: { _id, n }, replacement } };
  });
  const { matchedCount } = await withDatabase(() => rows.bulkWrite(operations, { ordered: false }));
  return matchedCount === old.length;
}

/** Puts rows in that no intent wrote; the same again replaces them, until an intent has. */
export async function fillRows(rows: mongo.Collection<Row>, filled: readonly Omit<Row, 'n'>[]): Promise<void> {
  for (let from = 0; from < filled.length; from += atOnce) {
    const some = filled.slice(from, from + atOnce).map((row) => ({ ...row, n: 0 }) as Row);
    const taken = await insertUnlessThere(rows, some);
    if (taken.length === 0) continue;
    const operations = taken.map((place) => {
      const { _id, ...replacement } = some[place] as Row;
      return { replaceOne: { filter: { _id, n: 0 }, replacement } };
    });
    await withDatabase(() => rows.bulkWrite(operations, { ordered: false }));
  }
}

/** Rows by their ids. */
export async function findRows(rows: mongo.Collection<Row>, ids: readonly string[]): Promise<ReadonlyMap<string, Row>> {
  const found = new Map<string, Row>();
  for (let from = 0; from < ids.length; from += atOnce) {
    const some = ids.slice(from, from + atOnce);
    const page = await withDatabase(() => rows.find({ _id: { $in: some } }).toArray());
    for (const row of page) found.set(row._id, row);
  }
  return found;
}
