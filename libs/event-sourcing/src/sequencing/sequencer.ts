import { invariant, NotAvailable } from '../errors';
import type { Clock } from '../ports';
import { segmentBehind, type Commit, type Segment, type SegmentStore } from './segments';

/** The sequencer's clock may be this far from the database's, in milliseconds; beyond it sequencing stops and says so. */
export const clockApartMsMax = 5_000;
/** Commits looked for in one pass, by default. */
export const segmentCommitsMaxDefault = 500;

/** The clocks of the sequencer and of the database are too far apart to say when anything was recorded. Heals with the clock. */
export class ClocksApart extends NotAvailable {
  override readonly name = 'ClocksApart';
  constructor(
    readonly partition: number,
    readonly apartMs: number,
  ) {
    super(`Partition ${partition} is not sequenced: this clock is ${apartMs} ms from the database's.`);
  }
}

/**
 * What a pass came to. `idle`: nothing waits. `sequenced`: a segment was inserted. `again`: somebody else inserted first; begin again.
 * `overtaken`: a higher epoch exists; this sequencer has no more business with the partition.
 */
export type PassOutcome = 'idle' | 'sequenced' | 'again' | 'overtaken';

/** One partition in the hands of one sequencer. */
export interface PartitionSequencer {
  readonly epoch: number;
  /** One pass. @throws ClocksApart, and whatever the store throws; a pass that threw may have inserted, and the next one finds out. */
  pass(): Promise<PassOutcome>;
}

/**
 * Takes a partition for sequencing: commits get their place by inserting segments. Safety is the unique key of a segment alone; the
 * epoch only ends useless work. Any number may do this at once, stop anywhere and go on late: no commit is doubled, left out or put
 * before its predecessor in its stream, because
 * - every commit of the last segment is marked before others are collected, and what is collected is read of no moment before that
 *   mark was answered (a {@link SegmentStore} promises it), so that what is unmarked stands in no segment, or in one that makes the
 *   insert fail. A last segment that this sequencer found or made, and marked, need not be looked for again: one that
 *   somebody else put behind it makes the insert fail;
 * - a commit is taken only if its predecessor is marked or stands earlier in the same list.
 */
export async function takePartition(
  store: SegmentStore,
  partition: number,
  { clock, commitsMax = segmentCommitsMaxDefault }: { readonly clock: Clock; readonly commitsMax?: number },
): Promise<PartitionSequencer> {
  const epoch = await store.takeEpoch(partition);
  let marked: Segment | undefined;
  const markedLast = async (): Promise<Segment | undefined> => {
    const last = await store.lastSegment(partition);
    if (last !== undefined) await store.mark(last);
    return last;
  };
  return {
    epoch,
    async pass() {
      const last = marked ?? (await markedLast());
      // Whatever fails from here on, the next pass looks again.
      marked = undefined;
      const commits = await collect(store, partition, commitsMax);
      if (commits.length === 0) {
        marked = last;
        return 'idle';
      }
      const now = await agreedTime(store, partition, clock);
      const segment = segmentBehind(last, commits, { partition, epoch, now });
      if ((await store.insert(segment)) === 'taken') {
        return (await store.highestEpoch(partition)) > epoch ? 'overtaken' : 'again';
      }
      await store.mark(segment);
      marked = segment;
      return 'sequenced';
    },
  };
}

/** What waits, each commit behind its predecessor; predecessors that the look-out missed are fetched. */
async function collect(store: SegmentStore, partition: number, limit: number): Promise<readonly Commit[]> {
  const list: Commit[] = [];
  const reached = new Map<string, number>();
  const found = await store.unmarked(partition, limit);
  const inOrder = [...found].sort((one, other) => one.firstVersion - other.firstVersion);
  for (const commit of inOrder) {
    const missing = await withPredecessors(store, commit, reached);
    for (const one of missing) {
      list.push(one);
      reached.set(one.stream, one.lastVersion);
    }
  }
  return list;
}

/** A commit and those before it in its stream that are neither marked nor in the list yet, in version order. */
async function withPredecessors(
  store: SegmentStore,
  commit: Commit,
  reached: ReadonlyMap<string, number>,
): Promise<readonly Commit[]> {
  const { stream } = commit;
  if ((reached.get(stream) ?? 0) >= commit.lastVersion) return [];
  const chain = [commit];
  for (let first = commit.firstVersion; first > 1 && reached.get(stream) !== first - 1;) {
    const before = await store.commitEndingAt(stream, first - 1);
    invariant(before !== undefined, `a commit of ${stream} ends at version ${first - 1}`);
    if (before.isMarked) break;
    chain.unshift(before.commit);
    first = before.commit.firstVersion;
  }
  return chain;
}

async function agreedTime(store: SegmentStore, partition: number, clock: Clock): Promise<number> {
  const theirs = await store.now();
  const ours = clock();
  if (Math.abs(ours - theirs) > clockApartMsMax) throw new ClocksApart(partition, Math.round(ours - theirs));
  return ours;
}
