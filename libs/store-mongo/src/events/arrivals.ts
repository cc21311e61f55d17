import { OutcomeUnknown, type Segment } from '@faemban/event-sourcing';
import { placesIn, type CommitPlace } from './commit-places';

interface Waiting {
  readonly partition: number;
  readonly since: number;
  readonly resolve: (place: CommitPlace) => void;
  readonly reject: (error: Error) => void;
}

/** Who waits for a commit's place in the log, in this process. */
export class Arrivals {
  private readonly waiting = new Map<string, Waiting[]>();

  /** Resolves when somebody saw the commit in a segment. */
  place(commandId: string, partition: number): Promise<CommitPlace> {
    return new Promise((resolve, reject) => {
      const others = this.waiting.get(commandId) ?? [];
      this.waiting.set(commandId, [...others, { partition, since: performance.now(), resolve, reject }]);
    });
  }

  /** Commands that somebody has waited for at least so long. */
  waitingFor(atLeastMs = 0): readonly { readonly commandId: string; readonly partition: number }[] {
    const now = performance.now();
    return [...this.waiting].flatMap(([commandId, [first]]) => {
      return first !== undefined && now - first.since >= atLeastMs ? [{ commandId, partition: first.partition }] : [];
    });
  }

  sawSegment(segment: Segment): void {
    if (this.waiting.size > 0) this.saw(placesIn(segment));
  }

  saw(places: ReadonlyMap<string, CommitPlace>): void {
    for (const [commandId, place] of places) {
      for (const { resolve } of this.waiting.get(commandId) ?? []) resolve(place);
      this.waiting.delete(commandId);
    }
  }

  /** Whoever waits longer than this is told that the place is not known; the commit is there, and its command may be sent again. */
  giveUp(afterMs: number, cause: unknown): void {
    for (const { commandId } of this.waitingFor(afterMs)) {
      for (const { reject } of this.waiting.get(commandId) ?? []) reject(new OutcomeUnknown(commandId, { cause }));
      this.waiting.delete(commandId);
    }
  }
}
