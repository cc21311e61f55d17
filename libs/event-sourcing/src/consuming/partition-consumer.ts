import type { ContextName } from '@faemban/contracts';
import { IntegrityViolation, LogBehind } from '../errors';
import { chainHash, genesisHash } from '../integrity/hashing';
import type { EventLog, Head, LoggedEvent } from '../ports';

/** Events read from the owner's log at once when a hole is filled. */
const pageEvents = 500;
/** Chain hashes remembered of what was taken, to know a delivery that says something else of the same seq. */
const rememberedMax = 1_024;

/** Takes one partition's events as a transport delivers them (late, twice, out of order, not at all) and hands them on as the log has them. */
export interface PartitionConsumer {
  /** The last seq handed on. */
  readonly seq: number;
  /**
   * Takes a delivery: drops what it has, takes the next, fills a hole from the owner's log. Nothing counts as taken where it throws.
   * @throws IntegrityViolation where the same seq comes with another hash, or the chain does not hold; LogBehind where the owner does not
   * have what comes before a delivery; and what `take` throws
   */
  receive(delivery: readonly LoggedEvent[]): Promise<void>;
  /**
   * Compares with the owner's head and takes what is missing, so that a lost last message is noticed too. `head` is what the owner said
   * just now where the caller has asked already; then the owner may since have told of later events in other ways.
   * @throws LogBehind where the owner ends before what was taken; and as `receive` does
   */
  catchUp(head?: Head): Promise<void>;
}

/**
 * Makes the consumer of one partition. `afterSeq` is where what it feeds stands; `take` gets each event once, in order, without a gap,
 * and must store its own position with what it does: after a crash a new consumer begins there.
 * @throws LogBehind where the owner does not have the event at `afterSeq`
 */
export async function createPartitionConsumer({
  context,
  partition,
  log,
  afterSeq,
  afterHash,
  take,
}: {
  readonly context: ContextName;
  readonly partition: number;
  /** The owner's log, asked only for what the transport did not bring. */
  readonly log: Pick<EventLog, 'read' | 'heads'>;
  readonly afterSeq: number;
  /** The chain hash there, where the owner has told it already; it is asked otherwise. */
  readonly afterHash?: string;
  readonly take: (events: readonly LoggedEvent[]) => Promise<void>;
}): Promise<PartitionConsumer> {
  const violation = (seq: number, what: string) => new IntegrityViolation(context, partition, seq, what);
  const behind = (seq: number, what: string) => new LogBehind(context, partition, seq, what);
  let seq = afterSeq;
  let hash = afterHash ?? genesisHash;
  if (afterSeq > 0 && afterHash === undefined) {
    const [last] = await log.read(context, partition, afterSeq - 1, 1);
    if (last === undefined) throw behind(afterSeq, 'the owner does not have what was taken here');
    hash = last.chainHash;
  }
  const remembered = new Map<number, string>();

  /** Adds an event to what is about to be taken. */
  const add = (accepted: LoggedEvent[], event: LoggedEvent): void => {
    const previous = accepted.at(-1)?.chainHash ?? hash;
    const wanted = seq + accepted.length + 1;
    if (event.seq !== wanted) throw violation(wanted, `the owner gave ${event.seq} in its place`);
    const own = chainHash(previous, partition, event.seq, event.recordedAt, event.contentHash);
    if (own !== event.chainHash) throw violation(event.seq, 'the chain is broken before this event');
    accepted.push(event);
  };

  const fill = async (accepted: LoggedEvent[], toSeq: number): Promise<void> => {
    for (let reached = seq + accepted.length; reached < toSeq; reached = seq + accepted.length) {
      const page = await log.read(context, partition, reached, Math.min(pageEvents, toSeq - reached));
      if (page.length === 0) throw behind(reached + 1, 'the owner does not have an event before one it sent');
      for (const event of page) add(accepted, event);
    }
  };

  const handOn = async (accepted: readonly LoggedEvent[]): Promise<void> => {
    const last = accepted.at(-1);
    if (last === undefined) return;
    await take(accepted);
    seq = last.seq;
    hash = last.chainHash;
    for (const event of accepted) remembered.set(event.seq, event.chainHash);
    for (const old of remembered.keys()) {
      if (remembered.size <= rememberedMax) break;
      remembered.delete(old);
    }
  };

  const refuseOther = (accepted: readonly LoggedEvent[], event: LoggedEvent): void => {
    const known = accepted[event.seq - seq - 1]?.chainHash ?? remembered.get(event.seq);
    if (known !== undefined && known !== event.chainHash)
      throw violation(event.seq, 'it came with another hash before');
  };

  return {
    get seq() {
      return seq;
    },
    async receive(delivery) {
      const accepted: LoggedEvent[] = [];
      for (const event of delivery) {
        const reached = seq + accepted.length;
        if (event.seq <= reached) {
          refuseOther(accepted, event);
        } else {
          await fill(accepted, event.seq - 1);
          add(accepted, event);
        }
      }
      await handOn(accepted);
    },
    async catchUp(told) {
      const asked = told ?? (await log.heads(context)).find((one) => one.partition === partition);
      if (asked === undefined) return;
      if (asked.seq < seq && told === undefined) throw behind(seq, `the owner's log ends at ${asked.seq}`);
      const known = asked.seq === seq && seq > 0 ? hash : remembered.get(asked.seq);
      if (known !== undefined && known !== asked.chainHash) {
        throw violation(asked.seq, 'the owner has another hash there than what was taken here');
      }
      while (seq < asked.seq) {
        const accepted: LoggedEvent[] = [];
        await fill(accepted, Math.min(asked.seq, seq + pageEvents));
        await handOn(accepted);
      }
    },
  };
}
