import { CommandIdReused, EventTooLarge, PartitionMismatch, WrongExpectedVersion } from '../errors';
import type { RecordedEvent } from '../events';
import { contentHashOf, serializeData } from '../integrity/hashing';
import { commandBytesMax, eventBytesMax, type EventStore } from '../ports';
import { commandContext } from './command-context';
import { anAppend, openedForEachTest, readAll, type EventsFactory } from './event-suite';

/** The behaviour of every {@link EventStore}: run it on each adapter. `streams` are appended at once. Registers jest tests. */
export function eventStoreSuite(factory: EventsFactory, { streams = 1000 }: { readonly streams?: number } = {}): void {
  const opened = openedForEachTest(factory);
  const store = (): EventStore => opened.events().store('ingestion');
  const collect = async (events: AsyncIterable<RecordedEvent>): Promise<RecordedEvent[]> => {
    const all: RecordedEvent[] = [];
    for await (const event of events) all.push(event);
    return all;
  };
  const logged = () => readAll(opened.events().log, 'ingestion');

  describe('appending to a stream', () => {
    test('gives the events back in version order, as they were given', async () => {
      const first = anAppend({ values: [{ th: 'บ้าน', n: 0.1 }, null, [true, 'x']] });
      const appended = await store().append(first);
      expect(appended).toMatchObject({ stream: first.stream, firstVersion: 1, lastVersion: 3, repeated: false });
      expect(appended.eventIds).toHaveLength(3);

      const events = await store().load(first.stream);
      expect(events.map(({ data }) => data)).toEqual(first.events.map(({ data }) => data));
      expect(events.map(({ version }) => version)).toEqual([1, 2, 3]);
      expect(events.map(({ id }) => id)).toEqual(appended.eventIds);
    });

    test('keeps the whole envelope and a content hash that can be computed again', async () => {
      const context = commandContext({
        causationId: 'a-cause',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        actor: { accountId: 'malee', office: 'sec-p', role: 'DIR-P', onBehalfOf: 'governor', channel: 'offline' },
      });
      const corrects = '0198b2d0-7c01-7000-8000-0000000000ff';
      const append = anAppend({
        context,
        events: [{ type: 'HouseholdNoted', data: { value: 1 }, subjects: ['someone', 'another'], corrects }],
        schemaVersions: { HouseholdNoted: 3 },
      });
      await store().append(append);
      const [event] = await store().load(append.stream);
      expect(event).toMatchObject({
        ...context,
        type: 'HouseholdNoted',
        context: 'ingestion',
        schemaVersion: 3,
        stream: append.stream,
        version: 1,
        subjects: ['someone', 'another'],
        corrects,
        recordedAt: '2021-03-01T02:00:00.000Z',
      });
      expect(event?.contentHash).toBe(event && contentHashOf(event, serializeData(event.data)));
    });

    test('leaves out of the envelope what was not given, and takes the household as subject', async () => {
      const append = anAppend();
      await store().append(append);
      const [event] = await store().load(append.stream);
      expect(Object.keys(event ?? {})).not.toEqual(expect.arrayContaining(['causationId']));
      expect(event?.subjects).toEqual([append.partitionOf]);
      expect(event?.actor).not.toHaveProperty('onBehalfOf');
    });

    test('reads a range of versions, and nothing of an unknown stream', async () => {
      const append = anAppend({ values: [1, 2, 3, 4, 5] });
      await store().append(append);
      const versions = async (range?: { fromVersion?: number; toVersion?: number }) =>
        (await collect(store().read(append.stream, range))).map(({ version }) => version);
      expect(await versions()).toEqual([1, 2, 3, 4, 5]);
      expect(await versions({ fromVersion: 2, toVersion: 4 })).toEqual([2, 3, 4]);
      expect(await versions({ fromVersion: 6 })).toEqual([]);
      expect(await collect(store().read('household-unknown'))).toEqual([]);
      expect(await store().load('household-unknown')).toEqual([]);
    });

    test('reads streams longer than any page', async () => {
      const append = anAppend({ values: Array.from({ length: 1500 }, (_, index) => index) });
      await store().append(append);
      expect((await collect(store().read(append.stream))).map(({ version }) => version)).toEqual(
        Array.from({ length: 1500 }, (_, index) => index + 1),
      );
      expect(await store().load(append.stream)).toHaveLength(1500);
    });

    test('keeps contexts apart, also under one stream name and one command id', async () => {
      const append = anAppend();
      await store().append(append);
      const other = opened.events().store('mpi-scoring');
      expect(await other.load(append.stream)).toEqual([]);
      expect(await other.outcomeOf(append.context.commandId)).toBeUndefined();
      expect(await other.append(append)).toMatchObject({ firstVersion: 1, lastSeq: 1, repeated: false });
    });
  });

  describe('the expected version', () => {
    test('must be the version of the stream; nothing is stored otherwise', async () => {
      const append = anAppend({ values: [1, 2] });
      await store().append(append);
      const again = (expectedVersion: number | 'none' | 'any') =>
        anAppend({ stream: append.stream, partitionOf: append.partitionOf, expectedVersion });

      await expect(store().append(again('none'))).rejects.toMatchObject({ expected: 'none', actual: 2 });
      await expect(store().append(again(1))).rejects.toBeInstanceOf(WrongExpectedVersion);
      await expect(store().append(again(3))).rejects.toBeInstanceOf(WrongExpectedVersion);
      expect(await logged()).toHaveLength(2);

      expect(await store().append(again(2))).toMatchObject({ firstVersion: 3 });
      expect(await store().append(again('any'))).toMatchObject({ firstVersion: 4 });
      expect(await store().append(anAppend({ expectedVersion: 'any' }))).toMatchObject({ firstVersion: 1 });
    });

    test('of a stream that does not exist is none', async () => {
      await expect(store().append(anAppend({ expectedVersion: 1 }))).rejects.toMatchObject({ actual: 0 });
      expect(await store().append(anAppend({ expectedVersion: 0 }))).toMatchObject({ firstVersion: 1 });
    });

    test('lets one of two writers through who come at once', async () => {
      const one = anAppend();
      const other = anAppend({ stream: one.stream, partitionOf: one.partitionOf });
      const results = await Promise.allSettled([store().append(one), store().append(other)]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await store().load(one.stream)).toHaveLength(1);
    });
  });

  describe('repeating a command', () => {
    test('gives the recorded outcome and stores nothing', async () => {
      const append = anAppend({ values: [1, 2] });
      const appended = await store().append(append);
      const later = { ...append, expectedVersion: 2, events: [{ type: 'HouseholdNoted', data: { value: 'other' } }] };
      expect(await store().append(append)).toEqual({ ...appended, repeated: true });
      expect(await store().append(later)).toEqual({ ...appended, repeated: true });
      expect(await logged()).toHaveLength(2);
    });

    test('that comes several times at once records it once', async () => {
      const append = anAppend();
      const outcomes = await Promise.all([1, 2, 3].map(() => store().append(append)));
      expect(outcomes.map(({ repeated }) => repeated).sort()).toEqual([false, true, true]);
      expect(new Set(outcomes.map(({ lastSeq }) => lastSeq)).size).toBe(1);
      expect(await logged()).toHaveLength(1);
    });

    test('under another digest is refused', async () => {
      const append = anAppend();
      await store().append(append);
      const other = { ...anAppend(), context: append.context, commandDigest: 'f'.repeat(64) };
      await expect(store().append(other)).rejects.toBeInstanceOf(CommandIdReused);
      expect(await logged()).toHaveLength(1);
    });

    test('that was refused may be tried again', async () => {
      const append = anAppend({ expectedVersion: 7 });
      await expect(store().append(append)).rejects.toBeInstanceOf(WrongExpectedVersion);
      expect(await store().outcomeOf(append.context.commandId)).toBeUndefined();
      expect(await store().append({ ...append, expectedVersion: 'none' })).toMatchObject({ repeated: false });
    });

    test('tells what became of an accepted command, with its digest', async () => {
      const append = anAppend();
      const appended = await store().append(append);
      expect(await store().outcomeOf(append.context.commandId)).toMatchObject({
        ...appended,
        repeated: expect.any(Boolean) as boolean,
        commandDigest: append.commandDigest,
      });
      expect(await store().outcomeOf('never-seen')).toBeUndefined();
    });
  });

  describe('limits', () => {
    const ofBytes = (bytes: number) => 'x'.repeat(bytes - '{"value":""}'.length);

    test('take an event of exactly the largest size and refuse one byte more', async () => {
      expect(await store().append(anAppend({ values: [ofBytes(eventBytesMax)] }))).toMatchObject({ lastVersion: 1 });
      const tooLarge = anAppend({ values: [1, ofBytes(eventBytesMax + 1)] });
      await expect(store().append(tooLarge)).rejects.toBeInstanceOf(EventTooLarge);
      expect(await store().load(tooLarge.stream)).toEqual([]);
    });

    test('take a command of exactly the largest size and refuse one byte more', async () => {
      const quarter = ofBytes(commandBytesMax / 4);
      expect(await store().append(anAppend({ values: [quarter, quarter, quarter, quarter] }))).toMatchObject({
        lastVersion: 4,
      });
      const tooLarge = anAppend({ values: [quarter, quarter, quarter, quarter, 1] });
      await expect(store().append(tooLarge)).rejects.toBeInstanceOf(EventTooLarge);
    });

    test('count bytes, not characters', async () => {
      const thai = 'ก'.repeat(Math.ceil(eventBytesMax / 3));
      await expect(store().append(anAppend({ values: [thai] }))).rejects.toBeInstanceOf(EventTooLarge);
    });
  });

  describe("a stream's partition", () => {
    test('is fixed by its first commit', async () => {
      const append = anAppend();
      const { partition } = await store().append(append);
      const elsewhere = Array.from({ length: 50 }, () => anAppend()).map(({ partitionOf }) => partitionOf);
      const outcomes = await Promise.allSettled(
        elsewhere.map((partitionOf) =>
          store().append(anAppend({ stream: append.stream, partitionOf, expectedVersion: 'any' })),
        ),
      );
      const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(failures.length).toBeGreaterThan(0);
      for (const { reason } of failures) expect(reason).toBeInstanceOf(PartitionMismatch);
      expect(new Set((await store().load(append.stream)).map((event) => event.partition))).toEqual(
        new Set([partition]),
      );
    });

    test('is its own where it is about no household', async () => {
      const append = anAppend({ stream: 'import-one', partitionOf: 'self' });
      await store().append(append);
      const [event] = await store().load('import-one');
      expect(event?.subjects).toEqual([]);
      const next = anAppend({ stream: 'import-one', partitionOf: 'self', expectedVersion: 1 });
      expect(await store().append(next)).toMatchObject({ lastVersion: 2 });
    });
  });

  describe('appending many', () => {
    test('judges each on its own and answers in the order asked', async () => {
      const taken = anAppend();
      await store().append(taken);
      const reused = { ...anAppend(), context: taken.context, commandDigest: 'f'.repeat(64) };
      const appends = [
        anAppend({ values: [1, 2] }),
        anAppend({ stream: taken.stream, partitionOf: taken.partitionOf, expectedVersion: 'none' }),
        taken,
        reused,
        anAppend({ values: ['x'.repeat(eventBytesMax)] }),
        anAppend(),
      ];
      const results = await store().appendMany(appends);
      expect(results.map((result) => (result.ok ? result.appended.repeated : result.error.name))).toEqual([
        false,
        'WrongExpectedVersion',
        true,
        'CommandIdReused',
        'EventTooLarge',
        false,
      ]);
      expect(await logged()).toHaveLength(4);
      expect(await store().load(appends[0]?.stream ?? '')).toHaveLength(2);
    });

    test('of nothing answers nothing', async () => {
      expect(await store().appendMany([])).toEqual([]);
    });

    test('sees within the list what stands earlier in it', async () => {
      const first = anAppend();
      const second = anAppend({ stream: first.stream, partitionOf: first.partitionOf, expectedVersion: 1 });
      const results = await store().appendMany([first, second, first]);
      expect(results.map((result) => result.ok && [result.appended.lastVersion, result.appended.repeated])).toEqual([
        [1, false],
        [2, false],
        [1, true],
      ]);
    });

    test(`stores ${streams} streams at once, densely`, async () => {
      const appends = Array.from({ length: streams }, (_, index) => anAppend({ values: [index, index] }));
      const results = await store().appendMany(appends);
      expect(results.every(({ ok }) => ok)).toBe(true);
      expect(await logged()).toHaveLength(2 * streams);
    });
  });

  test('keeps everything when it is closed and opened again', async () => {
    const append = anAppend({ values: [1, 2] });
    const appended = await store().append(append);
    const before = await logged();
    if (!(await opened.reopen())) return;
    expect(await logged()).toEqual(before);
    expect(await store().append(append)).toEqual({ ...appended, repeated: true });
    const next = anAppend({ stream: append.stream, partitionOf: append.partitionOf, expectedVersion: 2 });
    expect(await store().append(next)).toMatchObject({ firstVersion: 3, lastSeq: appended.lastSeq + 1 });
  });
}
