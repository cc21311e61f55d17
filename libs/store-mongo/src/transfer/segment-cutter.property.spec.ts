import { eventsOfSegment, IntegrityViolation, type StoredEvent } from '@faemban/event-sourcing';
import fc from 'fast-check';
import { aForeignLog, type ForeignRecord, type TestForeignLog } from '../testing/foreign-log';
import { SegmentCutter, type SegmentLimits, type Stretch } from './segment-cutter';

const aRecord = fc.record<ForeignRecord>({
  stream: fc.integer({ min: 1, max: 4 }),
  events: fc.integer({ min: 1, max: 4 }),
  laterMs: fc.constantFrom(0, 0, 1, 7),
});
const someRecords = fc.array(aRecord, { minLength: 1, maxLength: 30 });
const someLimits = fc.record<SegmentLimits>({
  commitsMax: fc.integer({ min: 1, max: 5 }),
  bytesMax: fc.constantFrom(1, 100, 10_000),
});

function cut(log: TestForeignLog, partition: number, limits?: SegmentLimits, after?: Stretch): readonly Stretch[] {
  const place = { context: 'ingestion', partition, epoch: 1, after: after?.segment } as const;
  const cutter = new SegmentCutter(place, limits);
  const events = (log.partitions[partition] ?? []).slice(after?.segment.lastSeq ?? 0);
  return [...events.flatMap((event) => cutter.take(event, log.remembered.get(event.commandId))), ...cutter.end()];
}

const placesOf = (events: readonly Omit<StoredEvent, 'body'>[]) =>
  events.map(({ id, stream, version, seq, recordedAt, contentHash, chainHash, commandId }) =>
    [id, stream, version, seq, recordedAt, contentHash, chainHash, commandId].join(' '),
  );

const readBack = (stretches: readonly Stretch[]) =>
  stretches.flatMap(({ segment, commits }) => eventsOfSegment(segment, commits));

describe('a log that is cut into segments', () => {
  test('reads back as the same events at the same places, under the same hashes and with the same bytes', () => {
    fc.assert(
      fc.property(someRecords, someLimits, (records, limits) => {
        const log = aForeignLog(records);
        for (const [partition, events] of log.partitions.entries()) {
          const stretches = cut(log, partition, limits);
          expect(placesOf(readBack(stretches))).toEqual(placesOf(events));
          const bodies = stretches.flatMap(({ commits }) =>
            commits.flatMap((one) => one.events.map(({ body }) => body)),
          );
          expect(bodies).toEqual(events.map(({ body }) => body));
        }
      }),
    );
  });

  test('has every command once, as one commit with its digest, and segments that follow on each other', () => {
    fc.assert(
      fc.property(someRecords, someLimits, (records, limits) => {
        const log = aForeignLog(records);
        const all = log.partitions.map((_, partition) => cut(log, partition, limits));
        const commits = all.flat().flatMap((stretch) => stretch.commits);
        expect(commits.map(({ commandId, commandDigest }) => [commandId, commandDigest]).sort()).toEqual(
          [...log.remembered.values()].map(({ commandId, digest }) => [commandId, digest]).sort(),
        );
        for (const stretches of all) {
          for (const [index, { segment, commits: named }] of stretches.entries()) {
            const before = stretches[index - 1]?.segment;
            expect(segment.firstSeq).toBe((before?.lastSeq ?? 0) + 1);
            if (before !== undefined) expect(segment.prevHash).toBe(before.hash);
            expect(readBack([{ segment, commits: named }]).at(-1)?.chainHash).toBe(segment.hash);
            expect(named.length).toBeLessThanOrEqual(limits.commitsMax);
          }
        }
      }),
    );
  });

  test('goes on behind any of its segments with the same events', () => {
    fc.assert(
      fc.property(someRecords, someLimits, fc.nat(), (records, limits, at) => {
        const log = aForeignLog(records, 1);
        const stretches = cut(log, 0, limits);
        const index = at % stretches.length;
        const rest = cut(log, 0, limits, stretches[index]);
        const whole = [...stretches.slice(0, index + 1), ...rest];
        expect(placesOf(readBack(whole))).toEqual(placesOf(log.partitions[0] ?? []));
      }),
    );
  });

  test('is refused wherever two events have changed places', () => {
    fc.assert(
      fc.property(someRecords, fc.nat(), fc.nat(), (records, one, other) => {
        const log = aForeignLog(records, 1);
        const events = log.partitions[0] ?? [];
        const [a, b] = [one % events.length, other % events.length];
        fc.pre(a !== b);
        const [first, second] = [events[a], events[b]] as [StoredEvent, StoredEvent];
        events[a] = { ...second, seq: first.seq };
        events[b] = { ...first, seq: second.seq };
        expect(() => cut(log, 0)).toThrow(IntegrityViolation);
      }),
    );
  });
});

describe('an event that does not fit', () => {
  const records: readonly ForeignRecord[] = [
    { stream: 1, events: 3, laterMs: 0 },
    { stream: 2, events: 2, laterMs: 1 },
  ];
  const spoilt = (spoil: (log: TestForeignLog, events: StoredEvent[]) => void) => () => {
    const log = aForeignLog(records, 1);
    spoil(log, log.partitions[0] as StoredEvent[]);
    return cut(log, 0);
  };
  const replaced = (index: number, change: Partial<StoredEvent>) =>
    spoilt((_, events) => {
      events[index] = { ...(events[index] as StoredEvent), ...change };
    });

  test.each<[string, () => unknown, RegExp]>([
    [
      'is named where it is missing',
      spoilt((_, events) => events.splice(1, 1)),
      /0@3: the event with seq 2 is missing/,
    ],
    ['is named where the end of its command is missing', spoilt((_, events) => events.pop()), /0@4: the events of its/],
    ['is named where its command is unknown', spoilt((log) => log.remembered.clear()), /0@1: nothing is remembered/],
    [
      'is named where it is recorded at another time',
      replaced(1, { recordedAt: '2030-01-01T00:00:00.000Z' }),
      /0@2: it differs/,
    ],
    ['is named where another area stands in it', replaced(2, { area: '8401' }), /0@3: it differs/],
    ['is named where its version does not follow', replaced(1, { version: 7 }), /0@2: it does not follow/],
  ])('%s', (_, work, sentence) => {
    expect(work).toThrow(sentence);
  });
});
