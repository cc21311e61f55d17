import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson } from '../integrity/canonical-json';
import { describeFailure } from '../classify';
import { IntegrityViolation, invariant } from '../errors';
import type { ParkedEvent, Put, ReplayStep, StoredSlices, TallyDifference } from '../ports';
import { DifferenceSum } from '../views/tally-differences';
import { putOf } from '../views/fold-batch';
import { identify, remembered, type InHand, type ViewReplay } from './in-hand';

const pageEvents = 2_000;

/** What a step changes, without where it is stored, and what was parked before of all that it takes. */
type Changes = Pick<ReplayStep, 'taken' | 'puts' | 'removals' | 'tallies' | 'parked'> & {
  readonly before: readonly ParkedEvent[];
};

/**
 * Folds some documents anew from the partition's first event to its checkpoint. Needed where it turned out only now of which document a
 * parked event is: later events of that document have been applied already, and order must not depend on that. What a tally had booked
 * of them is found by folding what had been applied, and taken back. Where the fold of today does not lead to what is stored, that is
 * not known: then everything stays, and says that the tally has to be rebuilt.
 */
export async function refold(view: ViewReplay, inHand: InHand): Promise<Changes> {
  const { folder, handle } = view;
  const { context } = inHand;
  const rows = await everyRow(view, inHand);
  const ids = new Set([...inHand.identified.map(({ id }) => id), ...[...rows.values()].map(({ id }) => id)]);
  const stored = await handle.slices([...ids]);
  const others = new Map<string, StoredSlices>();
  for (const [id, { [context]: _, ...slices }] of stored) if (Object.keys(slices).length > 0) others.set(id, slices);

  const now = new Fold(view, inHand, others);
  const before = new Fold(view, inHand, others);
  const unread = new Map<string, number[]>();
  await forEveryPage(view, inHand, async (events) => {
    const all = identify(folder, events, rows);
    for (const { event, failure } of all) {
      if (failure === undefined || rows.has(event.seq)) continue;
      unread.set(event.stream, [...(unread.get(event.stream) ?? []), event.seq]);
    }
    const identified = all.filter(({ id }) => ids.has(id));
    now.take(identified);
    if (folder.shape.measures !== undefined) before.take(identified.filter(({ event }) => !rows.has(event.seq)));
  });

  if (await wereApplied(view, inHand, unread)) return unchanged(rows, folder.shape.name);
  if (folder.shape.measures !== undefined && !before.leadsTo(stored)) return unchanged(rows, folder.shape.name);
  const tallies = new DifferenceSum();
  tallies.merge(now.booked());
  tallies.merge(before.booked().map(negated));
  const puts: Put[] = [...now.puts.values()];
  const removals: string[] = [];
  for (const id of stored.keys()) {
    if (now.puts.has(id)) continue;
    const slices = others.get(id);
    if (slices === undefined) removals.push(id);
    else puts.push(putOf(id, slices, folder.shape));
  }
  const parkedBefore = [...rows.values()];
  const taken = parkedBefore.map(({ id, seq }) => ({ id, seq }));
  return {
    before: parkedBefore,
    taken,
    puts,
    removals,
    tallies: tallies.differences(),
    parked: remembered(now.parked, rows),
  };
}

/** What is in hand, and what is parked of the same documents beyond that. */
async function everyRow(
  { handle }: ViewReplay,
  { context, partition, rows }: InHand,
): Promise<Map<number, ParkedEvent>> {
  const all = new Map(rows);
  for (const id of new Set([...rows.values()].map((row) => row.id))) {
    for (const row of await handle.parkedOf({ context, partition, id }, Number.MAX_SAFE_INTEGER)) all.set(row.seq, row);
  }
  return all;
}

/** Whether an event that cannot be read now had been applied before: of which document it is cannot be told, so none is folded without it. */
async function wereApplied(
  { handle }: ViewReplay,
  { context, partition }: InHand,
  unread: ReadonlyMap<string, readonly number[]>,
): Promise<boolean> {
  for (const [id, seqs] of unread) {
    const parked = await handle.parkedOf({ context, partition, id }, Number.MAX_SAFE_INTEGER);
    const parkedSeqs = new Set(parked.map(({ seq }) => seq));
    if (!seqs.every((seq) => parkedSeqs.has(seq))) return true;
  }
  return false;
}

async function forEveryPage(
  { log }: ViewReplay,
  { context, partition, atSeq }: InHand,
  take: (events: Awaited<ReturnType<typeof log.read>>) => Promise<void>,
): Promise<void> {
  for (let after = 0; after < atSeq;) {
    const events = await log.read(context, partition, after, Math.min(pageEvents, atSeq - after));
    if (events.length === 0) throw new IntegrityViolation(context, partition, after + 1, 'the event is missing');
    await take(events);
    after += events.length;
    await nextTurn();
  }
}

/** One fold of some documents through a partition, page by page. */
class Fold {
  readonly puts = new Map<string, Put>();
  readonly parked: ParkedEvent[] = [];
  private readonly stored: Map<string, StoredSlices>;
  private readonly parkedIds = new Set<string>();
  private readonly sum = new DifferenceSum();

  constructor(
    private readonly view: ViewReplay,
    private readonly inHand: InHand,
    private readonly others: ReadonlyMap<string, StoredSlices>,
  ) {
    this.stored = new Map(others);
  }

  take(identified: InHand['identified']): void {
    const { stored, parkedIds } = this;
    const { context } = this.inHand;
    const parkedAt = this.view.now();
    const folded = this.view.folder.fold({ context, identified, stored, parkedIds, parkedAt, counting: this.sum });
    for (const put of folded.puts) {
      this.puts.set(put.id, put);
      stored.set(put.id, put.slices);
    }
    for (const id of folded.removals) {
      this.puts.delete(id);
      stored.delete(id);
    }
    for (const one of folded.parked) {
      this.parked.push(one);
      parkedIds.add(one.id);
    }
  }

  booked(): readonly TallyDifference[] {
    return this.sum.differences();
  }

  /** Whether this fold comes to the same slices. */
  leadsTo(slices: ReadonlyMap<string, StoredSlices>): boolean {
    const text = (all: ReadonlyMap<string, StoredSlices>): string =>
      canonicalJson(Object.fromEntries([...all].sort(([one], [other]) => (one < other ? -1 : 1))));
    return this.parked.length === 0 && text(this.stored) === text(slices);
  }
}

const negated = ({ add, ...rest }: TallyDifference): TallyDifference => ({
  ...rest,
  add: new Map([...add].map(([measure, amount]) => [measure, -amount])),
});

function unchanged(rows: ReadonlyMap<number, ParkedEvent>, name: string): Changes {
  const message = describeFailure(
    new Error(
      `This programme does not lead to what ${name} has of this household: replay with one that does, or rebuild ${name}.`,
    ),
  );
  const all = [...rows.values()];
  const heads = new Map<string, number>();
  for (const { id, seq } of all) heads.set(id, Math.min(seq, heads.get(id) ?? seq));
  const parked = all.map((row) =>
    heads.get(row.id) === row.seq
      ? { ...row, cause: 'poison', code: 'needs-rebuild', message, attempts: row.attempts + 1 }
      : row,
  );
  invariant(parked.length > 0, 'something was parked');
  return { before: all, taken: all.map(({ id, seq }) => ({ id, seq })), puts: [], removals: [], tallies: [], parked };
}
