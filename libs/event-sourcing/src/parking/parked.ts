import type { ContextName } from '@faemban/contracts';
import type { ParkedEvent } from '../ports';

/** What is parked behind one failed event: one document's (or, where no document could be told, one stream's) events of one partition. */
export interface SequenceKey {
  readonly context: ContextName;
  readonly id: string;
  readonly partition: number;
}

/** A parked sequence: its first event, which failed, and how many there are with those that wait behind it. */
export interface ParkedSequence extends SequenceKey {
  readonly events: number;
  readonly first: ParkedEvent;
}

/** Which parked sequences are meant; everything where nothing is said. */
export interface ParkedFilter {
  /** The id of a household: of the sequence itself, or at the end of its name after a hyphen, as in a stream's. */
  readonly household?: string;
  /** The first event's cause (`poison`, `invalid`, `behind`) or code. */
  readonly cause?: string;
  /** The first event was parked before this instant (ISO 8601, UTC). */
  readonly parkedBefore?: string;
}

/** A page of parked sequences, in the order of context, id and partition, from behind `after`. */
export interface FindParked extends ParkedFilter {
  readonly after?: SequenceKey;
  readonly limit: number;
}

/** The sequences whose first event failed for one reason. */
export interface ParkedCause {
  readonly cause: string;
  readonly code: string;
  readonly sequences: number;
  readonly events: number;
  /** When the first of them was parked. */
  readonly oldestAt: string;
  /** What one of them says. */
  readonly message: string;
}

/** Some of what is parked, and how much there is altogether. */
export interface ParkedPage {
  readonly total: number;
  readonly oldestAt: string | null;
  readonly events: readonly ParkedEvent[];
}

/** What a view or a policy says of the events it has parked. */
export interface ParkedEvents {
  /** What is parked, by the time it was parked, then context, partition, seq; at most `limit` of it. */
  parked(limit: number): Promise<ParkedPage>;
  /** Parked sequences in the order of their keys. */
  parkedSequences(find: FindParked): Promise<readonly ParkedSequence[]>;
  /** Events of one sequence in the order of their seqs, at most `limit`. */
  parkedOf(sequence: SequenceKey, limit: number): Promise<readonly ParkedEvent[]>;
  /** Every reason for which something is parked, by cause and code. */
  parkedCauses(): Promise<readonly ParkedCause[]>;
}

/** Names one parked event of a known context and partition. */
export type TakenEvent = Pick<ParkedEvent, 'id' | 'seq'>;

/** Orders sequences by context, id (by code point) and partition. */
export function compareSequences(one: SequenceKey, other: SequenceKey): number {
  return compareTexts(one.context, other.context) || compareTexts(one.id, other.id) || one.partition - other.partition;
}

/** Parked events as sequences, for stores that keep them in memory. */
export function sequencesOf(events: readonly ParkedEvent[]): readonly ParkedSequence[] {
  const sequences = new Map<string, ParkedSequence>();
  for (const event of events) {
    const { context, id, partition } = event;
    const key = `${context} ${id} ${partition}`;
    const known = sequences.get(key);
    const first = known === undefined || event.seq < known.first.seq ? event : known.first;
    sequences.set(key, { context, id, partition, events: (known?.events ?? 0) + 1, first });
  }
  return [...sequences.values()].sort(compareSequences);
}

/** The page of sequences that is meant, for stores that keep them in memory. */
export function findSequences(events: readonly ParkedEvent[], find: FindParked): readonly ParkedSequence[] {
  const { household, cause, parkedBefore, after, limit } = find;
  return sequencesOf(events)
    .filter(({ id }) => household === undefined || id === household || id.endsWith(`-${household}`))
    .filter(({ first }) => cause === undefined || first.cause === cause || first.code === cause)
    .filter(({ first }) => parkedBefore === undefined || first.parkedAt < parkedBefore)
    .filter((sequence) => after === undefined || compareSequences(sequence, after) > 0)
    .slice(0, limit);
}

/** Sums sequences up by the reason of their first events. */
export function causesOf(sequences: readonly ParkedSequence[]): readonly ParkedCause[] {
  const causes = new Map<string, ParkedCause>();
  for (const { events, first } of sequences) {
    const { cause, code, message, parkedAt } = first;
    const known = causes.get(`${cause} ${code}`);
    causes.set(`${cause} ${code}`, {
      cause,
      code,
      sequences: (known?.sequences ?? 0) + 1,
      events: (known?.events ?? 0) + events,
      oldestAt: known === undefined || parkedAt < known.oldestAt ? parkedAt : known.oldestAt,
      message: known?.message ?? message,
    });
  }
  return [...causes.values()].sort(
    (one, other) => compareTexts(one.cause, other.cause) || compareTexts(one.code, other.code),
  );
}

function compareTexts(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
