import { rebuildEvents, rebuildEventsOf, type ContextName, type RebuildEvent } from '@faemban/contracts';
import { defineAggregate, type Aggregate } from '@faemban/event-sourcing';

type DataOf<Type extends RebuildEvent['type']> = Extract<RebuildEvent, { type: Type }>['data'];

/** What is written into the log of a rebuild: that it began, how the comparison went, that the new one serves. Each once. */
export type RebuildCommand =
  | { readonly type: 'NoteRebuildStarted'; readonly data: DataOf<'RebuildStarted'> }
  | { readonly type: 'NoteRebuildVerified'; readonly data: DataOf<'RebuildVerified'> }
  | { readonly type: 'NoteRebuildSwitched'; readonly data: DataOf<'RebuildSwitched'> };

/** The aggregate by which a context records the rebuilds of its read models. */
export function createRebuildLog(
  context: ContextName,
): Aggregate<ReadonlySet<RebuildEvent['type']>, RebuildCommand, RebuildEvent> {
  const { started, verified, switched } = rebuildEvents[context] ?? rebuildEventsOf(context);
  return defineAggregate<ReadonlySet<RebuildEvent['type']>, RebuildCommand, RebuildEvent>({
    name: 'rebuild',
    context,
    events: [started, verified, switched],
    streamOf: ({ data }) => `rebuild-${data.rebuildId}`,
    partitionOf: () => 'self',
    subjectsOf: () => [],
    decider: {
      initialState: new Set(),
      evolve: (seen, { type }) => new Set([...seen, type]),
      decide(command, seen) {
        const event = eventOf(command);
        return seen.has(event.type) ? [] : [event];
      },
    },
  });
}

function eventOf(command: RebuildCommand): RebuildEvent {
  switch (command.type) {
    case 'NoteRebuildStarted':
      return { type: 'RebuildStarted', data: command.data };
    case 'NoteRebuildVerified':
      return { type: 'RebuildVerified', data: command.data };
    case 'NoteRebuildSwitched':
      return { type: 'RebuildSwitched', data: command.data };
  }
}
