import type { ContextName } from '@faemban/contracts';
import { classify } from '../classify';
import { IntegrityViolation } from '../errors';
import { chainHash, genesisHash } from '../integrity/hashing';
import { vectorKey, type EventLog, type LoggedEvent } from '../ports';

/** A context's log at its owner: its own store, or a client of the service that has it. */
export type OwnerLog = Pick<EventLog, 'heads' | 'read' | 'places'>;

/** What a log is made of that reads other services' events. */
export interface WholeLogOptions {
  readonly owners: (context: ContextName) => OwnerLog;
  readonly partitionCount: number;
  /**
   * Published events from their beginning, so that who is far behind does not burden the owner. Answers events in (afterSeq, …] without a
   * gap, perhaps fewer than asked, none where it does not have the next one; then the owner is asked.
   */
  readonly history?: Pick<EventLog, 'read'>;
}

/** Ends of pages remembered, over all readers, so that the next page is known to go on from there. */
const endsMax = 1_024;

/**
 * The log of all partitions: heads and places from the owners, events from the history and, where it lacks, from the owners. For what
 * is done over everything (a rebuild, a certificate), whichever partitions are assigned. Whoever reads on is told where a page does not
 * go on from the one before, whoever that came from. It wakes nobody.
 */
export function createWholeLog({ owners, partitionCount, history }: WholeLogOptions): EventLog {
  const ends = new PageEnds();
  return {
    partitionCount,
    heads: (context) => owners(context).heads(context),
    places: (context, partition, afterSeq, limit) => owners(context).places(context, partition, afterSeq, limit),
    onAppended: () => () => undefined,
    async read(context, partition, afterSeq, limit) {
      const published = await history?.read(context, partition, afterSeq, limit).catch((error: unknown) => {
        if (classify(error) === 'fatal') throw error;
        // The owner has what the history cannot give just now.
        return [];
      });
      const events =
        published === undefined || published.length === 0
          ? await owners(context).read(context, partition, afterSeq, limit)
          : published.slice(0, limit);
      return chained(ends, context, partition, afterSeq, events);
    },
  };
}

/** The hashes at which pages ended that were read last. */
class PageEnds {
  private readonly hashes = new Map<string, string>();

  at(context: ContextName, partition: number, seq: number): string | undefined {
    return seq === 0 ? genesisHash : this.hashes.get(`${vectorKey(context, partition)}@${seq}`);
  }

  remember({ context, partition, seq, chainHash: hash }: LoggedEvent): void {
    const key = `${vectorKey(context, partition)}@${seq}`;
    this.hashes.delete(key);
    this.hashes.set(key, hash);
    for (const old of this.hashes.keys()) {
      if (this.hashes.size <= endsMax) break;
      this.hashes.delete(old);
    }
  }
}

/** The events, where they follow densely on a seq and each hash on the one before. @throws IntegrityViolation */
function chained(
  ends: PageEnds,
  context: ContextName,
  partition: number,
  afterSeq: number,
  events: readonly LoggedEvent[],
): readonly LoggedEvent[] {
  let previous = ends.at(context, partition, afterSeq);
  for (const [index, { seq, recordedAt, contentHash, chainHash: stated }] of events.entries()) {
    const wanted = afterSeq + 1 + index;
    if (seq !== wanted) throw new IntegrityViolation(context, partition, wanted, `${seq} was given in its place`);
    if (previous !== undefined && chainHash(previous, partition, seq, recordedAt, contentHash) !== stated) {
      throw new IntegrityViolation(context, partition, seq, 'the chain is broken before this event');
    }
    previous = stated;
  }
  const last = events.at(-1);
  if (last !== undefined) ends.remember(last);
  return events;
}
