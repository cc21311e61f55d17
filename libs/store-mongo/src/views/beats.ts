import type { mongo } from 'mongoose';
import { withDatabase } from '../failures';

/** How those who keep others waiting say that they are well. Times in milliseconds. */
export interface HoldTimes {
  /** How often a beat goes up. */
  readonly beatMs: number;
  /** Whose beat stands still for so long, by the watcher's own clock, counts as gone. */
  readonly leaseMs: number;
  /** Whoever is kept waiting longer is told that it goes on later. */
  readonly waitMs: number;
  /** How long a process may follow the generation that was in service last. */
  readonly followMs: number;
}

export const holdTimesDefault: HoldTimes = { beatMs: 1_000, leaseMs: 6_000, waitMs: 5_000, followMs: 1_000 };

/** How long at least a generation that went out of service is kept, since others follow the switch late. In milliseconds. */
export function keptMs({ followMs }: HoldTimes): number {
  return 1.5 * followMs;
}

/** A document with a beat. */
export interface Beating extends mongo.Document {
  readonly beat: number;
}

/** Raises the beat of a document until it is ended. A beat that cannot be written is missed: then the lease runs out. */
export function beatOn<Document extends Beating>(
  collection: mongo.Collection<Document>,
  filter: mongo.Filter<Document>,
  { beatMs }: HoldTimes,
): { end(): void } {
  const raise = { $inc: { beat: 1 } } as unknown as mongo.UpdateFilter<Document>;
  const timer = setInterval(() => {
    void withDatabase(() => collection.updateOne(filter, raise)).catch(() => undefined);
  }, beatMs).unref();
  return { end: () => clearInterval(timer) };
}

/** Watches beats of others, by this process's own clock. */
export class BeatWatch {
  private readonly seen = new Map<string, { readonly beat: number; readonly since: number }>();

  constructor(private readonly leaseMs: number) {}

  /** Whether a beat has stood still for the whole lease since this watch first saw it. */
  isGone(key: string, beat: number): boolean {
    const now = performance.now();
    const before = this.seen.get(key);
    if (before?.beat !== beat) {
      this.seen.set(key, { beat, since: now });
      return false;
    }
    return now - before.since >= this.leaseMs;
  }
}
