import type { LoggedEvent } from '@faemban/event-sourcing';

/** Bytes of bodies kept, about. */
const bytesMaxDefault = 48 * 1024 * 1024;

/** The events of the segments read last, which never change: consumers read the same stretch page by page, and one after the other. */
export class RecentSegments {
  private readonly segments = new Map<string, { readonly events: readonly LoggedEvent[]; readonly bytes: number }>();
  private bytes = 0;

  constructor(private readonly bytesMax = bytesMaxDefault) {}

  get(key: string): readonly LoggedEvent[] | undefined {
    const found = this.segments.get(key);
    if (found === undefined) return undefined;
    this.segments.delete(key);
    this.segments.set(key, found);
    return found.events;
  }

  set(key: string, events: readonly LoggedEvent[], bytes: number): void {
    if (this.segments.has(key)) return;
    this.segments.set(key, { events, bytes });
    this.bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.segments) {
      if (this.bytes <= this.bytesMax) break;
      this.segments.delete(oldest);
      this.bytes -= freed;
    }
  }
}
