import { IntegrityViolation } from '../errors';
import type { EventLog, LoggedEvent, ParkedEvent } from '../ports';
import type { ParkedFilter, ParkedSequence, SequenceKey } from './parked';

/** Parked events that one call to a runner takes in hand, and that one step of it changes at once, by default. */
export const replayEventsMaxDefault = 500;
/** Reasons that are told apart in one outcome; further ones count in the totals. */
export const replayFailuresMax = 50;

/** Asks a runner to replay what it has parked: the next few sequences behind `after` of those that are meant. */
export interface ReplayRequest {
  readonly select: ParkedFilter;
  /** Finds out what would happen, and changes nothing. */
  readonly isDryRun: boolean;
  readonly after?: SequenceKey;
  readonly eventsMax?: number;
}

/** Why sequences stay parked after a replay, or would. Counts are of sequences and events. */
export interface ReplayFailure {
  readonly cause: string;
  readonly code: string;
  readonly message: string;
  readonly sequences: number;
  readonly events: number;
  /** One of them: the document or stream, and its first event. */
  readonly id: string;
  readonly eventId: string;
}

/** What a replay did, or would do where it was a dry run. Counts are of sequences (households) and events. */
export interface ReplayFigures {
  /** Sequences taken in hand, and their parked events. */
  readonly sequences: number;
  readonly events: number;
  /** Sequences that are free, and events that are applied. */
  readonly released: number;
  readonly applied: number;
  /** Events that are still parked of those taken in hand. */
  readonly stillParked: number;
  /** Events that a dry run did not reach: it looks at the first so many of a sequence. */
  readonly untried: number;
  /** Commands that were given; of a dry run those that would be, with an outcome that is not known before. */
  readonly commands: number;
  readonly failures: readonly ReplayFailure[];
}

/** A runner's answer: figures of this call, and from where to go on; `isEnd` where nothing is left behind `next`. */
export interface ReplayOutcome extends ReplayFigures {
  readonly next?: SequenceKey;
  readonly isEnd: boolean;
}

/** Nothing was taken in hand yet. */
export const noReplay: ReplayFigures = {
  sequences: 0,
  events: 0,
  released: 0,
  applied: 0,
  stillParked: 0,
  untried: 0,
  commands: 0,
  failures: [],
};

/** Adds up what several calls answered. */
export function addFigures(one: ReplayFigures, other: ReplayFigures): ReplayFigures {
  const failures = new Map<string, ReplayFailure>();
  for (const failure of [...one.failures, ...other.failures]) {
    const key = `${failure.cause} ${failure.code}`;
    const known = failures.get(key);
    if (known === undefined && failures.size >= replayFailuresMax) continue;
    const sequences = (known?.sequences ?? 0) + failure.sequences;
    failures.set(key, { ...(known ?? failure), sequences, events: (known?.events ?? 0) + failure.events });
  }
  return {
    sequences: one.sequences + other.sequences,
    events: one.events + other.events,
    released: one.released + other.released,
    applied: one.applied + other.applied,
    stillParked: one.stillParked + other.stillParked,
    untried: one.untried + other.untried,
    commands: one.commands + other.commands,
    failures: [...failures.values()],
  };
}

/** The figures of sequences that were taken in hand: what was parked of them before, and what is now. */
export function figuresOf(
  before: readonly ParkedEvent[],
  after: readonly ParkedEvent[],
  more: { readonly untried?: number; readonly commands?: number } = {},
): ReplayFigures {
  const byId = (events: readonly ParkedEvent[]): Map<string, readonly ParkedEvent[]> =>
    Map.groupBy(events, ({ id }) => id);
  const still = byId(after);
  const stillSeqs = new Set(after.map(({ seq }) => seq));
  const ids = [...byId(before).keys()];
  const failures = [...still].flatMap(([id, events]): ReplayFailure[] => {
    const first = events.find(({ cause }) => cause !== 'behind');
    if (first === undefined) return [];
    const { cause, code, message, eventId } = first;
    return [{ cause, code, message, sequences: 1, events: events.length, id, eventId }];
  });
  const merged = failures.reduce((sum, failure) => addFigures(sum, { ...noReplay, failures: [failure] }), noReplay);
  return {
    sequences: ids.length,
    events: before.length,
    released: ids.filter((id) => !still.has(id)).length,
    applied: before.filter(({ seq }) => !stillSeqs.has(seq)).length,
    stillParked: after.length,
    untried: more.untried ?? 0,
    commands: more.commands ?? 0,
    failures: merged.failures,
  };
}

/** As many of the sequences as have at most `eventsMax` events together, at least one. */
export function cutToEvents(found: readonly ParkedSequence[], eventsMax: number): readonly ParkedSequence[] {
  let events = 0;
  const beyond = found.findIndex((sequence) => (events += sequence.events) > eventsMax);
  return beyond === -1 ? found : found.slice(0, Math.max(1, beyond));
}

/** Reads parked events from the log, in the order of their seqs. @throws IntegrityViolation where another event stands there */
export async function readParked(log: EventLog, parked: readonly ParkedEvent[]): Promise<readonly LoggedEvent[]> {
  const inOrder = [...parked].sort((one, other) => one.seq - other.seq);
  const events: LoggedEvent[] = [];
  for (let at = 0; at < inOrder.length;) {
    const first = inOrder[at] as ParkedEvent;
    let length = 1;
    while (inOrder[at + length]?.seq === first.seq + length) length += 1;
    const { context, partition } = first;
    const found = await log.read(context, partition, first.seq - 1, length);
    for (let index = 0; index < length; index += 1) {
      const { seq, eventId } = inOrder[at + index] as ParkedEvent;
      const event = found[index];
      if (event?.seq !== seq || event.id !== eventId) {
        throw new IntegrityViolation(context, partition, seq, `the parked event ${eventId} does not stand here`);
      }
      events.push(event);
    }
    at += length;
  }
  return events;
}
