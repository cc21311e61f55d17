import fc from 'fast-check';
import type { LoggedEvent } from '@faemban/event-sourcing';
import { RecentEvents, type ReadEvent } from './recent-events';

/** A partition of so many events, each of so many bytes, that counts how many were loaded. */
function partitionOf(length: () => number, bytes: number) {
  const loaded: number[] = [];
  const load = (afterSeq: number, limit: number): ReadEvent[] => {
    const count = Math.max(0, Math.min(limit, length() - afterSeq));
    return Array.from({ length: count }, (_, index) => {
      loaded.push(afterSeq + 1 + index);
      return { event: { seq: afterSeq + 1 + index } as LoggedEvent, bytes };
    });
  };
  return { load, loaded };
}

const seqsOf = (events: readonly LoggedEvent[]): number[] => events.map(({ seq }) => seq);

describe('recent events', () => {
  test('are loaded once for readers who follow each other', () => {
    const recent = new RecentEvents();
    const { load, loaded } = partitionOf(() => 100, 1000);
    for (const after of [0, 40, 80]) {
      const first = recent.read(1, after, 40, load);
      expect(recent.read(1, after, 40, load)[0]).toBe(first[0]);
    }
    expect(loaded).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    recent.clear();
  });

  test('are what the file has, whoever reads where, while it grows and room is scarce', () => {
    const reads = fc.record({ after: fc.nat(60), limit: fc.integer({ min: 1, max: 30 }), grow: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(reads, { maxLength: 60 }), fc.constantFrom(1, 50_000, 400_000), (asked, bytes) => {
        const recent = new RecentEvents();
        let length = 10;
        const { load } = partitionOf(() => length, bytes);
        for (const { after, limit, grow } of asked) {
          const expected = Array.from(
            { length: Math.max(0, Math.min(limit, length - after)) },
            (_, i) => after + 1 + i,
          );
          expect(seqsOf(recent.read(7, after, limit, load))).toEqual(expected);
          length += grow;
        }
        recent.clear();
      }),
      { seed: 20210301 },
    );
  });

  test('of one partition are not those of another', () => {
    const recent = new RecentEvents();
    const one = partitionOf(() => 3, 10);
    const other = partitionOf(() => 5, 10);
    expect(recent.read(1, 0, 10, one.load)).toHaveLength(3);
    expect(recent.read(2, 0, 10, other.load)).toHaveLength(5);
    expect(recent.read(1, 0, 10, one.load)).toHaveLength(3);
    recent.clear();
  });
});
