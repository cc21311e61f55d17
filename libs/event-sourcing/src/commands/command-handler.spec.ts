import { CommandIdReused, OutcomeUnknown, WrongExpectedVersion } from '../errors';
import type { EventStore } from '../ports';
import { commandContext } from '../testing/command-context';
import { exampleHousehold, type HouseholdCommand } from '../testing/example-household';
import { createMemoryPlatform } from '../testing/memory-platform';
import { createUpcasters, defineUpcaster } from '../upcasters';
import { createCommandHandler } from './command-handler';

const open = (householdId: string): HouseholdCommand => ({ type: 'OpenHousehold', householdId, area: '8417' });
const note = (householdId: string, ...values: number[]): HouseholdCommand => ({
  type: 'TakeNotes',
  householdId,
  values,
});
const close = (householdId: string): HouseholdCommand => ({ type: 'CloseHousehold', householdId });

function setUp(change: (store: EventStore) => Partial<EventStore> = () => ({})) {
  const { store: storeOf } = createMemoryPlatform();
  const real = storeOf('case-management');
  const store: EventStore = { ...real, ...change(real) };
  const handler = createCommandHandler({ aggregate: exampleHousehold, store });
  const notes = async (householdId: string) =>
    (await real.load(`household-${householdId}`)).flatMap(({ data }) => (data as { value?: number }).value ?? []);
  return { store: real, handler, notes };
}

describe('handling a command', () => {
  test('records what the decider says, in the envelope of its context', async () => {
    const { handler, store } = setUp();
    const context = commandContext({ area: '841701' });
    expect(await handler.handle(open('a'), context)).toMatchObject({
      outcome: 'recorded',
      types: ['HouseholdOpened'],
      appended: { stream: 'household-a', firstVersion: 1, commandId: context.commandId },
    });
    await handler.handle(note('a', 1, 2), commandContext());
    const events = await store.load('household-a');
    expect(events.map(({ type, schemaVersion }) => [type, schemaVersion])).toEqual([
      ['HouseholdOpened', 1],
      ['NoteTaken', 2],
      ['NoteTaken', 2],
    ]);
    expect(events[0]).toMatchObject({ area: '841701', actor: context.actor, subjects: ['a'] });
  });

  test('says so when there is nothing to do', async () => {
    const { handler } = setUp();
    await handler.handle(open('a'), commandContext());
    expect(await handler.handle(open('a'), commandContext())).toEqual({ outcome: 'nothing-to-do', types: [] });
  });

  test('passes a refusal on, after which the same command may be tried again', async () => {
    const { handler } = setUp();
    const context = commandContext();
    await expect(handler.handle(note('a', 1), context)).rejects.toMatchObject({ rule: 'household-must-be-open' });
    await handler.handle(open('a'), commandContext());
    expect(await handler.handle(note('a', 1), context)).toMatchObject({ outcome: 'recorded' });
  });

  test('takes area, subjects and partition from the aggregate where it names them', async () => {
    const platform = createMemoryPlatform();
    const handler = createCommandHandler({
      aggregate: {
        ...exampleHousehold,
        areaOf: () => '8499',
        subjectsOf: ({ data }) => [data.householdId, 'someone'],
        partitionOf: (_, { notes }) => `partition-of-${notes.length}`,
      },
      store: platform.store('case-management'),
    });
    await handler.handle(open('a'), commandContext());
    const [event] = await platform.store('case-management').load('household-a');
    expect(event).toMatchObject({ area: '8499', subjects: ['a', 'someone'] });
  });

  test('refuses to record data that does not fit its schema, or an event the aggregate does not know', async () => {
    const { handler, store } = setUp();
    await handler.handle(open('a'), commandContext());
    await expect(handler.handle(note('a', Number.NaN), commandContext())).rejects.toMatchObject({ name: 'ZodError' });
    const forgetful = createCommandHandler({ aggregate: { ...exampleHousehold, events: [] }, store });
    await expect(forgetful.handle(open('b'), commandContext())).rejects.toThrow('HouseholdOpened');
    expect(await store.load('household-a')).toHaveLength(1);
  });

  test('decides on events lifted to their newest shape', async () => {
    const { store } = setUp();
    const renamed = defineUpcaster({
      type: 'HouseholdOpened',
      context: 'case-management',
      fromVersion: 1,
      up: () => {
        throw new Error('lifted');
      },
    });
    const aggregate = exampleHousehold;
    await createCommandHandler({ aggregate, store }).handle(open('a'), commandContext());
    const handler = createCommandHandler({ aggregate, store, upcasters: createUpcasters([renamed]) });
    await expect(handler.handle(close('a'), commandContext())).rejects.toThrow('lifted');
  });
});

