import { createIds } from '../ids';
import { commandDigest } from '../integrity/command-digest';
import type { Append, EventLog, EventStore, LoggedEvent } from '../ports';
import type { ContextName } from '@faemban/contracts';
import { commandContext } from './command-context';
import { createTestClock, type TestClock } from './test-clock';

/** What an event suite runs on: an empty store and log, opened anew for every test. */
export interface EventsUnderTest {
  store(context: ContextName): EventStore;
  readonly log: EventLog;
  close(): Promise<void>;
  /** Closes and opens the same data again; absent where nothing outlives closing. */
  reopen?(): Promise<EventsUnderTest>;
}

/** Opens an empty store on the given clock and partition count. */
export type EventsFactory = (options: {
  readonly clock: TestClock;
  readonly partitionCount: number;
}) => Promise<EventsUnderTest>;

/** The number of partitions the suites ask for. */
export const suitePartitionCount = 4;

const idClock = createTestClock('2021-01-01T00:00:00.000Z');
const ids = createIds({ clock: idClock });

/** An append of some events about a new household, unless told otherwise. */
export function anAppend(overrides: Partial<Append> & { readonly values?: readonly unknown[] } = {}): Append {
  const { values = [1], ...rest } = overrides;
  const household = ids.next();
  const context = overrides.context ?? commandContext({ commandId: ids.next() });
  return {
    stream: `household-${household}`,
    partitionOf: household,
    expectedVersion: 'none',
    events: values.map((value) => ({ type: 'HouseholdNoted', data: { value } })),
    context,
    commandDigest: commandDigest({ values }),
    ...rest,
  };
}

/** Appends that all live in one partition: streams of the same household. */
export function appendsOfOnePartition(count: number): readonly Append[] {
  const household = ids.next();
  return Array.from({ length: count }, (_, index) =>
    anAppend({ stream: `visit-${ids.next()}`, partitionOf: household, values: [index] }),
  );
}

/** Every event of a context, partition after partition, read in pages of `limit`. */
export async function readAll(log: EventLog, context: ContextName, limit = 100): Promise<LoggedEvent[]> {
  const all: LoggedEvent[] = [];
  for (let partition = 0; partition < log.partitionCount; partition += 1) {
    for (let seq = 0; ;) {
      const page = await log.read(context, partition, seq, limit);
      all.push(...page);
      if (page.length === 0) break;
      seq = page.at(-1)?.seq ?? seq;
    }
  }
  return all;
}

/** Registers before and after hooks that open and close what a factory makes; the getter gives what is open. */
export function openedForEachTest(factory: EventsFactory): {
  readonly events: () => EventsUnderTest;
  readonly clock: () => TestClock;
  readonly reopen: () => Promise<boolean>;
} {
  let clock = createTestClock();
  let events: EventsUnderTest;
  beforeEach(async () => {
    clock = createTestClock();
    events = await factory({ clock, partitionCount: suitePartitionCount });
  });
  afterEach(async () => {
    await events.close();
  });
  return {
    events: () => events,
    clock: () => clock,
    async reopen() {
      if (events.reopen === undefined) return false;
      events = await events.reopen();
      return true;
    },
  };
}
