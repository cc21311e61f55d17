import { z } from 'zod';
import { contextNames, defineEvent, type ContextName, type EventDefinition, type EventOf } from '../define-event';
import { idSchema } from '../fields';

const count = z.number().int().min(0);
/** The short name of a failure. */
const codeSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/);
const of = {
  replayId: idSchema,
  /** The view, tally or policy whose parked events are replayed. */
  runner: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/),
  kind: z.enum(['view', 'tally', 'policy']),
};
const example = { replayId: '0198b2d0-7c00-7000-8000-0000000000d1', runner: 'area-figures', kind: 'tally' } as const;

const startedSchema = z.strictObject({
  ...of,
  /** What was asked for: one household (named so that no view takes the event for one of the household's own), one cause, or everything. */
  by: z.enum(['household', 'cause', 'all']),
  household: idSchema.optional(),
  cause: codeSchema.optional(),
  /** Sequences (households) that were meant, and their parked events. */
  sequences: count,
  events: count,
});
const endedSchema = z.strictObject({
  ...of,
  outcome: z.enum(['completed', 'cancelled', 'failed']),
  /** Sequences that came free, events that were applied, and events that stay parked. */
  released: count,
  applied: count,
  stillParked: count,
  /** Why those stay, by code, at most 50. */
  causes: z.array(codeSchema).max(50),
});

/** The events by which a context says that events it had parked were replayed. */
export interface ParkedReplayEvents {
  readonly started: EventDefinition<'ParkedReplayStarted', typeof startedSchema>;
  readonly ended: EventDefinition<'ParkedReplayEnded', typeof endedSchema>;
}
/** What a replay's stream consists of. */
export type ParkedReplayEvent = EventOf<ParkedReplayEvents['started']> | EventOf<ParkedReplayEvents['ended']>;

function eventsOf(context: ContextName): ParkedReplayEvents {
  const common = { context, version: 1, restricted: [], since: '0.2.0' } as const;
  return {
    started: defineEvent({
      ...common,
      type: 'ParkedReplayStarted',
      summary: 'An operator had parked events of a view or a policy replayed.',
      data: startedSchema,
      examples: [{ ...example, by: 'cause', cause: 'type-error-1c0ffee5', sequences: 12, events: 40 }],
    }),
    ended: defineEvent({
      ...common,
      type: 'ParkedReplayEnded',
      summary: 'A replay of parked events came to its end: what was applied, and what stays parked.',
      data: endedSchema,
      examples: [{ ...example, outcome: 'completed', released: 12, applied: 40, stillParked: 0, causes: [] }],
    }),
  };
}

/** The replay events of every context, by its name. */
export const parkedReplayEvents = Object.fromEntries(
  contextNames.map((context) => [context, eventsOf(context)]),
) as unknown as Readonly<Record<ContextName, ParkedReplayEvents>>;
