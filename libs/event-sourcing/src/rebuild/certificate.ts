import type { ContextName } from '@faemban/contracts';
import { IntegrityViolation } from '../errors';
import { genesisHash } from '../integrity/hashing';
import {
  generationParts,
  vectorKey,
  type EventLog,
  type ParkedEvent,
  type PinnedGenerations,
  type Vector,
} from '../ports';
import { PartitionDigests, RowsInOrder, type PartitionDigest } from './compare';

/** Up to where a read model is complete in one partition of one context, and the chain hash of the log at that place. */
export interface CompleteThrough {
  readonly context: ContextName;
  readonly partition: number;
  readonly seq: number;
  readonly chainHash: string;
  /** Events it is made of; the sequence is dense, so as many as its last seq. */
  readonly events: number;
}

/** What a completeness certificate says of a read model. Everything up to the named places is in it, except what is parked. */
export interface Certificate {
  readonly installation: string;
  readonly view: string;
  readonly version: number;
  readonly generation: number;
  readonly takenAt: string;
  readonly eventsTotal: number;
  readonly complete: readonly CompleteThrough[];
  readonly documents: number;
  readonly counters: number;
  /** Rows of every partition, counted and digested. */
  readonly partitions: readonly PartitionDigest[];
  /** Events that are parked at that moment: the read model is complete except for them. */
  readonly exceptTotal: number;
  /** The same in sequences, each of one household (or of one stream, where no household could be told). */
  readonly exceptSequences: number;
  /** Those events by name, in the order of context, household and seq, at most a thousand. */
  readonly except: readonly ParkedException[];
}

/** A parked event as a certificate names it; why it is parked is left out where it was released in the meantime. */
export type ParkedException = Pick<ParkedEvent, 'context' | 'partition' | 'seq' | 'id' | 'eventId'> &
  Partial<Pick<ParkedEvent, 'cause' | 'code' | 'parkedAt'>>;

/** Where a vector ends in the log. @throws IntegrityViolation where the log does not have an event it names */
export async function completeThrough(
  log: EventLog,
  contexts: readonly ContextName[],
  vector: Vector,
): Promise<readonly CompleteThrough[]> {
  const all: CompleteThrough[] = [];
  for (const context of contexts) {
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      const seq = vector[vectorKey(context, partition)] ?? 0;
      const last = seq === 0 ? undefined : (await log.read(context, partition, seq - 1, 1))[0];
      if (seq > 0 && last?.seq !== seq) {
        throw new IntegrityViolation(
          context,
          partition,
          seq,
          'the read model has applied an event the log does not have',
        );
      }
      all.push({ context, partition, seq, chainHash: last?.chainHash ?? genesisHash, events: seq });
    }
  }
  return all;
}

/** Reads a generation row by row and digests it by partition. */
export async function digestGeneration(
  pinned: PinnedGenerations,
  generation: number,
  partitionCount: number,
  betweenPages: () => Promise<void>,
): Promise<readonly PartitionDigest[]> {
  const digests = new PartitionDigests(partitionCount);
  for (const part of generationParts) {
    const rows = new RowsInOrder(pinned, generation, part, betweenPages);
    for (let row = await rows.next(); row !== undefined; row = await rows.next()) digests.add(part, row);
  }
  return digests.all();
}
