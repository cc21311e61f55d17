import { parkedReplayEvents, type ContextName, type ParkedReplayEvent } from '@faemban/contracts';
import { defineAggregate, type Aggregate } from '@faemban/event-sourcing';

type DataOf<Type extends ParkedReplayEvent['type']> = Extract<ParkedReplayEvent, { type: Type }>['data'];

/** What is written into the log of a replay: who asked for what, and how it ended. Each once. */
export type ReplayCommand =
  | { readonly type: 'NoteReplayStarted'; readonly data: DataOf<'ParkedReplayStarted'> }
  | { readonly type: 'NoteReplayEnded'; readonly data: DataOf<'ParkedReplayEnded'> };

/** The name of a replay's stream. */
export const replayStream = (replayId: string): string => `replay-${replayId}`;

/** The aggregate by which a context records the replays of what it had parked. */
export function createReplayLog(
  context: ContextName,
): Aggregate<ReadonlySet<ParkedReplayEvent['type']>, ReplayCommand, ParkedReplayEvent> {
  const { started, ended } = parkedReplayEvents[context];
  return defineAggregate<ReadonlySet<ParkedReplayEvent['type']>, ReplayCommand, ParkedReplayEvent>({
    name: 'replay',
    context,
    events: [started, ended],
    streamOf: ({ data }) => replayStream(data.replayId),
    partitionOf: () => 'self',
    subjectsOf: () => [],
    decider: {
      initialState: new Set(),
      evolve: (seen, { type }) => new Set([...seen, type]),
      decide(command, seen) {
        const event: ParkedReplayEvent =
          command.type === 'NoteReplayStarted'
            ? { type: 'ParkedReplayStarted', data: command.data }
            : { type: 'ParkedReplayEnded', data: command.data };
        return seen.has(event.type) ? [] : [event];
      },
    },
  });
}