describe('repeating a command', () => {
  test('gives the recorded outcome, also where the decider would now refuse it or find nothing to do', async () => {
    const { handler, store } = setUp();
    const [opening, noting, closing] = [commandContext(), commandContext(), commandContext()];
    const first = [
      await handler.handle(open('a'), opening),
      await handler.handle(note('a', 1, 2), noting),
      await handler.handle(close('a'), closing),
    ];
    const again = [
      await handler.handle(open('a'), { ...opening, occurredAt: '2022-01-01T00:00:00.000Z' }),
      await handler.handle(note('a', 1, 2), noting),
      await handler.handle(close('a'), { ...closing, actor: { ...closing.actor, accountId: 'malee' } }),
    ];
    for (const [index, { appended, types }] of first.entries()) {
      expect(again[index]).toEqual({ outcome: 'repeated', appended: { ...appended, repeated: true }, types });
    }
    expect(await store.load('household-a')).toHaveLength(4);
  });

  test('with another command under the same id is an error, whatever the decider says', async () => {
    const { handler } = setUp();
    const context = commandContext();
    await handler.handle(open('a'), context);
    for (const other of [note('a', 1), open('b'), note('c', 1), { ...open('a'), area: '9001' }]) {
      await expect(handler.handle(other, context)).rejects.toBeInstanceOf(CommandIdReused);
    }
  });
});

