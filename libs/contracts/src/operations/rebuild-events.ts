import { z } from 'zod';
import { defineEvent, type ContextName, type EventDefinition, type EventOf } from '../define-event';
import { idSchema, sha256Schema } from '../fields';

const rebuildId = '0198b2d0-7c00-7000-8000-0000000000c1';
const count = z.number().int().min(0);
const viewSchema = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/);
const of = { rebuildId: idSchema, view: viewSchema, version: z.number().int().min(1), generation: count };
const example = { rebuildId, view: 'household-history', version: 1, generation: 1 };

const startedSchema = z.strictObject({ ...of, eventsTotal: count, differencesExpected: z.boolean() });
const verifiedSchema = z.strictObject({
  ...of,
  verdict: z.enum(['equal', 'different']),
  documents: count,
  counters: count,
  parked: count,
  differences: count,
  /** SHA-256 over the digests of all partitions, one line each. */
  digest: sha256Schema,
});
const switchedSchema = z.strictObject(of);

/** The events by which a context says that one of its read models was rebuilt. */
export interface RebuildEvents {
  readonly started: EventDefinition<'RebuildStarted', typeof startedSchema>;
  readonly verified: EventDefinition<'RebuildVerified', typeof verifiedSchema>;
  readonly switched: EventDefinition<'RebuildSwitched', typeof switchedSchema>;
}

/** The rebuild events of a context that keeps read models. */
export function rebuildEventsOf(context: ContextName): RebuildEvents {
  const common = { context, version: 1, restricted: [], since: '0.2.0' } as const;
  return {
    started: defineEvent({
      ...common,
      type: 'RebuildStarted',
      summary: 'An operator had a read model rebuilt from the log, beside the one in service.',
      data: startedSchema,
      examples: [{ ...example, eventsTotal: 268_034, differencesExpected: false }],
    }),
    verified: defineEvent({
      ...common,
      type: 'RebuildVerified',
      summary: 'The rebuilt read model was compared with the one in service at the same place of the log.',
      data: verifiedSchema,
      examples: [
        {
          ...example,
          verdict: 'equal',
          documents: 130_211,
          counters: 0,
          parked: 0,
          differences: 0,
          digest: 'c'.repeat(64),
        },
      ],
    }),
    switched: defineEvent({
      ...common,
      type: 'RebuildSwitched',
      summary: 'The rebuilt read model went into service in the place of the one before.',
      data: switchedSchema,
      examples: [example],
    }),
  };
}

/** The contexts that keep read models, with their rebuild events. */
export const rebuildEvents: Readonly<Partial<Record<ContextName, RebuildEvents>>> = {
  'mpi-scoring': rebuildEventsOf('mpi-scoring'),
  reporting: rebuildEventsOf('reporting'),
};

/** What a rebuild's stream consists of. */
export type RebuildEvent =
  EventOf<RebuildEvents['started']> | EventOf<RebuildEvents['verified']> | EventOf<RebuildEvents['switched']>;
