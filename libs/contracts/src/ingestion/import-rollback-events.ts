import { z } from 'zod';
import { contextNames, defineEvent, type EventOf } from '../define-event';
import { idSchema } from '../fields';

const importId = '0198b2d0-7c00-7000-8000-0000000000a1';
const count = z.number().int().min(0);

/** Why an applied import is undone. Coded, because a reason in words may name people. */
export const rollbackReasons = ['wrong-file', 'wrong-round', 'wrong-source', 'wrong-content', 'test-data'] as const;
/** One of {@link rollbackReasons}. */
export type RollbackReason = (typeof rollbackReasons)[number];

/**
 * Something that rests on what an import recorded. `what` is a stable code of the context that built it (ingestion's own: `corrected`,
 * `added`); `by` names the import or other aggregate, where one is behind all of it; `households` counts those concerned.
 */
export const builtOnSchema = z.strictObject({
  context: z.enum(contextNames),
  what: z.string().regex(/^[a-z][a-z-]{1,39}$/),
  by: idSchema.nullable(),
  households: count.min(1),
});
/** See {@link builtOnSchema}. */
export type BuiltOn = z.infer<typeof builtOnSchema>;

export const importRollbackRequested = defineEvent({
  type: 'ImportRollbackRequested',
  context: 'ingestion',
  version: 1,
  summary: 'An operator asked that an applied import be undone; somebody else has to approve it.',
  data: z.strictObject({ importId: idSchema, reason: z.enum(rollbackReasons), requestedBy: z.string().min(1).max(80) }),
  restricted: [],
  examples: [{ importId, reason: 'wrong-file', requestedBy: 'somchai' }],
  since: '0.1.0',
});

export const importRollbackRefused = defineEvent({
  type: 'ImportRollbackRefused',
  context: 'ingestion',
  version: 1,
  summary:
    'The undoing of an import was refused: something was built on it, or an operator declined; the import stands.',
  data: z.strictObject({
    importId: idSchema,
    reason: z.enum(['built-on', 'declined']),
    builtOn: z.array(builtOnSchema).max(100),
  }),
  restricted: [],
  examples: [
    {
      importId,
      reason: 'built-on',
      builtOn: [
        { context: 'ingestion', what: 'corrected', by: '0198b2d0-7c00-7000-8000-0000000000a2', households: 41 },
      ],
    },
    { importId, reason: 'declined', builtOn: [] },
  ],
  since: '0.1.0',
});

export const importRollbackApproved = defineEvent({
  type: 'ImportRollbackApproved',
  context: 'ingestion',
  version: 1,
  summary: 'A second operator, not the one who asked, released the undoing of an import.',
  data: z.strictObject({ importId: idSchema }),
  restricted: [],
  examples: [{ importId }],
  since: '0.1.0',
});

export const importRolledBack = defineEvent({
  type: 'ImportRolledBack',
  context: 'ingestion',
  version: 1,
  summary: 'Everything an import had recorded was withdrawn from its households; their facts are those from before it.',
  data: z.strictObject({ importId: idSchema, households: count, withdrawn: count, restored: count }),
  restricted: [],
  examples: [{ importId, households: 205120, withdrawn: 205120, restored: 0 }],
  since: '0.1.0',
});

/** What happens to an import when it is to be undone. */
export type ImportRollbackEvent =
  | EventOf<typeof importRollbackRequested>
  | EventOf<typeof importRollbackRefused>
  | EventOf<typeof importRollbackApproved>
  | EventOf<typeof importRolledBack>;
