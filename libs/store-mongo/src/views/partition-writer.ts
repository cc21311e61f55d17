import { CheckpointFenced, vectorKey, type ViewBatch } from '@faemban/event-sourcing';
import { withDatabase } from '../failures';
import type { Intended, IntentLane, LaneEnd } from '../intents/intent-lane';

/** What a partition's writer asks of the view it writes. */
export interface WrittenView {
  readonly name: string;
  readonly epoch: (n: number) => number;
  /** Waits while somebody else holds all writers off. */
  whenFree(): Promise<void>;
  isHeld(): Promise<boolean>;
  /** Where one writer may write the whole view: becomes it, or makes sure of being it. */
  claim(): Promise<void>;
  mustBeMine(): Promise<void>;
  /** Looks which pinned moments are read. */
  lookAtPins(): Promise<void>;
}

/** What is applied at once, before it is written down. */
export interface Wanted extends Pick<ViewBatch, 'context' | 'epoch'> {
  readonly kind: 'batch' | 'replay';
  /** Where the partition must stand. */
  readonly atSeq: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Read once the partition stands where it must, so that it is told what is the case. */
  readonly content: () => Promise<string>;
}

/**
 * Writes one partition of one generation, one thing after the other, and remembers where it ended. Behind a write that failed this is not
 * known, and nothing is written until the partition is taken again: what that write had begun is finished by then, before anybody folds.
 */
export class PartitionWriter {
  private known: LaneEnd | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly view: WrittenView,
    private readonly lane: IntentLane,
  ) {}

  /** Takes the partition: finishes what another began, and fences it. Answers the new epoch. */
  take(): Promise<number> {
    return this.inTurn(async () => {
      this.known = undefined;
      for (;;) {
        await this.view.whenFree();
        await this.view.claim();
        await this.view.lookAtPins();
        const taken = await this.lane.take(await this.lane.end(), this.view.epoch);
        if (taken === undefined) continue;
        // Whoever holds the writers off looks which partitions are taken after saying so; one of both is seen.
        if (await this.view.isHeld()) continue;
        await this.view.lookAtPins();
        this.known = taken;
        return taken.epoch;
      }
    });
  }

  /** @throws CheckpointFenced where the partition must be taken again, or does not stand where it must; then nothing has changed */
  write(wanted: Wanted): Promise<void> {
    return this.inTurn(async () => {
      const { context, kind, epoch, atSeq, fromSeq, toSeq } = wanted;
      const { partition } = this.lane;
      const where = `${this.view.name} ${vectorKey(context, partition)}`;
      await this.view.mustBeMine();
      const end = this.known;
      // What is wanted was folded from rows that may lack what the last intent changes, also where it says the same checkpoint.
      if (end === undefined) throw new CheckpointFenced(`${where}: how the last write ended is not known.`);
      if (end.epoch !== epoch) throw new CheckpointFenced(`${where}: epoch ${epoch} was overtaken.`);
      const stands = end.seqs[context] ?? 0;
      if (stands !== atSeq) throw new CheckpointFenced(`${where}: the checkpoint is ${stands}, not ${atSeq}.`);
      const content = await wanted.content();
      const intended: Intended = {
        kind,
        epoch: () => epoch,
        seqs: { ...end.seqs, [context]: toSeq },
        applies: { context, fromSeq, toSeq },
        content,
      };
      this.known = undefined;
      const after = await this.lane.add(end, intended);
      if (after === undefined) throw new CheckpointFenced(`${where}: epoch ${epoch} was overtaken.`);
      this.known = after;
    });
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.turn.then(() => withDatabase(work));
    this.turn = done.catch(() => undefined);
    return done;
  }
}
