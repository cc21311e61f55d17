import { setImmediate as nextTurn } from 'node:timers/promises';
import { vectorKey, type ParkedEvent, type ReplayStep } from '../ports';
import { remembered, takeInHand, type InHand, type ViewReplay } from './in-hand';
import type { ParkedSequence } from './parked';
import { refold } from './refold';
import {
  addFigures,
  cutToEvents,
  figuresOf,
  noReplay,
  replayEventsMaxDefault,
  type ReplayFigures,
  type ReplayOutcome,
  type ReplayRequest,
} from './replay';

/** Sequences looked at in one call, at most. */
const sequencesMax = 200;

/** A step, and what was parked before of all that it takes. */
interface Planned {
  readonly step: ReplayStep;
  readonly before: readonly ParkedEvent[];
  /** Parked events put first in the place of those before them; they were not tried. */
  readonly heads: readonly ParkedEvent[];
}

/**
 * Replays parked events, only ever called by those who write the view's partitions, between their batches: what is parked of a document
 * is applied in order, before anything later. Each partition's part is one step, stored or not at all. An event that fails again stays
 * parked with what is said of it now, and those behind it stay behind it. The rows are those of a fold of the whole log.
 */
export async function replayView(view: ViewReplay, request: ReplayRequest): Promise<ReplayOutcome> {
  const { handle } = view;
  const { select, after, isDryRun, eventsMax = replayEventsMaxDefault } = request;
  const from = after === undefined ? {} : { after };
  const found = await handle.parkedSequences({ ...select, limit: sequencesMax, ...from });
  const chosen = cutToEvents(found, eventsMax);
  let figures: ReplayFigures = noReplay;
  for (const sequences of byPartition(chosen)) {
    const partition = sequences[0]?.partition ?? 0;
    const epoch = isDryRun ? 0 : await view.epochFor(partition);
    const inHand = await takeInHand(view, sequences, eventsMax);
    const { step, before, heads } = await planned(view, inHand, epoch);
    if (!isDryRun) await handle.replay(step);
    const untriedSeqs = new Set(heads.map(({ seq }) => seq));
    const still = step.parked.filter(({ seq }) => !untriedSeqs.has(seq));
    const taken = figuresOf(before, still, { untried: isDryRun && !inHand.isMoved ? inHand.untried : 0 });
    const [only] = sequences;
    if (!isDryRun && sequences.length === 1 && heads.some(({ id }) => id === only?.id)) {
      // The same sequence is gone on with, and counted when it ends.
      return { ...addFigures(figures, { ...taken, sequences: 0, released: 0 }), ...nextOf(after), isEnd: false };
    }
    figures = addFigures(figures, taken);
    await nextTurn();
  }
  const isEnd = found.length < sequencesMax && chosen.length === found.length;
  return { ...figures, ...nextOf(chosen.at(-1) ?? after), isEnd };
}

function nextOf(key: ReplayRequest['after']): Pick<ReplayOutcome, 'next'> {
  if (key === undefined) return {};
  const { context, id, partition } = key;
  return { next: { context, id, partition } };
}

function byPartition(sequences: readonly ParkedSequence[]): readonly (readonly ParkedSequence[])[] {
  return [...Map.groupBy(sequences, ({ context, partition }) => vectorKey(context, partition)).values()];
}

async function planned(view: ViewReplay, inHand: InHand, epoch: number): Promise<Planned> {
  const { context, partition, atSeq, rows, identified, leftover } = inHand;
  const at = { context, partition, atSeq, epoch };
  if (inHand.isMoved) {
    const { before, ...changes } = await refold(view, inHand);
    return { step: { ...at, ...changes }, before, heads: [] };
  }
  const ids = [...new Set(identified.map(({ id }) => id))];
  const stored = await view.handle.slices(ids);
  const folded = view.folder.fold({ context, identified, stored, parkedIds: new Set(), parkedAt: view.now() });
  const parked = remembered(folded.parked, rows);
  const stuck = new Set(parked.map(({ id }) => id));
  const heads = leftover.filter(({ id }) => !stuck.has(id));
  const before = [...rows.values()];
  const taken = [...before, ...heads].map(({ id, seq }) => ({ id, seq }));
  return { step: { ...at, ...folded, taken, parked: [...parked, ...heads] }, before, heads };
}
