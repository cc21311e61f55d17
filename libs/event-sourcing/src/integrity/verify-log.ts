import type { ContextName } from '@faemban/contracts';
import { IntegrityViolation } from '../errors';
import type { EventLog, Head, LoggedEvent } from '../ports';
import { chainHash, contentHashOf, genesisHash, serializeData } from './hashing';

const pageEvents = 1_000;

/** A partition that was read from its first event to its head and found unaltered. */
export type VerifiedPartition = Head & { readonly context: ContextName };

/**
 * Reads a partition from its first event to its head and computes every content hash and the whole chain again. `known` are heads kept
 * elsewhere: the log must still reach and contain them, which shows what was cut off its end.
 * @throws IntegrityViolation naming the first event that is altered, missing, added or out of order
 */
export async function verifyPartition(
  log: EventLog,
  context: ContextName,
  partition: number,
  known: readonly Pick<Head, 'seq' | 'chainHash'>[] = [],
): Promise<VerifiedPartition> {
  const head = (await log.heads(context)).find((one) => one.partition === partition);
  if (head === undefined) throw new IntegrityViolation(context, partition, 0, 'the log has no such partition');
  const expected = new Map([...known, head].map((one) => [one.seq, one.chainHash]));
  const latest = Math.max(...expected.keys());
  let previous = genesisHash;
  let recordedAt: string | null = null;
  let seq = 0;
  while (seq < latest) {
    const events = await log.read(context, partition, seq, Math.min(pageEvents, latest - seq));
    if (events.length === 0) throw new IntegrityViolation(context, partition, seq + 1, 'the event is missing');
    for (const event of events) {
      seq += 1;
      previous = verifiedChainHash(event, { context, partition, seq, previous, recordedAt });
      recordedAt = event.recordedAt;
      const stated = expected.get(seq);
      if (stated !== undefined && stated !== previous) {
        throw new IntegrityViolation(context, partition, seq, 'the chain is not the one that was known here');
      }
    }
  }
  return { context, partition, seq, chainHash: previous, recordedAt };
}

function verifiedChainHash(
  event: LoggedEvent,
  place: {
    readonly context: ContextName;
    readonly partition: number;
    readonly seq: number;
    readonly previous: string;
    readonly recordedAt: string | null;
  },
): string {
  const refuse = (what: string): never => {
    throw new IntegrityViolation(place.context, place.partition, place.seq, what);
  };
  if (event.seq !== place.seq) refuse(`the event with seq ${event.seq} stands here`);
  if (event.context !== place.context || event.partition !== place.partition) refuse('the event belongs elsewhere');
  if (place.recordedAt !== null && event.recordedAt < place.recordedAt) refuse('the recorded time goes back');
  // What JSON.stringify wrote, it writes again after JSON.parse, so the stored bytes need not travel beside the event.
  const contentHash = contentHashOf(event, serializeData(event.data));
  if (contentHash !== event.contentHash) refuse('the event was altered');
  const hash = chainHash(place.previous, place.partition, place.seq, event.recordedAt, contentHash);
  if (hash !== event.chainHash) refuse('the chain is broken before this event');
  return hash;
}
