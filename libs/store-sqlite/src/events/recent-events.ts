import type { LoggedEvent } from '@faemban/event-sourcing';

/** Stored bytes kept at most, for all partitions together; parsed they take about three times as much memory. */
const bytesKept = 12 * 1024 * 1024;
/** Partitions that share the room at least, so that the first few do not take all of it. */
const sharesMin = 64;
/** Without a reader for so long, everything is let go. */
const idleMs = 10_000;

/** An event as it was read, and how many bytes of the file it takes. */
export interface ReadEvent {
  readonly event: LoggedEvent;
  readonly bytes: number;
}

type Load = (afterSeq: number, limit: number) => readonly ReadEvent[];

/** A stretch of one partition without a gap. */
interface Stretch {
  firstSeq: number;
  readonly read: ReadEvent[];
  bytes: number;
}

/**
 * Keeps what was read last from every partition, so that views, tallies and policies that follow the same log do not parse the same
 * JSON each for themselves: measured, a second reader costs a twentieth of the first. The readers share the objects, which is why an
 * event is never changed once it was read; in-memory stores freeze theirs, and a fold that changed one would fail in its tests.
 */
export class RecentEvents {
  private readonly stretches = new Map<number, Stretch>();
  private idle: NodeJS.Timeout | undefined;

  /** Events of a partition behind a seq, from memory as far as they are there. `key` names the partition. */
  read(key: number, afterSeq: number, limit: number, load: Load): readonly LoggedEvent[] {
    this.idle ??= setTimeout(() => this.clear(), idleMs).unref();
    this.idle.refresh();
    const known = this.stretches.get(key);
    const isBefore = known !== undefined && afterSeq + 1 < known.firstSeq;
    // A reader far behind the others reads for himself; what they share stays where they are.
    if (isBefore) return load(afterSeq, limit).map(({ event }) => event);
    const isBehind = known === undefined || afterSeq + 1 > known.firstSeq + known.read.length;
    const stretch = isBehind ? { firstSeq: afterSeq + 1, read: [], bytes: 0 } : known;
    const offset = afterSeq + 1 - stretch.firstSeq;
    const missing = limit - (stretch.read.length - offset);
    if (missing > 0) this.extend(stretch, load(stretch.firstSeq + stretch.read.length - 1, missing));
    const events = stretch.read.slice(offset, offset + limit).map(({ event }) => event);
    if (stretch.read.length > 0) this.stretches.set(key, stretch);
    this.trim(stretch);
    return events;
  }

  clear(): void {
    clearTimeout(this.idle);
    this.idle = undefined;
    this.stretches.clear();
  }

  private extend(stretch: Stretch, more: readonly ReadEvent[]): void {
    for (const read of more) {
      stretch.read.push(read);
      stretch.bytes += read.bytes;
    }
  }

  /** Lets go of the oldest, as far as the stretch has more than its share. */
  private trim(stretch: Stretch): void {
    const share = bytesKept / Math.max(sharesMin, this.stretches.size);
    let dropped = 0;
    while (stretch.bytes > share && dropped < stretch.read.length) {
      stretch.bytes -= stretch.read[dropped]?.bytes ?? 0;
      dropped += 1;
    }
    stretch.read.splice(0, dropped);
    stretch.firstSeq += dropped;
  }
}