describe('when somebody was faster', () => {
  test('the command is decided again on what they recorded', async () => {
    const { store, handler, notes } = setUp();
    await handler.handle(open('a'), commandContext());
    let rivals = 3;
    const racing: EventStore = {
      ...store,
      async append(append) {
        if (rivals-- > 0) await handler.handle(note('a', 10 + rivals), commandContext());
        return store.append(append);
      },
    };
    const late = createCommandHandler({ aggregate: exampleHousehold, store: racing });
    expect(await late.handle(note('a', 1), commandContext())).toMatchObject({ outcome: 'recorded' });
    expect(await notes('a')).toEqual([12, 11, 10, 1]);
  });

  test('too often, it gives up and says so', async () => {
    const { store, handler } = setUp();
    let attempts = 0;
    const racing: EventStore = {
      ...store,
      append() {
        attempts += 1;
        return Promise.reject(new WrongExpectedVersion('household-a', 1, 2));
      },
    };
    await handler.handle(open('a'), commandContext());
    const late = createCommandHandler({ aggregate: exampleHousehold, store: racing, conflictRetriesMax: 2 });
    await expect(late.handle(note('a', 1), commandContext())).rejects.toBeInstanceOf(WrongExpectedVersion);
    expect(attempts).toBe(3);
  });

  test('fifty commands to one household at once are all recorded once', async () => {
    const { handler, notes, store } = setUp();
    await handler.handle(open('a'), commandContext());
    const patient = createCommandHandler({ aggregate: exampleHousehold, store, conflictRetriesMax: 50 });
    await Promise.all(Array.from({ length: 50 }, (_, value) => patient.handle(note('a', value), commandContext())));
    expect((await notes('a')).sort((one, other) => one - other)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });
});

describe('when the outcome of an append is unknown', () => {
  test('it is sent again under its command id, and is recorded once', async () => {
    for (const writesBefore of [true, false]) {
      let failures = 2;
      const { handler, notes } = setUp((store) => ({
        async append(append) {
          if (append.events[0]?.type !== 'NoteTaken' || failures-- <= 0) return store.append(append);
          if (writesBefore) await store.append(append);
          throw new OutcomeUnknown(append.context.commandId);
        },
      }));
      await handler.handle(open('a'), commandContext());
      const handled = await handler.handle(note('a', 7), commandContext());
      expect(handled.outcome).toBe(writesBefore ? 'repeated' : 'recorded');
      expect(handled.types).toEqual(['NoteTaken']);
      expect(await notes('a')).toEqual([7]);
    }
  });

  test('for good, it says that it does not know', async () => {
    const { handler } = setUp(() => ({
      append: ({ context }) => Promise.reject(new OutcomeUnknown(context.commandId)),
    }));
    await expect(handler.handle(open('a'), commandContext())).rejects.toBeInstanceOf(OutcomeUnknown);
  });
});

describe('handling many commands', () => {
  const many = (...commands: HouseholdCommand[]) => commands.map((command) => ({ command, context: commandContext() }));

  test('makes one durable write for different streams, and judges each on its own', async () => {
    let writes = 0;
    const { handler } = setUp((store) => ({
      appendMany(appends) {
        writes += 1;
        return store.appendMany(appends);
      },
    }));
    const results = await handler.handleMany(many(open('a'), note('b', 1), open('c'), open('d')));
    expect(results.map((result) => (result.ok ? result.handled.outcome : result.error.name))).toEqual([
      'recorded',
      'RuleBroken',
      'recorded',
      'recorded',
    ]);
    expect(writes).toBe(1);
  });

  test('decides commands of one stream one after another, in their order', async () => {
    const { handler, notes, store } = setUp();
    const results = await handler.handleMany(
      many(open('a'), note('a', 1), open('b'), open('a'), note('a', 2, 3), close('a'), note('a', 4), note('b', 5)),
    );
    expect(results.map((result) => (result.ok ? result.handled.outcome : result.error.name))).toEqual([
      'recorded',
      'recorded',
      'recorded',
      'nothing-to-do',
      'recorded',
      'recorded',
      'RuleBroken',
      'recorded',
    ]);
    expect(await notes('a')).toEqual([1, 2, 3]);
    expect(await notes('b')).toEqual([5]);
    expect((await store.load('household-a')).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
  });

  test('repeated as a whole gives the same outcomes and records nothing', async () => {
    const { handler, store } = setUp();
    const list = many(open('a'), note('a', 1), close('a'), open('b'));
    const first = await handler.handleMany(list);
    const again = await handler.handleMany(list);
    const appended = (results: typeof first) => results.map((result) => result.ok && result.handled.appended?.eventIds);
    expect(again.map((result) => result.ok && result.handled.outcome)).toEqual(Array(4).fill('repeated'));
    expect(appended(again)).toEqual(appended(first));
    expect(await store.load('household-a')).toHaveLength(3);
  });

  test('reloads and decides again where somebody was faster, and asks again where the outcome is unknown', async () => {
    let rivals = 2;
    let unknown = 1;
    const { handler, notes } = setUp((store) => ({
      async appendMany(appends) {
        const results = await store.appendMany(appends);
        return results.map((result, index) => {
          const append = appends[index];
          if (append?.events[0]?.type !== 'NoteTaken' || unknown-- <= 0) return result;
          return { ok: false, error: new OutcomeUnknown(append.context.commandId) };
        });
      },
      async load(stream) {
        const events = await store.load(stream);
        if (stream === 'household-a' && events.length > 0 && rivals-- > 0) {
          await createCommandHandler({ aggregate: exampleHousehold, store }).handle(note('a', 99), commandContext());
        }
        return events;
      },
    }));
    await handler.handleMany(many(open('a')));
    const results = await handler.handleMany(many(note('a', 1), open('b'), note('a', 2)));
    expect(results.map((result) => result.ok && result.handled.outcome)).toEqual(['recorded', 'recorded', 'recorded']);
    expect(await notes('a')).toEqual([99, 99, 1, 2]);
  });

  test('of none is none', async () => {
    expect(await setUp().handler.handleMany([])).toEqual([]);
  });
});
