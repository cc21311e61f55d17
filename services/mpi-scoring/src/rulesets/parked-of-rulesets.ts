import type { ParkedCause, ParkedEvents, ParkedSequence } from '@faemban/event-sourcing';

/** What is parked of several policies, told as if it were of one. */
export function parkedOfAll(open: () => Promise<readonly ParkedEvents[]>): ParkedEvents {
  const each = async <Part>(ask: (one: ParkedEvents) => Promise<Part>): Promise<readonly Part[]> =>
    Promise.all((await open()).map(ask));
  return {
    async parked(limit) {
      const pages = await each((one) => one.parked(limit));
      const events = pages.flatMap((page) => page.events);
      return {
        total: pages.reduce((sum, { total }) => sum + total, 0),
        oldestAt: pages.flatMap(({ oldestAt }) => oldestAt ?? []).sort()[0] ?? null,
        events: events
          .sort((one, other) => compare(one.parkedAt, other.parkedAt) || one.seq - other.seq)
          .slice(0, limit),
      };
    },
    async parkedSequences(find) {
      const sequences = (await each((one) => one.parkedSequences(find))).flat();
      return sequences.sort(byKey).slice(0, find.limit);
    },
    parkedOf: async (sequence, limit) => (await each((one) => one.parkedOf(sequence, limit))).flat().slice(0, limit),
    async parkedCauses() {
      const causes = new Map<string, ParkedCause>();
      for (const found of (await each((one) => one.parkedCauses())).flat()) {
        const key = `${found.cause} ${found.code}`;
        const known = causes.get(key);
        causes.set(key, known === undefined ? found : together(known, found));
      }
      return [...causes.values()];
    },
  };
}

function together(one: ParkedCause, other: ParkedCause): ParkedCause {
  return {
    ...one,
    sequences: one.sequences + other.sequences,
    events: one.events + other.events,
    oldestAt: one.oldestAt < other.oldestAt ? one.oldestAt : other.oldestAt,
  };
}

function byKey(one: ParkedSequence, other: ParkedSequence): number {
  return compare(one.context, other.context) || compare(one.id, other.id) || one.partition - other.partition;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
