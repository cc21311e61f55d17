import { asError } from '../classify';
import { failed } from '../parking/failure-code';
import type { ParkedSequence } from '../parking/parked';
import {
  addFigures,
  cutToEvents,
  figuresOf,
  noReplay,
  readParked,
  replayEventsMaxDefault,
  type ReplayFigures,
  type ReplayOutcome,
  type ReplayRequest,
} from '../parking/replay';
import type { EventLog, LoggedEvent, LogPlace, ParkedEvent, PolicyHandle, Refusal } from '../ports';
import type { PolicyCommand } from './define-policy';

/** Streams looked at in one call, at most. */
const sequencesMax = 200;

/** An event in hand. Once `isDone`, its refusals or its parking go into the step that moves on. */
export interface PolicyInHand {
  readonly event: LoggedEvent;
  readonly commands: readonly PolicyCommand[];
  /** What `react` threw. */
  readonly failure?: unknown;
  isDone: boolean;
  refusals: Refusal[];
  parked?: ParkedEvent;
}

/** What replaying a policy's parked events needs: `take` reacts, `work` gives the commands; what `work` throws concerns all. */
export interface PolicyReplay {
  readonly handle: PolicyHandle;
  readonly log: EventLog;
  readonly take: (event: LoggedEvent) => PolicyInHand;
  readonly work: (inHand: PolicyInHand) => Promise<void>;
}

/**
 * Replays what a policy has parked: each stream's events in order, several streams at once. Commands go out under the ids they would
 * have had, so that one that had been accepted is not given twice, whenever the replay was cut off. A dry run reacts and gives nothing.
 */
export async function replayPolicy(policy: PolicyReplay, request: ReplayRequest): Promise<ReplayOutcome> {
  const { select, after, isDryRun, eventsMax = replayEventsMaxDefault } = request;
  const from = after === undefined ? {} : { after };
  const found = await policy.handle.parkedSequences({ ...select, limit: sequencesMax, ...from });
  const chosen = cutToEvents(found, eventsMax);
  const settled = await Promise.allSettled(
    chosen.map((sequence) => replayStream(policy, sequence, { isDryRun, eventsMax })),
  );
  let figures: ReplayFigures = noReplay;
  let isCut = false;
  for (const result of settled) {
    if (result.status === 'rejected') throw asError(result.reason);
    figures = addFigures(figures, result.value.figures);
    isCut ||= result.value.isCut;
  }
  if (isCut) return { ...figures, ...(after === undefined ? {} : { next: after }), isEnd: false };
  const last = chosen.at(-1);
  const next = last === undefined ? after : { context: last.context, id: last.id, partition: last.partition };
  const isEnd = found.length < sequencesMax && chosen.length === found.length;
  return { ...figures, ...(next === undefined ? {} : { next }), isEnd };
}

async function replayStream(
  { handle, log, take, work }: PolicyReplay,
  sequence: ParkedSequence,
  { isDryRun, eventsMax }: { readonly isDryRun: boolean; readonly eventsMax: number },
): Promise<{ readonly figures: ReplayFigures; readonly isCut: boolean }> {
  const some = await handle.parkedOf(sequence, eventsMax + 1);
  const rows = some.slice(0, eventsMax);
  const behindThem = some[eventsMax];
  const events = await readParked(log, rows);
  const done: PolicyInHand[] = [];
  let commands = 0;
  let failure: unknown;
  let stuck: PolicyInHand | undefined;
  for (const event of events) {
    const inHand = take(event);
    try {
      if (!isDryRun) await work(inHand);
      else if (inHand.failure !== undefined) inHand.parked = unworkable(inHand.event, rows, inHand.failure);
    } catch (error) {
      failure = error;
      break;
    }
    if (inHand.parked !== undefined) {
      stuck = inHand;
      break;
    }
    commands += inHand.commands.length;
    done.push(inHand);
  }
  const doneSeqs = new Set(done.map(({ event }) => event.seq));
  const still = rows.filter(({ seq }) => !doneSeqs.has(seq)).map((row) => toldOf(row, stuck?.parked));
  const isCut = !isDryRun && failure === undefined && stuck === undefined && behindThem !== undefined;
  // Where replaying goes on in the middle of a stream, its next event says why the stream had been parked.
  const head = isCut && rows[0] !== undefined ? [{ ...behindThem, ...reasonOf(rows[0]), attempts: 0 }] : [];
  const changed = [...still.filter(({ seq }) => seq === stuck?.event.seq), ...head];
  const taken = [...rows.filter(({ seq }) => doneSeqs.has(seq)), ...changed].map(({ id, seq }) => ({ id, seq }));
  const refusals = done.flatMap((inHand) => inHand.refusals);
  if (!isDryRun && taken.length > 0) {
    await handle.release({ partition: sequence.partition, taken, refusals, parked: changed });
  }
  if (failure !== undefined) throw asError(failure);
  const untried = isDryRun && stuck === undefined ? sequence.events - rows.length : 0;
  const figures = figuresOf(rows, still, { untried, commands });
  return { figures: isCut ? { ...figures, sequences: 0, released: 0 } : figures, isCut };
}

function toldOf(row: ParkedEvent, stuck: ParkedEvent | undefined): ParkedEvent {
  if (row.seq !== stuck?.seq) return row;
  return { ...row, ...reasonOf(stuck), attempts: row.attempts + 1 };
}

function reasonOf({ cause, code, message }: ParkedEvent): Pick<ParkedEvent, 'cause' | 'code' | 'message'> {
  return { cause, code, message };
}

function unworkable({ seq }: LogPlace, rows: readonly ParkedEvent[], failure: unknown): ParkedEvent | undefined {
  const row = rows.find((one) => one.seq === seq);
  return row === undefined ? undefined : { ...row, ...failed(failure) };
}
